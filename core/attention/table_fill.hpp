// Tables from formulas, and formulas' gradients from the tables' gradients. Formulas are evaluated in double and
// rounded once, so an angle of a far position is as good as that of a near one.
#pragma once
#include <algorithm>
#include <array>
#include <span>

#include "core/attention/tables.hpp"
#include "core/hooks/encoding_defaults.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {

template <class E>
attention_tables make_attention_tables(const E& e, const model_extents& x, std::span<const double> positions) {
  attention_tables t;
  const std::size_t time = positions.size(), heads = static_cast<std::size_t>(x.heads),
                    width = static_cast<std::size_t>(x.width);
  t.positions.assign(positions.begin(), positions.end());
  std::size_t parameters = 0;
  for (const parameter& p : e.learned_parameters(x)) parameters += p.count(x.heads);
  if constexpr (has_score<E> || has_bias_at<E>) t.parameters.resize(parameters);
  if constexpr (has_input<E> || has_input_row<E>) t.input.resize(time * width);
  if constexpr (has_angle<E>) {
    const std::size_t turned = heads * time * static_cast<std::size_t>(e.rotation(x.head_width()).planes);
    for (auto* table : {&t.query_cosine, &t.query_sine}) table->resize(turned);
    if constexpr (has_stretch<E>)
      for (auto* table : {&t.key_cosine, &t.key_sine}) table->resize(turned);
  }
  if constexpr (has_bias<E> || has_bucket<E>) t.bias.resize(heads * time);
  if constexpr (has_bias_at<E>)
    if (fits_square_table(time, heads)) t.bias_at.resize(heads * time * time);
  if constexpr (has_relative_row<E>) {
    t.relative_keys.resize(e.learned_parameters(x)[0].count(x.heads));
    if (e.relative_values()) t.relative_values.resize(e.learned_parameters(x)[1].count(x.heads));
  }
  if constexpr (has_relative_feature<E>) {
    t.relative_features.resize(time * width), t.relative_keys.resize(time * width);
    t.content_query.resize(width), t.distance_query.resize(width);
    std::size_t at = 0;
    for (std::size_t n = 0; n < time; ++n)
      for (int c = 0; c < x.width; ++c, ++at)
        t.relative_features[at] = static_cast<real>(
            e.template relative_feature<double>(channel{c, x.width}, distance{static_cast<double>(n)}));
  }
  if constexpr (has_row<E>) t.content_rows.resize(parameters);
  return t;
}

template <class E>
table_gradient_layout lay_out_table_gradients(const E& e, const model_extents& x, int time) {
  table_gradient_layout out;
  const std::size_t n = static_cast<std::size_t>(time), heads = static_cast<std::size_t>(x.heads),
                    width = static_cast<std::size_t>(x.width);
  const auto add = [&](table_slice& slice, std::size_t count) { slice = {out.total, count}, out.total += count; };
  constexpr bool learns = has_scalar_parameters<E>;
  if constexpr ((has_input<E> && learns) || has_input_row<E>) add(out.input, n * width);
  if constexpr (has_angle<E> && learns)
    add(out.angle, heads * n * static_cast<std::size_t>(e.rotation(x.head_width()).planes));
  if constexpr ((has_bias<E> && learns) || has_bucket<E>) add(out.bias, heads * n);
  if constexpr (has_bias_at<E> && learns) add(out.bias_at, heads * n * n);
  if constexpr (has_score<E> && learns) add(out.score, heads * scalar_parameter_count<E>);
  if constexpr (has_relative_row<E>) {
    add(out.relative_keys, e.learned_parameters(x)[0].count(x.heads));
    if (e.relative_values()) add(out.relative_values, e.learned_parameters(x)[1].count(x.heads));
  }
  if constexpr (has_relative_feature<E>)
    add(out.relative_keys, n * width), add(out.content_query, width), add(out.distance_query, width);
  if constexpr (has_row<E>) add(out.content_rows, e.learned_parameters(x)[0].count(x.heads));
  return out;
}

// The positions of keys j, j + 1 ... as far as query i, which stands for those beyond.
inline lanes key_positions(const attention_tables& t, int i, int j) {
  lanes keys;
  for (int l = 0; l < lanes::count; ++l) keys.each[l] = t.positions[static_cast<std::size_t>(std::min(i, j + l))];
  return keys;
}
// The bias of query i and the keys up to it.
template <class E>
void fill_bias_row(const E& e, const attention_tables& t, const model_extents& x, int h, int i, real* row) {
  const auto p = as_values<E, lanes>(e.learned_parameters(x), t.parameters.data(), head{h, x.heads});
  const position_of<lanes> query{t.positions[static_cast<std::size_t>(i)]};
  for (int j = 0; j <= i; j += lanes::count) {
    const position_of<lanes> keys{key_positions(t, i, j)};
    const lanes bias = e.template bias_at<lanes>(p, head{h, x.heads}, query, keys);
    for (int l = 0; l < std::min(lanes::count, i + 1 - j); ++l) row[j + l] = static_cast<real>(bias.each[l]);
  }
}
// The gradient of all heads' parameters from that of the square table, d_bias [heads, time, time].
template <class E>
void collect_bias_gradient(const E& e, const attention_tables& t, const model_extents& x, const real* d_bias,
                           real* d_parameters) {
  tape record;
  const auto declared = e.learned_parameters(x);
  for (int h = 0; h < x.heads; ++h) {
    const auto p = as_variables<E>(record, declared, t.parameters.data(), head{h, x.heads});
    for (int i = 0; i < t.time(); ++i) {
      const real* d_row = d_bias + (static_cast<std::ptrdiff_t>(h) * t.time() + i) * t.time();
      const position_of<taped> query{t.positions[static_cast<std::size_t>(i)]};
      for (int j = 0; j <= i; j += lanes::count) {
        lanes d = 0;
        for (int l = 0; l < std::min(lanes::count, i + 1 - j); ++l) d.each[l] = static_cast<double>(d_row[j + l]);
        const position_of<taped> keys{key_positions(t, i, j)};
        record.sweep(e.template bias_at<taped>(p, head{h, x.heads}, query, keys), d);
      }
    }
    for (std::size_t k = 0; k < scalar_parameter_count<E>; ++k)
      d_parameters[storage_index(declared, x.heads, h, k)] += static_cast<real>(record.gradient(static_cast<int>(k)));
  }
}

// Tables of bias over distances need positions that follow each other by ones, wherever they begin.
template <class E>
void fill_attention_tables(const E& e, attention_tables& t, const model_extents& x, const real* parameters) {
  const auto declared = e.learned_parameters(x);
  const int time = t.time();
  std::copy_n(parameters, t.parameters.size(), t.parameters.begin());
  if constexpr (has_input<E>) {
    const auto p = as_values<E>(declared, parameters, head{0, x.heads});
    for (int i = 0, at = 0; i < time; ++i)
      for (int c = 0; c < x.width; ++c, ++at)
        t.input[static_cast<std::size_t>(at)] = static_cast<real>(
            e.template input<double>(p, channel{c, x.width}, position{t.positions[static_cast<std::size_t>(i)]}));
  }
  if constexpr (has_input_row<E>)
    for (int i = 0; i < time; ++i) {
      const int row = e.input_row(position{t.positions[static_cast<std::size_t>(i)]});
      std::copy_n(parameters + static_cast<std::ptrdiff_t>(row) * x.width, x.width,
                  t.input.begin() + static_cast<std::ptrdiff_t>(i) * x.width);
    }
  for (int h = 0; h < x.heads; ++h) {
    const head at{h, x.heads};
    [[maybe_unused]] const auto p = as_values<E>(declared, parameters, at);
    if constexpr (has_angle<E>) {
      const int planes = e.rotation(x.head_width()).planes;
      std::size_t slot =
          static_cast<std::size_t>(h) * static_cast<std::size_t>(time) * static_cast<std::size_t>(planes);
      for (int i = 0; i < time; ++i)
        for (int m = 0; m < planes; ++m, ++slot) {
          const plane turned{m, x.head_width() / 2};
          const position place{t.positions[static_cast<std::size_t>(i)]};
          const double angle = e.template angle<double>(p, at, turned, place);
          const double cosine = math::cos(angle), sine = math::sin(angle);
          double stretch = 1;
          if constexpr (has_stretch<E>) {
            stretch = e.template stretch<double>(at, turned, place);
            t.key_cosine[slot] = static_cast<real>(cosine / stretch),
            t.key_sine[slot] = static_cast<real>(sine / stretch);
          }
          t.query_cosine[slot] = static_cast<real>(cosine * stretch),
          t.query_sine[slot] = static_cast<real>(sine * stretch);
        }
    }
    if constexpr (has_bias_at<E>)
      for (int i = 0; i < (t.bias_at.empty() ? 0 : time); ++i)
        fill_bias_row(e, t, x, h, i, t.bias_at.data() + (static_cast<std::ptrdiff_t>(h) * time + i) * time);
    if constexpr (has_bias<E> || has_bucket<E>)
      for (int n = 0; n < time; ++n) {
        const distance away{static_cast<double>(n)};
        real& slot = t.bias[static_cast<std::size_t>((h + 1) * time - 1 - n)];
        if constexpr (has_bias<E>)
          slot = static_cast<real>(e.template bias<double>(p, at, away));
        else
          slot = parameters[h * declared[0].columns + e.bucket(away)];
      }
  }
  if constexpr (has_relative_row<E>) {
    std::copy_n(parameters, t.relative_keys.size(), t.relative_keys.begin());
    std::copy_n(parameters + t.relative_keys.size(), t.relative_values.size(), t.relative_values.begin());
  }
  if constexpr (has_relative_feature<E>) {
    const auto width = static_cast<std::size_t>(x.width);
    std::copy_n(parameters, width, t.content_query.begin());
    std::copy_n(parameters + width, width, t.distance_query.begin());
    contract(matrix<real, relative_axis, packed_heads>(t.relative_keys.data(), time, x.width),
             matrix<const real, relative_axis, width_axis>(t.relative_features.data(), time, x.width),
             matrix<const real, width_axis, packed_heads>(parameters + 2 * width, x.width, x.width));
  }
  if constexpr (has_row<E>) std::copy_n(parameters, t.content_rows.size(), t.content_rows.begin());
}

namespace detail {

// Adds one slot's gradient times its formula's derivatives to a head's running sums.
template <std::size_t N>
void add_derivatives(decltype(dual<double, N>::gradient)& sums, double slot_gradient, const dual<double, N>& value) {
  for (std::size_t k = 0; k < value.slots; ++k) sums[k] += slot_gradient * value.gradient[k];
}

}  // namespace detail

template <class E>
void collect_table_gradients(const E& e, const attention_tables& t, const model_extents& x, const real* parameters,
                             const real* d_tables, real* d_parameters) {
  const auto declared = e.learned_parameters(x);
  const int time = t.time();
  const table_gradient_layout slices = lay_out_table_gradients(e, x, time);
  constexpr std::size_t count = scalar_parameter_count<E>;
  if constexpr (has_input_row<E>)
    for (int i = 0; i < time; ++i) {
      const int row = e.input_row(position{t.positions[static_cast<std::size_t>(i)]});
      for (int c = 0; c < x.width; ++c)
        d_parameters[row * x.width + c] += d_tables[slices.input.offset + static_cast<std::size_t>(i * x.width + c)];
    }
  if constexpr (has_bucket<E>)
    for (int h = 0; h < x.heads; ++h)
      for (int n = 0; n < time; ++n)
        d_parameters[h * declared[0].columns + e.bucket(distance{static_cast<double>(n)})] +=
            d_tables[slices.bias.offset + static_cast<std::size_t>((h + 1) * time - 1 - n)];
  if constexpr (has_relative_row<E> || has_row<E>) {  // these tables are the parameters themselves
    std::size_t at = 0;
    for (const table_slice& s : {slices.relative_keys, slices.relative_values, slices.content_rows})
      for (std::size_t i = 0; i < s.count; ++i, ++at) d_parameters[at] += d_tables[s.offset + i];
  }
  if constexpr (has_relative_feature<E>) {
    const auto width = static_cast<std::size_t>(x.width);
    for (std::size_t i = 0; i < width; ++i) {
      d_parameters[i] += d_tables[slices.content_query.offset + i];
      d_parameters[width + i] += d_tables[slices.distance_query.offset + i];
    }
    contract(matrix<real, width_axis, packed_heads>(d_parameters + 2 * width, x.width, x.width),
             matrix<const real, relative_axis, width_axis>(t.relative_features.data(), time, x.width),
             matrix<const real, relative_axis, packed_heads>(d_tables + slices.relative_keys.offset, time, x.width),
             into::accumulate);
  }
  if constexpr (has_bias_at<E> && count > 0)
    collect_bias_gradient(e, t, x, d_tables + slices.bias_at.offset, d_parameters);
  if constexpr (count > 0 && (has_input<E> || has_angle<E> || has_bias<E> || has_score<E>))
    for (int h = 0; h < x.heads; ++h) {
      const head at{h, x.heads};
      const auto p = as_variables<E>(declared, parameters, at);
      using S = dual<double, count>;
      decltype(S::gradient) sums{};
      const auto slot = [&](const table_slice& s, std::ptrdiff_t i) {
        return static_cast<double>(d_tables[s.offset + static_cast<std::size_t>(i)]);
      };
      if constexpr (has_input<E>) {
        if (h == 0)  // the input knows no head
          for (int i = 0; i < time; ++i)
            for (int c = 0; c < x.width; ++c)
              detail::add_derivatives(
                  sums, slot(slices.input, i * x.width + c),
                  e.template input<S>(p, channel{c, x.width}, position{t.positions[static_cast<std::size_t>(i)]}));
      }
      if constexpr (has_angle<E>) {
        const int planes = e.rotation(x.head_width()).planes;
        for (int i = 0; i < time; ++i)
          for (int m = 0; m < planes; ++m)
            detail::add_derivatives(sums, slot(slices.angle, (static_cast<std::ptrdiff_t>(h) * time + i) * planes + m),
                                    e.template angle<S>(p, at, plane{m, x.head_width() / 2},
                                                        position{t.positions[static_cast<std::size_t>(i)]}));
      }
      if constexpr (has_bias<E>)
        for (int n = 0; n < time; ++n)
          detail::add_derivatives(sums, slot(slices.bias, static_cast<std::ptrdiff_t>(h + 1) * time - 1 - n),
                                  e.template bias<S>(p, at, distance{static_cast<double>(n)}));
      if constexpr (has_score<E>)
        for (std::size_t k = 0; k < count; ++k)
          sums[k] += slot(slices.score, static_cast<std::ptrdiff_t>(h) * static_cast<std::ptrdiff_t>(count) +
                                            static_cast<std::ptrdiff_t>(k));
      for (std::size_t k = 0; k < count; ++k)
        d_parameters[storage_index(declared, x.heads, h, k)] += static_cast<real>(sums[k]);
    }
}

}  // namespace lengthwise
