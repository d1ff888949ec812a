// The checks behind claims of properties. Some are known by type: a hook that takes only distances cannot depend on
// where positions stand. The others are evaluated by the compiler at finite sizes, which is evidence and no proof;
// how_known() says at which sizes and with which tolerance. Hyper-parameters have their defaults; learned parameters
// are drawn from their initial distributions.
#pragma once
#include <limits>
#include <utility>

#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::checks {

template <class E>
inline constexpr bool knows_positions = any_of(E::hooks, hook::input | hook::input_row | hook::angle | hook::stretch |
                                                             hook::bias_at | hook::polar);
template <class E>
constexpr bool hooks_within(hook allowed) {
  return (static_cast<unsigned>(E::hooks) & ~static_cast<unsigned>(allowed)) == 0;
}
inline constexpr hook distance_hooks =
    hook::bias | hook::bucket | hook::network | hook::relative_row | hook::relative_feature | hook::score;

inline constexpr model_extents small{16, 2, 16};    // width, heads, training length: of most checks
inline constexpr model_extents larger{128, 2, 16};  // where the number of frequencies matters
inline constexpr double tolerance = 1e-9;

// A value of the distribution; different for every index, spread evenly.
constexpr double drawn(const distribution& d, std::size_t index) {
  const double multiple = 0.3 + 0.6180339887498949 * static_cast<double>(index), u = multiple - math::floor(multiple);
  return d.shape == distribution::kind::constant  ? d.first
         : d.shape == distribution::kind::uniform ? d.first + (d.second - d.first) * u
         : d.shape == distribution::kind::by_head ? d.first + d.second * u
                                                  : d.first + d.second * (2 * u - 1);
}
template <class E>
constexpr parameters<E, double> drawn_parameters(const model_extents& x, int of_head) {
  std::array<double, scalar_parameter_count<E>> flat{};
  if constexpr (has_scalar_parameters<E>) {
    const auto declared = E{}.learned_parameters(x);
    std::size_t slot = 0;
    for (const parameter& p : declared)
      for (std::size_t i = 0; i < p.count_each(); ++i, ++slot)
        flat[slot] = drawn(p.initial, storage_index(declared, x.heads, of_head, slot));
  }
  return as_parameters<E, double>(flat);
}

// Calls f(number) for everything that the encoding says of position (or distance) `at`, head by head.
template <class E, class F>
constexpr void for_each_number(const E& e, const model_extents& x, double at, F&& f) {
  if constexpr (has_input_row<E>) f(static_cast<double>(e.input_row(position{at})));
  if constexpr (has_relative_row<E>) f(static_cast<double>(e.relative_row(distance{at})));
  if constexpr (has_bucket<E>) f(static_cast<double>(e.bucket(distance{at})));
  for (int h = 0; h < x.heads; ++h) {
    [[maybe_unused]] const auto p = drawn_parameters<E>(x, h);
    [[maybe_unused]] const head of{h, x.heads};
    if constexpr (has_input<E>)
      for (int c = 0; h == 0 && c < x.width; ++c) f(e.template input<double>(p, channel{c, x.width}, position{at}));
    if constexpr (has_relative_feature<E>)
      for (int c = 0; h == 0 && c < x.width; ++c)
        f(e.template relative_feature<double>(channel{c, x.width}, distance{at}));
    if constexpr (has_angle<E>)
      for (int t = 0; t < e.rotation(x.head_width()).planes; ++t) {
        const plane turned{t, x.head_width() / 2};
        double stretch = 1;
        if constexpr (has_stretch<E>) stretch = e.template stretch<double>(of, turned, position{at});
        const double angle = e.template angle<double>(p, of, turned, position{at});
        f(stretch * math::cos(angle)), f(stretch * math::sin(angle));
        if constexpr (has_stretch<E>) f(stretch > 0 ? 1 / stretch : std::numeric_limits<double>::infinity());
      }
    if constexpr (has_bias<E>) f(e.template bias<double>(p, of, distance{at}));
    if constexpr (has_score<E>) f(e.template score<double>(p, of, distance{at}, 1.0));
    if constexpr (has_bias_at<E>) f(e.template bias_at<double>(p, of, position{at + 1024}, position{1024}));
  }
}
template <class E>
inline constexpr bool has_code = !hooks_within<E>(hook::gate | hook::row);

// ---- A unique code
struct code {
  double numbers[48] = {};
  int count = 0;
};
// Positions 0..31, then 2^5 + 1 .. 2^17 + 1. Each code is a constant of its own, so that it is evaluated within the
// compilers' limits.
constexpr double code_position(int k) { return k < 32 ? k : static_cast<double>(1 << (k - 32 + 5)) + 1; }
template <class E, int K>
inline constexpr code code_at = [] {
  code c;
  if (code_position(K) < E{}.domain(small))
    for_each_number(E{}, small, code_position(K), [&](double x) { c.numbers[c.count++] = x; });
  return c;
}();
constexpr bool differ(const code& a, const code& b) {
  for (int n = 0; n < a.count; ++n)
    if (math::abs(a.numbers[n] - b.numbers[n]) > tolerance) return true;
  return false;
}
template <class E, int... K>
constexpr bool codes_differ(std::integer_sequence<int, K...>) {
  const code* const codes[] = {&code_at<E, K>...};
  for (std::size_t a = 0; a < sizeof...(K); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (codes[a]->count > 0 && !differ(*codes[a], *codes[b])) return false;
  return true;
}
template <class E>
constexpr bool unique_code() {
  if constexpr (!has_code<E>)
    return false;
  else
    return codes_differ<E>(std::make_integer_sequence<int, 45>());
}

// ---- Differences that do not depend on where positions stand
template <class E>
constexpr double code_product(const E& e, double a, double b) {
  const auto p = drawn_parameters<E>(small, 0);
  double sum = 0;
  for (int c = 0; c < small.width; ++c)
    sum += e.template input<double>(p, channel{c, small.width}, position{a}) *
           e.template input<double>(p, channel{c, small.width}, position{b});
  return sum;
}
// Whether what the encoding says of the pair (from + n, from) is what it says of (n, 0).
template <class E>
constexpr bool same_difference(const E& e, double from, double n) {
  const auto near = [](double a, double b) { return math::abs(a - b) <= tolerance * (1 + math::abs(a)); };
  if constexpr (has_input<E>)
    if (!near(code_product(e, from + n, from), code_product(e, n, 0))) return false;
  for (int h = 0; h < small.heads; ++h) {
    [[maybe_unused]] const auto p = drawn_parameters<E>(small, h);
    [[maybe_unused]] const head of{h, small.heads};
    if constexpr (has_angle<E>)
      for (int t = 0; t < e.rotation(small.head_width()).planes; ++t) {
        const plane turned{t, small.head_width() / 2};
        const auto angle = [&](double i) { return e.template angle<double>(p, of, turned, position{i}); };
        if (!near(angle(from + n) - angle(from), angle(n) - angle(0))) return false;
        if constexpr (has_stretch<E>) {
          const auto stretch = [&](double i) { return e.template stretch<double>(of, turned, position{i}); };
          if (!(stretch(from) > 0) || !near(stretch(from + n) / stretch(from), stretch(n) / stretch(0))) return false;
        }
      }
    if constexpr (has_bias_at<E>) {
      const auto bias = [&](double i, double j) { return e.template bias_at<double>(p, of, position{i}, position{j}); };
      if (!near(bias(from + n, from), bias(n, 0))) return false;
    }
  }
  return true;
}
template <class E>
constexpr bool same_differences() {
  for (const double from : {1.0, 2.0, 7.0, 30.0, 1000.0})
    for (const double n : {0.0, 1.0, 2.0, 5.0, 13.0, 700.0})
      if (!same_difference(E{}, from, n)) return false;
  return true;
}
template <class E>
constexpr bool relative() {
  if constexpr (!has_code<E> || has_input_row<E> || any_of(E::hooks, hook::gate | hook::row))
    return false;
  else if constexpr (knows_positions<E>)
    return same_differences<E>();
  else
    return true;
}
// Products of queries and keys see a code that was added to the input next to the content, so no shift leaves them
// alone.
template <class E>
constexpr bool shift_invariant() {
  if constexpr (has_input<E> || has_input_row<E>)
    return false;
  else if constexpr (knows_positions<E>)
    return same_differences<E>();
  else
    return true;
}

// ---- Bounded values
inline constexpr hook finite_tables = hook::bucket | hook::relative_row | hook::input_row;
// Far values may be half as large again as the near ones: what grows without bound, even as a logarithm, grows by more.
template <class E>
constexpr bool bounded() {
  if constexpr (!has_code<E> || any_of(E::hooks, hook::gate | hook::row))
    return false;
  else if constexpr (hooks_within<E>(finite_tables | hook::angle))
    return true;
  else {
    double near = 0, far = 0;
    const auto raise = [](double& most) { return [&most](double x) { most = math::max(most, math::abs(x)); }; };
    for (const double at : {0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 21.0, 55.0}) for_each_number(E{}, small, at, raise(near));
    for (double at = 100; at < 1e6; at *= 4) for_each_number(E{}, small, at, raise(far));
    return far <= 1.5 * near;
  }
}

// ---- Long-range decay
// RoPE's upper bound on how much a product of query and key can depend on their content at distance n (Su et al., 2021,
// section 3.4.3): the mean over m = 1..d/2 of |S_m|, S_m = sum over l < m of e^(i n theta_l). With a stretch, each term
// is multiplied by what the stretch leaves of it.
template <class E>
constexpr double rotation_bound(const E& e, const model_extents& x, int of_head, double n) {
  const auto p = drawn_parameters<E>(x, of_head);
  const int planes = x.head_width() / 2, turning = e.rotation(x.head_width()).planes;
  double real_part = 0, imaginary_part = 0, sum = 0;
  for (int t = 0; t < planes; ++t) {
    double angle = 0, stretch = 1;
    if (t < turning) {
      const plane turned{t, planes};
      const head of{of_head, x.heads};
      angle =
          e.template angle<double>(p, of, turned, position{n}) - e.template angle<double>(p, of, turned, position{0});
      if constexpr (has_stretch<E>)
        stretch =
            e.template stretch<double>(of, turned, position{n}) / e.template stretch<double>(of, turned, position{0});
    }
    real_part += stretch * math::cos(angle), imaginary_part += stretch * math::sin(angle);
    sum += math::sqrt(real_part * real_part + imaginary_part * imaginary_part);
  }
  return sum / planes;
}
inline constexpr int input_width = larger.width / larger.heads;
template <class E>
inline constexpr auto input_at_zero = [] {
  std::array<double, input_width> code{};
  for (int c = 0; c < input_width; ++c)
    code[static_cast<std::size_t>(c)] =
        E{}.template input<double>(drawn_parameters<E>(larger, 0), channel{c, input_width}, position{0});
  return code;
}();
// What should fall with the distance: the rotation's bound, the bias, the rewritten logit, the product of two codes.
template <class E>
constexpr double strength(const E& e, int of_head, double n) {
  [[maybe_unused]] const auto p = drawn_parameters<E>(larger, of_head);
  [[maybe_unused]] const head of{of_head, larger.heads};
  double sum = 0;
  if constexpr (has_angle<E>) sum += rotation_bound(e, larger, of_head, n);
  if constexpr (has_bias<E>) sum += e.template bias<double>(p, of, distance{n});
  if constexpr (has_bias_at<E>) sum += e.template bias_at<double>(p, of, position{512}, position{512 - n});
  if constexpr (has_score<E>) sum += e.template score<double>(p, of, distance{n}, 1.0);
  if constexpr (has_input<E>)
    for (int c = 0; c < input_width; ++c)
      sum += input_at_zero<E>[static_cast<std::size_t>(c)] *
             e.template input<double>(p, channel{c, input_width}, position{n});
  return sum;
}
// The mean over distances 2^k .. 2^(k+1) - 1, eight of them at most. A constant of its own, so that each is evaluated
// within the compilers' limits.
template <class E, int Head, int Octave>
inline constexpr double octave_mean = [] {
  constexpr int first = 1 << Octave, count = first < 8 ? first : 8;
  double sum = 0;
  for (int k = 0; k < count; ++k) sum += strength(E{}, Head, first + k * (first / count));
  return sum / count;
}();
template <class E, int Head, int... Octave>
constexpr bool octaves_fall(std::integer_sequence<int, Octave...>) {
  constexpr auto falls = [](double near, double far) { return far < near; };
  return (falls(octave_mean<E, Head, Octave>, octave_mean<E, Head, Octave + 1>) && ...);
}
// The input knows no head, and rotations that learn nothing are compared for one head only, to save the compiler's
// time.
template <class E>
inline constexpr bool by_head = has_scalar_parameters<E> || !hooks_within<E>(hook::angle | hook::stretch | hook::input);
template <class E>
constexpr bool decays() {
  if constexpr (hooks_within<E>(hook::gate) && has_gate<E>)
    return true;
  else if constexpr (hooks_within<E>(hook::angle | hook::stretch | hook::bias | hook::bias_at | hook::score |
                                     hook::input) &&
                     has_code<E>)
    return octaves_fall<E, 0>(std::make_integer_sequence<int, 8>()) &&
           (!by_head<E> || octaves_fall<E, 1>(std::make_integer_sequence<int, 8>()));
  else
    return false;
}

// ---- Domain
template <class E>
constexpr bool finite_domain() {
  return E{}.domain(small) < std::numeric_limits<int>::max();
}

template <class E, property P>
constexpr bool holds() {
  if constexpr (P == property::unique_code)
    return unique_code<E>();
  else if constexpr (P == property::relative)
    return relative<E>();
  else if constexpr (P == property::bounded)
    return bounded<E>();
  else if constexpr (P == property::decays)
    return decays<E>();
  else if constexpr (P == property::shift_invariant)
    return shift_invariant<E>();
  else
    return finite_domain<E>();
}

// In words, for the card: by type, or the sizes and the tolerance of the check.
template <class E>
constexpr std::string_view how_known(property what) {
  switch (what) {
    case property::unique_code:
      return hooks_within<E>(finite_tables) ? "checked: rows of the learned table differ at 0..31 and 2^5+1 .. 2^17+1, "
                                              "as far as the domain reaches"
                                            : "checked: positions (or distances) 0..31 and 2^5+1 .. 2^17+1, width 16, "
                                              "2 heads; codes differ by more than 1e-9";
    case property::relative:
    case property::shift_invariant:
      return !knows_positions<E> ? (E::hooks == hook::none || any_of(E::hooks, hook::gate | hook::row)
                                        ? "by type: its hooks know no position"
                                        : "by type: its hooks take only distances")
             : has_input<E>
                 ? "checked: inner products of codes, distances up to 700 from positions up to 1000, width 16; to 1e-9"
             : has_angle<E> ? "checked: differences of angles, distances up to 700 from positions up to 1000, head "
                              "width 8; to 1e-9"
                            : "checked: distances up to 700 from positions up to 1000; to 1e-9";
    case property::bounded:
      return hooks_within<E>(finite_tables) ? "by type: a finite table of learned numbers"
             : hooks_within<E>(finite_tables | hook::angle)
                 ? "by type: a rotation, whose numbers are sines and cosines"
                 : "checked: values up to 10^6 are at most 1.5 times those below 64";
    case property::decays:
      return has_gate<E>    ? "by type: each step adds the logarithm of a gate below 1"
             : has_angle<E> ? "checked: the upper bound of RoPE's paper (section 3.4.3); its means over octaves fall "
                              "from distance 1 to 512, head width 64"
             : has_input<E>
                 ? "checked: inner products of codes; their means over octaves fall from distance 1 to 512, width 64"
                 : "checked: means over octaves fall from distance 1 to 512, 2 heads";
    default: return "by type: its domain is a number";
  }
}
template <class E>
constexpr std::array<property_claim, all_properties.size()> claims_of() {
  std::array<property_claim, all_properties.size()> list{};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const property what = all_properties[i].what;
    const bool claimed = contains(E::claims, what);
    list[i] = {all_properties[i], claimed, claimed ? how_known<E>(what) : std::string_view()};
  }
  return list;
}

}  // namespace lengthwise::checks
