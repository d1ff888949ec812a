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

// All lanes as one value: of arrays, compilers make vectors in the loops over rows, but not of their ends and not where
// they take maxima.
template <class T>
struct lanes_of {
  typedef T type __attribute__((vector_size(lanes * sizeof(T))));
};
template <class T>
inline void load_lanes(typename lanes_of<T>::type& v, const T* x) {
  typedef T unaligned __attribute__((vector_size(lanes * sizeof(T)), aligned(sizeof(T)), may_alias));
  v = *reinterpret_cast<const unaligned*>(x);
}
// f(a, b) makes of a what the two give, which happens to lanes l and l + 8, then l and l + 4, l + 2, l + 1.
template <class T, class F>
inline T join(typename lanes_of<T>::type& v, F&& f) {
  f(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  f(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  f(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  f(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  return v[0];
}
// The sum of term(i) for i < n: element i belongs to lane i mod 16.
template <class T = real, class F>
inline T sum_of(std::size_t n, F&& term) {
  T sum[lanes] = {};
  const std::size_t whole = n - n % lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t l = 0; l < lanes; ++l) sum[l] += term(i + l);
  for (std::size_t i = whole; i < n; ++i) sum[i - whole] += term(i);
  typename lanes_of<T>::type all;
  load_lanes(all, sum);
  return join<T>(all, [](auto& a, const auto& b) { a += b; });
}
inline real maximum_of(const real* x, std::size_t n) {  // the order of maxima cannot be seen in the result
  const auto raise = [](auto& a, const auto& b) { a = a < b ? b : a; };
  const std::size_t whole = n - n % lanes;
  lanes_of<real>::type best = x[0] - lanes_of<real>::type{}, next;
  for (std::size_t i = 0; i < whole; i += lanes) load_lanes(next, x + i), raise(best, next);
  real most = join<real>(best, raise);
  for (std::size_t i = whole; i < n; ++i) raise(most, x[i]);
  return most;
}

inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

// e^x to 2 ulp, for -87 <= x <= 88; NaN stays NaN, and of anything else it is some number.
inline float exponential_within(float x) {
  const float shifted = fma(x, 0x1.715476p0f, 0x1.8p23f), n = shifted - 0x1.8p23f;
  float r = fma(n, -0x1.62e4p-1f, x);
  r = fma(n, -0x1.7f7d1cp-20f, r);
  float sum = 1.0f / 5040;
  sum = fma(sum, r, 1.0f / 720);
  sum = fma(sum, r, 1.0f / 120);
  sum = fma(sum, r, 1.0f / 24);
  sum = fma(sum, r, 1.0f / 6);
  sum = fma(sum, r, 0.5f);
  sum = fma(sum, r, 1.0f);
  sum = fma(sum, r, 1.0f);
  return sum * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127u) << 23);
}
// Everywhere; results below the smallest normal number are 0.
inline float exponential(float x) {
  const float power = exponential_within(x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x);
  return x < -87.0f ? 0.0f : x > 88.0f ? HUGE_VALF : power;
}
inline double exponential_within(double x) { return math::exp(x); }
inline double exponential(double x) { return math::exp(x); }

inline real logistic(real x) { return real(1) / (real(1) + exponential(-x)); }

}  // namespace
}  // namespace lengthwise
