// What single hooks are, by definition: what an encoding's part has learned, and the longer of the formulas that
// reference.hpp adds up. Of one head, for any number type.
#pragma once
#include <span>
#include <tuple>
#include <utility>

#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::by_definition {

constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }

// What one part has learned, as it is stored for all heads.
template <class P, class S>
struct learned_numbers {
  decltype(P{}.learned_parameters(model_extents{})) declared;
  std::span<const S> stored;
  head h;

  // The scalars that the head's formulas see.
  constexpr lengthwise::parameters<P, S> scalars() const {
    std::array<S, scalar_parameter_count<P>> flat{};
    for (std::size_t k = 0; k < flat.size(); ++k)
      if (const std::size_t at = storage_index(declared, h.count, h.index, k); at != not_declared) flat[k] = stored[at];
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
template <class S, class E, class F>
constexpr void for_each_part(const E& e, const model_extents& x, head h, std::span<const S> parameters, F&& f) {
  const auto one = [&]<class P>(const P& part) {
    const learned_numbers<P, S> own{part.learned_parameters(x), parameters, h};
    f(part, own);
    parameters = parameters.subspan(own.count() < parameters.size() ? own.count() : parameters.size());
  };
  if constexpr (requires { e.parts; })
    std::apply([&](const auto&... part) { (one(part), ...); }, e.parts);
  else
    one(e);
}

// Channel c of a row [head_width] whose planes turn by the angle of its position and are stretched: queries up, keys
// down.
template <class S, class P, class Reading>
constexpr S turned(const P& part, const auto& own, const Reading& reading, std::span<const S> row, int c,
                   position where, [[maybe_unused]] int power) {
  using math::cos, math::sin;
  const auto width = static_cast<int>(row.size());
  const rotation_shape r = part.rotation(width);
  const bool split = r.pairs == layout::half_split;
  const int half = r.span / 2;
  const bool second = split ? c >= half : c % 2 == 1;
  const plane t{split ? (second ? c - half : c) : c / 2, width / 2};
  if (c >= r.span || t.index >= r.planes) return row[index(c)];
  const auto own_angle = [&](plane p, position at) { return part.template angle<S>(own.scalars(), own.h, p, at); };
  const auto [angle, scale] = reading.turn(own_angle, r.planes, t, where);
  const S other = row[index(second ? c - (split ? half : 1) : c + (split ? half : 1))];
  const S made = (row[index(c)] * cos(angle) + (second ? other : -other) * sin(angle)) * S(scale);
  if constexpr (has_stretch<P>) {
    const double stretch = part.template stretch<double>(own.h, t, where);
    return made * S(power > 0 ? stretch : 1 / stretch);
  }
  return made;
}

// A query and a key [head_width] as lengths and angles of channels, whose phases are learned.
template <class S, class P>
constexpr S polar_product(const P& part, const auto& own, std::span<const S> query, std::span<const S> key,
                          position of_query, position of_key) {
  using math::cos;
  S sum = 0;
  for (channel c{0, static_cast<int>(query.size())}; c.index < c.count; ++c.index) {
    const S apart = S(part.polar_angle(c, of_key) - part.polar_angle(c, of_query));
    sum += part.template magnitude<S>(query[index(c.index)]) * part.template magnitude<S>(key[index(c.index)]) *
           cos(apart + part.template phase<S>(own.number(0, own.h.index, 0, c.index)));
  }
  return sum;
}

// The product of a key [head_width] with a direction of unit length, the last parameter, divided by sqrt(d).
template <class S>
constexpr S match(const auto& own, std::span<const S> key) {
  using math::exp, math::log;
  S product = 0, squares = 0;
  for (int c = 0; c < static_cast<int>(key.size()); ++c) {
    const S u = own.number(own.declared.size() - 1, own.h.index, 0, c);
    product += key[index(c)] * u, squares += u * u;
  }
  return product / exp(S(0.5) * log(squares)) / S(math::sqrt(static_cast<double>(key.size())));
}

// w2 unit(w1 features + b1) + b2
template <class S, class P>
constexpr S network(const P& part, const auto& own, const model_extents& x, distance n) {
  const int hidden = static_cast<int>(own.declared[1].count_each());
  const int features = static_cast<int>(own.declared[0].count_each()) / hidden;
  S sum = own.declared.size() > 3 ? own.number(3, own.h.index, 0, 0) : S(0);
  for (int u = 0; u < hidden; ++u) {
    S before = own.number(1, 0, 0, u);
    for (int f = 0; f < features; ++f) before += own.stored[index(u * features + f)] * S(part.feature(x, f, n));
    sum += own.number(2, own.h.index, 0, u) * part.template unit<S>(before);
  }
  return part.template outlet<S>(sum);
}

}  // namespace lengthwise::by_definition
