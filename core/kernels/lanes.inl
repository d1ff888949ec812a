// Included by level.cpp only: sums over 16 fixed lanes joined by a fixed tree, and the polynomial exponential. Written
// as plain loops that every compiler turns into vectors; their results do not depend on whether it did.
#pragma once
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/math/real.hpp"
#include "core/math/scalar.hpp"

// Before a loop whose iterations touch no element of each other, also where output and input are the same array:
// without it compilers guard the vector form by a test that arrays in place fail.
#if defined(__clang__)
#define LENGTHWISE_EACH_ALONE _Pragma("clang loop vectorize(assume_safety)")
#else
#define LENGTHWISE_EACH_ALONE _Pragma("GCC ivdep")
#endif

namespace lengthwise {
namespace {

inline constexpr std::size_t lanes = 16;

template <class T>
inline T join(T (&sum)[lanes]) {
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l) sum[l] += sum[l + half];
  return sum[0];
}
// The sum of term(i) for i < n: element i belongs to lane i mod 16.
template <class T = real, class F>
inline T sum_of(std::size_t n, F&& term) {
  T sum[lanes] = {};
  const std::size_t whole = n - n % lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l) sum[l] += term(i + l);
  for (std::size_t i = whole; i < n; ++i) sum[i - whole] += term(i);
  return join(sum);
}
inline real maximum_of(const real* x, std::size_t n) {  // the order of maxima cannot be seen in the result
  real best[lanes];
  for (std::size_t l = 0; l < lanes; ++l) best[l] = x[0];
  const std::size_t whole = n - n % lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l) best[l] = best[l] < x[i + l] ? x[i + l] : best[l];
  for (std::size_t i = whole; i < n; ++i) best[0] = best[0] < x[i] ? x[i] : best[0];
  for (std::size_t l = 1; l < lanes; ++l) best[0] = best[0] < best[l] ? best[l] : best[0];
  return best[0];
}

inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

// e^x to 2 ulp; results below the smallest normal number are 0. NaN stays NaN.
inline float exponential(float x) {
  const float clipped = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  const float shifted = fma(clipped, 0x1.715476p0f, 0x1.8p23f), n = shifted - 0x1.8p23f;
  float r = fma(n, -0x1.62e4p-1f, clipped);
  r = fma(n, -0x1.7f7d1cp-20f, r);
  float sum = 1.0f / 5040;
  sum = fma(sum, r, 1.0f / 720);
  sum = fma(sum, r, 1.0f / 120);
  sum = fma(sum, r, 1.0f / 24);
  sum = fma(sum, r, 1.0f / 6);
  sum = fma(sum, r, 0.5f);
  sum = fma(sum, r, 1.0f);
  sum = fma(sum, r, 1.0f);
  const float power = sum * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127u) << 23);
  return x < -87.0f ? 0.0f : x > 88.0f ? HUGE_VALF : power;
}
inline double exponential(double x) { return math::exp(x); }

inline real logistic(real x) { return real(1) / (real(1) + exponential(-x)); }

}  // namespace
}  // namespace lengthwise
