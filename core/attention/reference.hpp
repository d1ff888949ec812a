// Attention by definition: what every kernel, term and gradient is held against. Scalar code that the compiler executes
// as well, for any encoding, any positions and any number type; dual numbers give its derivatives. Read this first.
#pragma once
#include <span>
#include <tuple>
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
        if (reading.sees(i, j)) weighted += weights[index(j)] * (at(values, j, c) + relative_value(i, j, c));
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
      if constexpr (has_probe<P>) sum += part.template probe<S>(own.scalars(), h, n, match(own, j));
      if constexpr (has_network<P>) sum += network(part, own, n);
      if constexpr (has_bucket<P>) sum += own.number(0, h.index, 0, part.bucket(n));
      if constexpr (has_gate<P>)
        for (int l = j + 1; l <= i; ++l)
          sum += S(gate_scale(part, x.head_width())) * log_sigmoid(S(gate_sign<P>) * gates[index(l)]);
      if constexpr (has_row<P>)
        sum += part.template row_addend<S>(
            i, j, [&](int t) { return scaled_product(i, t); },
            [&](int row) { return dot(i, j, [&](int c) { return own.number(0, h.index, row, c); }); });
    });
    return sum;
  }

 private:
  // What one part has learned.
  template <class P>
  struct learned_numbers {
    decltype(P{}.learned_parameters(model_extents{})) declared;
    std::span<const S> stored;
    head h;

    // The scalars that the head's formulas see.
    constexpr lengthwise::parameters<P, S> scalars() const {
      std::array<S, scalar_parameter_count<P>> flat{};
      for (std::size_t k = 0; k < flat.size(); ++k)
        if (const std::size_t at = storage_index(declared, h.count, h.index, k); at != not_declared)
          flat[k] = stored[at];
      return as_parameters<P, S>(flat);
    }
    // A number of the table `which`, [rows, columns] of each head or of all.
    constexpr S number(std::size_t which, int of_head, int row, int column) const {
      std::size_t at = 0;
      for (std::size_t p = 0; p < which; ++p) at += declared[p].count(h.count);
      const parameter& p = declared[which];
      if (p.per_head) at += index(of_head) * p.count_each();
      return stored[at + index(row * p.columns + column)];
    }
    constexpr std::size_t count() const {
      std::size_t all = 0;
      for (const parameter& p : declared) all += p.count(h.count);
      return all;
    }
  };
  // Calls f(part, what it has learned) for each of combined encodings, or for the one.
  template <class F>
  constexpr void for_each_part(F&& f) const {
    std::span<const S> rest = parameters;
    const auto one = [&]<class P>(const P& part) {
      const learned_numbers<P> own{part.learned_parameters(x), rest, h};
      f(part, own);
      rest = rest.subspan(own.count() < rest.size() ? own.count() : rest.size());
    };
    if constexpr (requires { e.parts; })
      std::apply([&](const auto&... part) { (one(part), ...); }, e.parts);
    else
      one(e);
  }

  constexpr S scaled_product(int i, int j) const {
    S sum = dot(i, j, [&](int c) { return turned(keys, j, c, key(i, j), -1); });
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_polar<P>) sum = polar_product(part, own, i, j);
    });
    double scale = encoding_defaults{}.logit_scale(x.head_width());
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if (part.logit_scale(x.head_width()) != encoding_defaults{}.logit_scale(x.head_width()))
        scale = part.logit_scale(x.head_width());
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
  // The product of a key with a direction of unit length, the last parameter, divided by sqrt(d).
  constexpr S match(const auto& own, int j) const {
    using math::exp, math::log;
    S product = 0, squares = 0;
    for (int c = 0; c < x.head_width(); ++c) {
      const S u = own.number(own.declared.size() - 1, h.index, 0, c);
      product += at(keys, j, c) * u, squares += u * u;
    }
    return product / exp(S(0.5) * log(squares)) / S(math::sqrt(static_cast<double>(x.head_width())));
  }
  template <class P>
  constexpr S polar_product(const P& part, const auto& own, int i, int j) const {
    using math::cos;
    S sum = 0;
    for (channel c{0, x.head_width()}; c.index < c.count; ++c.index) {
      const S apart = S(part.polar_angle(c, key(i, j)) - part.polar_angle(c, query(i, j)));
      sum += part.template magnitude<S>(at(queries, i, c.index)) * part.template magnitude<S>(at(keys, j, c.index)) *
             cos(apart + part.template phase<S>(own.number(0, h.index, 0, c.index)));
    }
    return sum;
  }
  // w2 unit(w1 features + b1) + b2
  template <class P>
  constexpr S network(const P& part, const auto& own, distance n) const {
    const int hidden = static_cast<int>(own.declared[1].count_each());
    const int features = static_cast<int>(own.declared[0].count_each()) / hidden;
    S sum = own.declared.size() > 3 ? own.number(3, h.index, 0, 0) : S(0);
    for (int u = 0; u < hidden; ++u) {
      S before = own.number(1, 0, 0, u);
      for (int f = 0; f < features; ++f) before += own.stored[index(u * features + f)] * S(part.feature(x, f, n));
      sum += own.number(2, h.index, 0, u) * part.template unit<S>(before);
    }
    return part.template outlet<S>(sum);
  }
  // Channel c of a row whose planes turn by the angle of its position and are stretched: queries up, keys down.
  constexpr S turned(std::span<const S> rows, int row, int c, position where, int power) const {
    S made = at(rows, row, c);
    for_each_part([&]<class P>(const P& part, const auto& own) {
      if constexpr (has_angle<P>) made = turned_by(part, own, rows, row, c, where, power);
    });
    return made;
  }
  template <class P>
  constexpr S turned_by(const P& part, const auto& own_numbers, std::span<const S> rows, int row, int c, position where,
                        [[maybe_unused]] int power) const {
    using math::cos, math::sin;
    const rotation_shape r = part.rotation(x.head_width());
    const bool split = r.pairs == layout::half_split;
    const int half = r.span / 2;
    if (c >= r.span) return at(rows, row, c);
    const bool second = split ? c >= half : c % 2 == 1;
    const plane t{split ? (second ? c - half : c) : c / 2, x.head_width() / 2};
    if (t.index >= r.planes) return at(rows, row, c);
    const auto own = [&](plane p, position at) { return part.template angle<S>(own_numbers.scalars(), h, p, at); };
    const auto [angle, scale] = reading.turn(own, r.planes, t, where);
    const S other = at(rows, row, second ? c - (split ? half : 1) : c + (split ? half : 1));
    const S turned = (at(rows, row, c) * cos(angle) + (second ? other : -other) * sin(angle)) * S(scale);
    if constexpr (has_stretch<P>) {
      const double stretch = part.template stretch<double>(h, t, where);
      return turned * S(power > 0 ? stretch : 1 / stretch);
    }
    return turned;
  }
  constexpr S relative_value(int i, int j, int c) const {
    S sum = 0;
    for_each_part([&]<class P>([[maybe_unused]] const P& part, [[maybe_unused]] const auto& own) {
      if constexpr (has_relative_row<P>)
        if (part.relative_values()) sum += own.number(1, 0, part.relative_row(between(i, j)), c);
    });
    return sum;
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
};

}  // namespace lengthwise
