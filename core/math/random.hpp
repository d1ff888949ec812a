// Randomness without state: every draw is Philox4x32-10 (Salmon et al., 2011) of (seed, stream, step, index), so
// nothing has to be saved to go on after an interruption, and no draw depends on the order in which threads ask.
#pragma once
#include <Random123/philox.h>

#include <array>
#include <cstdint>
#include <numbers>
#include <type_traits>

#include "core/math/philox.hpp"
#include "core/math/scalar.hpp"

namespace lengthwise {

enum class random_stream : std::uint32_t {
  initial_values = 1,
  training_windows = 2,
  synthetic_text = 3,
  conformance = 4,
  recall_training = 5,
  recall_text = 6,
  task_items = 7,
  positions = 8,
  task_training = 9,
  task_lengths = 10
};

struct random_source {
  std::uint64_t seed;
  random_stream stream;
  std::uint32_t step = 0;

  constexpr std::array<std::uint32_t, 4> bits(std::uint64_t index) const {
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const std::array<std::uint32_t, 4> counter{low(index), low(index >> 32), step, static_cast<std::uint32_t>(stream)};
    const std::array<std::uint32_t, 2> key{low(seed), low(seed >> 32)};
    return std::is_constant_evaluated() ? math::philox(counter, key) : fast(counter, key);
  }
  // Uniform in [0, 1), 53 bits.
  double uniform(std::uint64_t index) const { return to_unit(bits(index)[0], bits(index)[1]); }
  // Normal with mean 0 and deviation 1 (Box and Muller, 1958).
  double normal(std::uint64_t index) const {
    const auto r = bits(index);
    const double radius = math::sqrt(-2 * math::log(1 - to_unit(r[0], r[1])));
    return radius * math::cos(2 * std::numbers::pi * to_unit(r[2], r[3]));
  }
  // Uniform in {0, ..., count - 1}; the bias, below count / 2^64, cannot be seen.
  constexpr std::uint64_t below(std::uint64_t count, std::uint64_t index) const {
    const auto r = bits(index);
    __extension__ using wide = unsigned __int128;
    return static_cast<std::uint64_t>((wide(std::uint64_t(r[0]) << 32 | r[1]) * count) >> 64);
  }

 private:
  static std::array<std::uint32_t, 4> fast(const std::array<std::uint32_t, 4>& c,
                                           const std::array<std::uint32_t, 2>& k) {
    const auto r = r123::Philox4x32()({{c[0], c[1], c[2], c[3]}}, {{k[0], k[1]}});
    return {r[0], r[1], r[2], r[3]};
  }
  static constexpr double to_unit(std::uint32_t high, std::uint32_t low) {
    return static_cast<double>((std::uint64_t(high) << 32 | low) >> 11) * 0x1p-53;
  }
};

}  // namespace lengthwise
