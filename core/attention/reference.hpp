// Attention by definition: what every kernel, term and gradient is held against. Scalar code that the compiler executes
// as well, for any encoding, any positions and any number type; dual numbers give its derivatives. Read this first.
#pragma once
#include "core/attention/reference_hooks.hpp"

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

// One head of one sequence, for an encoding or for several that are combined. Rows are [time, head_width]; parameters
// are the encoding's, of all heads, as they are stored (those of combined ones one after the other); gates [time] are
// the logits of forget gates, where the encoding has them.
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
        if (reading.sees(i, j)) weighted += weights[index(j)] * (row(values, j)[index(c)] + relative_value(i, j, c));
      out[index(c)] = weighted / sum;
    }
  }

  // e_ij, hook by hook.
  constexpr S logit(int i, int j) const {
    using math::log_sigmoid;
    const distance n = between(i, j);
    S sum = scaled_product(i, j);
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_score<P>) sum = part.template score<S>(own.scalars(), h, n, sum);
    });
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_bias<P>) sum += part.template bias<S>(own.scalars(), h, n);
      if constexpr (has_bias_at<P>)
        sum += part.template bias_at<S>(own.scalars(), h, {S(query(i, j).value)}, {S(key(i, j).value)});
      if constexpr (has_probe<P>)
        sum += part.template probe<S>(own.scalars(), h, n, by_definition::match(own, row(keys, j)));
      if constexpr (has_network<P>) sum += by_definition::network<S>(part, own, x, n);
      if constexpr (has_bucket<P>) sum += own.number(0, h.index, 0, part.bucket(n));
      if constexpr (has_gate<P>)
        for (int l = j + 1; l <= i; ++l)
          sum += S(gate_scale(part, x.head_width())) * log_sigmoid(S(gate_sign<P>) * gates[index(l)]);
      if constexpr (has_row<P>)
        sum += part.template row_addend<S>(
            i, j, [&](int t) { return scaled_product(i, t); },
            [&](int r) { return dot(i, j, [&](int c) { return own.number(0, h.index, r, c); }); });
    });
    return sum;
  }

 private:
  // Of the turned query with the turned key, and with what a part tells of how far apart they stand.
  constexpr S scaled_product(int i, int j) const {
    S sum = dot(i, j, [&](int c) { return turned(keys, j, c, key(i, j), -1); });
    double scale = encoding_defaults{}.logit_scale(x.head_width());
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_polar<P>)
        sum = by_definition::polar_product(part, own, row(queries, i), row(keys, j), query(i, j), key(i, j));
      if (part.logit_scale(x.head_width()) != encoding_defaults{}.logit_scale(x.head_width()))
        scale = part.logit_scale(x.head_width());
    });
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_relative_row<P>)
        sum += dot(i, j, [&](int c) { return own.number(0, 0, part.relative_row(between(i, j)), c); });
      if constexpr (has_relative_feature<P>)  // (q + u).k + (q + v).(features W)
        for (int c = 0; c < x.head_width(); ++c) {
          S relative = 0;
          for (int f = 0; f < x.width; ++f)
            relative += S(part.template relative_feature<double>(channel{f, x.width}, between(i, j))) *
                        own.number(2, 0, f, h.index * x.head_width() + c);
          sum += own.number(0, h.index, 0, c) * turned(keys, j, c, key(i, j), -1);
          sum += (turned(queries, i, c, query(i, j), 1) + own.number(1, h.index, 0, c)) * relative;
        }
    });
    return sum * S(scale * reading.factor(i));
  }
  // The turned query of a pair times another row.
  template <class Row>
  constexpr S dot(int i, int j, Row&& other) const {
    S sum = 0;
    for (int c = 0; c < x.head_width(); ++c) sum += turned(queries, i, c, query(i, j), 1) * other(c);
    return sum;
  }
  constexpr S turned(std::span<const S> rows, int of, int c, position where, int power) const {
    S made = row(rows, of)[index(c)];
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_angle<P>) made = by_definition::turned(part, own, reading, row(rows, of), c, where, power);
    });
    return made;
  }
  constexpr S relative_value(int i, int j, int c) const {
    S sum = 0;
    for_each_part([&]<class P>([[maybe_unused]] const P& part, [[maybe_unused]] const auto& own) {
      if constexpr (has_relative_row<P>)
        if (part.relative_values()) sum += own.number(1, 0, part.relative_row(between(i, j)), c);
    });
    return sum;
  }

  template <class F>
  constexpr void for_each_part(F&& f) const {
    by_definition::for_each_part(e, x, h, parameters, f);
  }
  static constexpr std::size_t index(int i) { return by_definition::index(i); }
  constexpr position query(int i, int j) const { return {reading.query_position(i, j)}; }
  constexpr position key(int i, int j) const { return {reading.key_position(i, j)}; }
  constexpr distance between(int i, int j) const { return {math::abs((query(i, j) - key(i, j)).value)}; }
  constexpr std::span<const S> row(std::span<const S> rows, int i) const {
    return rows.subspan(index(i * x.head_width()), index(x.head_width()));
  }
};

}  // namespace lengthwise
