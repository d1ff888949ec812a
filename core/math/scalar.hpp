// Elementary functions with the same bits at compile time, at run time, with every compiler and on every machine: short
// series of IEEE additions, multiplications and divisions, no libm (whose last bit changes with the CPU's features) and
// no fused operations. Relative error below 4e-15 for exp, log and sqrt; absolute error below 4e-16 for sin and cos of
// arguments up to 1e6. Branches are selections, so that loops over them become vectors.
#pragma once
#include <bit>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <numbers>

namespace lengthwise::math {

namespace series {

// Adding it pushes a double's fraction out: what is left is the nearest integer, ties to even.
inline constexpr double shifter = 0x1.8p52;

constexpr double nearest(double x) { return (x + shifter) - shifter; }

constexpr double exp(double x) {
  constexpr double ln2_head = 0x1.62e42fefap-1, ln2_tail = 0x1.cf79abc9e3b39p-40;
  const double clipped = x < -708.0 ? -708.0 : x > 709.0 ? 709.0 : x;
  const double shifted = clipped / std::numbers::ln2 + shifter, n = shifted - shifter;
  const double r = (clipped - n * ln2_head) - n * ln2_tail;  // |r| <= ln(2)/2
  double sum = 1.0 / 6227020800.0;                           // 1/13!
  constexpr double inverse_factorials[] = {
      1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720,
      1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};
  for (const double c : inverse_factorials) sum = sum * r + c;
  const auto exponent = std::bit_cast<std::uint64_t>(shifted) + 1023;  // its low bits hold n
  const double power = sum * std::bit_cast<double>(exponent << 52);
  return x != x ? x : x < -708.0 ? 0.0 : x > 709.0 ? std::numeric_limits<double>::infinity() : power;
}

// Powers of two are exact.
constexpr double exp2(double x) {
  const double clipped = x < -1021.0 ? -1021.0 : x > 1023.0 ? 1023.0 : x, n = nearest(clipped);
  const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + 1023);
  return exp((clipped - n) * std::numbers::ln2) * std::bit_cast<double>(exponent << 52);
}

// Of one double or of a vector of them, with unsigned integers of the same width.
template <class X, class Bits>
constexpr X log_of(X x) {  // x no subnormal number
  const Bits bits = std::bit_cast<Bits>(x);
  // Exponent chosen so that the mantissa lies in [sqrt(1/2), sqrt(2)); 1024 more than it, so that it is not negative.
  const Bits above = (bits - std::bit_cast<std::uint64_t>(std::numbers::sqrt2 / 2) + (std::uint64_t{1024} << 52)) >> 52;
  const X exponent = std::bit_cast<X>(above | std::bit_cast<std::uint64_t>(shifter)) - (shifter + 1024);
  const X m = std::bit_cast<X>(bits - ((above - 1024) << 52));
  const X z = (m - 1.0) / (m + 1.0), z2 = z * z;  // ln m = 2 atanh z, |z| <= 0.1716
  X sum = X{} + 1.0 / 23;
  for (int k = 21; k >= 1; k -= 2) sum = sum * z2 + 1.0 / k;
  const X result = 2.0 * z * sum + exponent * std::numbers::ln2;
  using limits = std::numeric_limits<double>;
  return x > X{} + limits::max() ? x
         : x > X{}               ? result
         : x == X{}              ? X{} - limits::infinity()
                                 : X{} + limits::quiet_NaN();
}
constexpr double log(double x) { return log_of<double, std::uint64_t>(x); }

// sin(x + quarters * pi/2): the argument is reduced by multiples of pi/2 in two pieces (the first has 33 bits, so that
// its product with the count is exact up to 2^20 quarter turns).
constexpr double sine_shifted(double x, std::int64_t quarters) {
  constexpr double head = 1.57079632673412561417, tail = 6.07710050650619224932e-11;
  const double n = nearest(x / (std::numbers::pi / 2));
  const double r = (x - n * head) - n * tail, r2 = r * r;
  double sine = -1.0 / 121645100408832000.0;  // -1/19!
  for (const double c : {1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880,
                         -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1.0})
    sine = sine * r2 + c;
  double cosine = -1.0 / 6402373705728000.0;  // -1/18!
  for (const double c : {1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
                         -1.0 / 720, 1.0 / 24, -1.0 / 2, 1.0})
    cosine = cosine * r2 + c;
  const auto quadrant = (static_cast<std::int64_t>(n) + quarters) & 3;
  const double magnitude = (quadrant & 1) != 0 ? cosine : sine * r;
  return (quadrant & 2) != 0 ? -magnitude : magnitude;
}

constexpr double sqrt(double x) {  // Newton, from above
  if (x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (!(x > 0) || x > std::numeric_limits<double>::max()) return x;
  double y = x > 1 ? x : 1;
  for (double next = (y + x / y) / 2; next < y; next = (y + x / y) / 2) y = next;
  return y;
}

}  // namespace series

template <std::floating_point T>
constexpr T exp(T x) {
  return static_cast<T>(series::exp(static_cast<double>(x)));
}
template <std::floating_point T>
constexpr T exp2(T x) {
  return static_cast<T>(series::exp2(static_cast<double>(x)));
}
template <std::floating_point T>
constexpr T log(T x) {
  return static_cast<T>(series::log(static_cast<double>(x)));
}
template <std::floating_point T>
constexpr T sin(T x) {
  return static_cast<T>(series::sine_shifted(static_cast<double>(x), 0));
}
template <std::floating_point T>
constexpr T cos(T x) {
  return static_cast<T>(series::sine_shifted(static_cast<double>(x), 1));
}
template <std::floating_point T>
constexpr T sqrt(T x) {
  return static_cast<T>(series::sqrt(static_cast<double>(x)));
}

template <std::floating_point T>
constexpr T value_of(T x) {
  return x;
}
template <std::floating_point T>
constexpr T abs(T x) {
  return x < 0 ? -x : x;
}
template <std::floating_point T>
constexpr T relu(T x) {
  return x <= 0 ? T(0) : x;
}  // NaN stays NaN
template <std::floating_point T>
constexpr T max(T a, T b) {
  return a < b ? b : a;
}
template <std::floating_point T>
constexpr T min(T a, T b) {
  return b < a ? b : a;
}
template <std::floating_point T>
constexpr T floor(T x) {  // |x| < 2^63
  const T truncated = static_cast<T>(static_cast<std::int64_t>(x));
  return truncated > x ? truncated - 1 : truncated;
}
// A parameter moved into [low, high] before use, with the gradient of the value it is moved to (straight-through).
template <std::floating_point T>
constexpr T projected(T x, double low, double high = std::numeric_limits<double>::infinity()) {
  return static_cast<double>(x) < low ? static_cast<T>(low) : static_cast<double>(x) > high ? static_cast<T>(high) : x;
}

// Built from those above, so that dual numbers have them too.
template <class S>
constexpr S sigmoid(S x) {
  return value_of(x) >= 0 ? S(1) / (S(1) + exp(-x)) : exp(x) / (S(1) + exp(x));
}
template <class S>
constexpr S log_sigmoid(S x) {  // ln sigmoid(x), without overflow or cancellation
  return value_of(x) >= 0 ? -log(S(1) + exp(-x)) : x - log(S(1) + exp(x));
}
template <class S>
constexpr S softplus(S x) {
  return -log_sigmoid(-x);
}
template <class S>
constexpr S tanh(S x) {
  return S(2) * sigmoid(S(2) * x) - S(1);
}
template <class S>
constexpr S pow(S base, S power) {
  return exp(power * log(base));
}  // base > 0

}  // namespace lengthwise::math
