// Attention by definition: what every kernel, term and gradient is held against. Scalar code that the compiler executes
// as well, for any encoding, any positions and any number type; dual numbers give its derivatives. Read this first.
#pragma once
#include <span>
#include <utility>

#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise {

// Where pairs of a query i and a key j stand and which of them meet, by definition: in order, unless a view says
// otherwise.
struct reading_in_order {
  constexpr double query_position(int i, int /*j*/) const { return i; }
  constexpr double key_position(int /*i*/, int j) const { return j; }
  constexpr bool sees(int i, int j) const { return j <= i; }
  constexpr double factor(int /*i*/) const { return 1; }  // of a query's logits
  // How far plane t of a token at this position turns, and what it is multiplied by: own(t, position) is the encoding's
  // angle, of the first `planes` planes.
  template <class Own>
  constexpr auto turn(Own&& own, int /*planes*/, plane t, position where) const {
    return std::pair(own(t, where), 1.0);
  }
};

// One head of one sequence. Rows are [time, head_width]; parameters are the encoding's, of all heads, as they are
// stored; gates [time] are the logits of forget gates, where the encoding has them.
template <class E, class S, class Reading = reading_in_order>
struct reference_attention {
  const E& e;
  model_extents x;
  head h;
  std::span<const S> queries, keys, values, parameters, gates;
  Reading reading{};

  // Row i of the output [head_width]: values weighted by the softmax of the query's logits. `weights` [time] is
  // scratch.
  constexpr void output(int i, std::span<S> out, std::span<S> weights) const {
    using math::exp, math::value_of;
    const int time = static_cast<int>(weights.size());
    double most = -1e300;
    S sum = 0;
    for (int j = 0; j < time; ++j)
      if (reading.sees(i, j)) most = math::max(most, static_cast<double>(value_of(weights[index(j)] = logit(i, j))));
    for (int j = 0; j < time; ++j)
      sum += weights[index(j)] = reading.sees(i, j) ? exp(weights[index(j)] - S(most)) : S(0);
    for (int c = 0; c < x.head_width(); ++c) {
      S weighted = 0;
      for (int j = 0; j < time; ++j)
        if (reading.sees(i, j)) weighted += weights[index(j)] * (at(values, j, c) + relative_value(i, j, c));
      out[index(c)] = weighted / sum;
    }
  }

  // e_ij, hook by hook.
  constexpr S logit(int i, int j) const {
    using math::log_sigmoid;
    const auto p = own_parameters();
    S sum = scaled_product(i, j);
    if constexpr (has_score<E>) sum = e.template score<S>(p, h, between(i, j), sum);
    if constexpr (has_bias<E>) sum += e.template bias<S>(p, h, between(i, j));
    if constexpr (has_bias_at<E>) sum += e.template bias_at<S>(p, h, {S(query(i, j).value)}, {S(key(i, j).value)});
    if constexpr (has_bucket<E>) sum += parameter_of(0, h.index, 0, e.bucket(between(i, j)));
    if constexpr (has_gate<E>)
      for (int l = j + 1; l <= i; ++l) sum += log_sigmoid(gates[index(l)]);
    if constexpr (has_row<E>)
      sum += e.template row_addend<S>(
          i, j, [&](int t) { return scaled_product(i, t); },
          [&](int row) { return dot(i, j, [&](int c) { return parameter_of(0, h.index, row, c); }); });
    return sum;
  }

 private:
  constexpr S scaled_product(int i, int j) const {
    S sum = dot(i, j, [&](int c) { return turned(keys, j, c, key(i, j), -1); });
    if constexpr (has_relative_row<E>)
      sum += dot(i, j, [&](int c) { return parameter_of(0, 0, e.relative_row(between(i, j)), c); });
    if constexpr (has_relative_feature<E>)  // (q + u).k + (q + v).(features W)
      for (int c = 0; c < x.head_width(); ++c) {
        S relative = 0;
        for (int f = 0; f < x.width; ++f)
          relative += S(e.template relative_feature<double>(channel{f, x.width}, between(i, j))) *
                      parameter_of(2, 0, f, h.index * x.head_width() + c);
        sum += parameter_of(0, h.index, 0, c) * turned(keys, j, c, key(i, j), -1);
        sum += (turned(queries, i, c, query(i, j), 1) + parameter_of(1, h.index, 0, c)) * relative;
      }
    return sum * S(e.logit_scale(x.head_width()) * reading.factor(i));
  }
  // Channel c of a row whose planes turn by the angle of its position and are stretched: queries up, keys down.
  constexpr S turned(std::span<const S> rows, int row, int c, position where, [[maybe_unused]] int power) const {
    if constexpr (has_angle<E>) {
      using math::cos, math::sin;
      const rotation_shape r = e.rotation(x.head_width());
      const bool split = r.pairs == layout::half_split;
      const int half = r.span / 2;
      if (c >= r.span) return at(rows, row, c);
      const bool second = split ? c >= half : c % 2 == 1;
      const plane t{split ? (second ? c - half : c) : c / 2, x.head_width() / 2};
      if (t.index >= r.planes) return at(rows, row, c);
      const auto own = [&](plane p, position at) { return e.template angle<S>(own_parameters(), h, p, at); };
      const auto [angle, scale] = reading.turn(own, r.planes, t, where);
      const S other = at(rows, row, second ? c - (split ? half : 1) : c + (split ? half : 1));
      const S turned = (at(rows, row, c) * cos(angle) + (second ? other : -other) * sin(angle)) * S(scale);
      if constexpr (has_stretch<E>) {
        const double stretch = e.template stretch<double>(h, t, where);
        return turned * S(power > 0 ? stretch : 1 / stretch);
      }
      return turned;
    }
    return at(rows, row, c);
  }
  constexpr S relative_value([[maybe_unused]] int i, [[maybe_unused]] int j, [[maybe_unused]] int c) const {
    if constexpr (has_relative_row<E>)
      if (e.relative_values()) return parameter_of(1, 0, e.relative_row(between(i, j)), c);
    return S(0);
  }
  // The turned query of a pair times another row.
  template <class Row>
  constexpr S dot(int i, int j, Row&& row) const {
    S sum = 0;
    for (int c = 0; c < x.head_width(); ++c) sum += turned(queries, i, c, query(i, j), 1) * row(c);
    return sum;
  }

  static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }
  constexpr position query(int i, int j) const { return {reading.query_position(i, j)}; }
  constexpr position key(int i, int j) const { return {reading.key_position(i, j)}; }
  constexpr distance between(int i, int j) const { return {math::abs((query(i, j) - key(i, j)).value)}; }
  constexpr S at(std::span<const S> rows, int i, int c) const { return rows[index(i * x.head_width() + c)]; }
  // The scalars that the head's formulas see; and a number of the table `which`, [rows, columns] of each head or of
  // all.
  constexpr lengthwise::parameters<E, S> own_parameters() const {
    std::array<S, scalar_parameter_count<E>> flat{};
    for (std::size_t k = 0; k < flat.size(); ++k)
      flat[k] = parameters[storage_index(e.learned_parameters(x), x.heads, h.index, k)];
    return as_parameters<E, S>(flat);
  }
  constexpr S parameter_of(std::size_t which, int of_head, int row, int column) const {
    const auto declared = e.learned_parameters(x);
    std::size_t at = 0;
    for (std::size_t p = 0; p < which; ++p) at += declared[p].count(x.heads);
    const parameter& p = declared[which];
    if (p.per_head) at += index(of_head) * p.count_each();
    return parameters[at + index(row * p.columns + column)];
  }
};

}  // namespace lengthwise
