#include "experiments/bench/multiply_add_rate.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/kernels/kernels.hpp"
#include "core/parallel/workers.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lengthwise {
namespace {

constexpr int chains = 16, rounds = 30'000'000;  // more independent chains than a unit has steps

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float burst512() {
  __m512 x[chains];
  for (auto& chain : x) chain = _mm512_set1_ps(1);
  const __m512 factor = _mm512_set1_ps(0.999999f), term = _mm512_set1_ps(1e-6f);
  for (int i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (int c = 0; c < chains; ++c) x[c] = _mm512_fmadd_ps(x[c], factor, term);
  }
  __m512 sum = x[0];
  for (int c = 1; c < chains; ++c) sum = _mm512_add_ps(sum, x[c]);
  return _mm512_cvtss_f32(sum);
}
float burst256() {
  __m256 x[chains - 4];  // 16 registers, two of them for the constants
  for (auto& chain : x) chain = _mm256_set1_ps(1);
  const __m256 factor = _mm256_set1_ps(0.999999f), term = _mm256_set1_ps(1e-6f);
  for (int i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (int c = 0; c < chains - 4; ++c) x[c] = _mm256_fmadd_ps(x[c], factor, term);
  }
  __m256 sum = x[0];
  for (int c = 1; c < chains - 4; ++c) sum = _mm256_add_ps(sum, x[c]);
  return _mm256_cvtss_f32(sum);
}
float burst() { return kernels().name == "v4" ? burst512() : burst256(); }
double flops() { return kernels().name == "v4" ? 2.0 * 16 * chains * rounds : 2.0 * 8 * (chains - 4) * rounds; }
#else
float burst() {
  float x[chains];
  for (auto& chain : x) chain = 1;
  for (int i = 0; i < rounds; ++i)
    for (float& chain : x) chain = __builtin_fmaf(chain, 0.999999f, 1e-6f);
  float sum = 0;
  for (const float chain : x) sum += chain;
  return sum;
}
double flops() { return 2.0 * chains * rounds; }
#endif

}  // namespace

double multiply_add_rate(int threads) {
  workers pool(threads);
  std::vector<float> results(static_cast<std::size_t>(threads));
  double best = 0;
  for (int repeat = 0; repeat < 7; ++repeat) {
    const auto begin = std::chrono::steady_clock::now();
    pool.for_each(threads, [&](int task, int) { results[static_cast<std::size_t>(task)] = burst(); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, threads * flops() / seconds / 1e9);
  }
  volatile float kept = results[0];  // or the compiler leaves the work out
  static_cast<void>(kept);
  return best;
}

}  // namespace lengthwise
