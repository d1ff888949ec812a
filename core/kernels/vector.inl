// Included by level.cpp only: the vector type of the instruction set that is being built for.
#pragma once
#include <cmath>
#include <cstddef>
#include <utility>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "core/math/real.hpp"

namespace lengthwise {
namespace {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif
inline constexpr int vector_width = vector_bytes / static_cast<int>(sizeof(real));
typedef real vector __attribute__((vector_size(vector_bytes), aligned(sizeof(real)), may_alias));

inline vector load(const real* x) { return *reinterpret_cast<const vector*>(x); }
inline void store(real* x, vector v) { *reinterpret_cast<vector*>(x) = v; }
inline vector broadcast(real x) { return x - vector{}; }

// a * b + c, rounded once.
#if defined(__AVX512F__)
inline __m512 fused(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d fused(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
inline vector fused_multiply_add(vector a, vector b, vector c) { return fused(a, b, c); }
#elif defined(__FMA__)
inline __m256 fused(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
inline __m256d fused(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
inline vector fused_multiply_add(vector a, vector b, vector c) { return fused(a, b, c); }
#else
inline vector fused_multiply_add(vector a, vector b, vector c) {
  for (int i = 0; i < vector_width; ++i) c[i] = std::fma(a[i], b[i], c[i]);
  return c;
}
#endif

// The elements of a and b in turn: a0 b0 a1 b1 ... from the low or the high halves.
template <bool High, int... I>
inline vector interleave(vector a, vector b, std::integer_sequence<int, I...>) {
  constexpr int half = High ? vector_width / 2 : 0;
  return __builtin_shufflevector(a, b, (half + I / 2 + (I % 2) * vector_width)...);
}
// Turns a square block of vector_width rows into its transpose: interleaving row i with row i + w/2, log2(w) times.
inline void transpose(vector (&rows)[vector_width]) {
  using lanes = std::make_integer_sequence<int, vector_width>;
  for (int round = 1; round < vector_width; round *= 2) {
    vector next[vector_width];
    for (int i = 0; i < vector_width / 2; ++i) {
      next[2 * i] = interleave<false>(rows[i], rows[i + vector_width / 2], lanes());
      next[2 * i + 1] = interleave<true>(rows[i], rows[i + vector_width / 2], lanes());
    }
    for (int i = 0; i < vector_width; ++i) rows[i] = next[i];
  }
}

}  // namespace
}  // namespace lengthwise
