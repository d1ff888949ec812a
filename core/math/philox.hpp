// Philox4x32-10 (Salmon et al., 2011) for the compiler: what is drawn when a program is built is what it draws when it
// runs.
#pragma once
#include <array>
#include <cstdint>

namespace lengthwise::math {

constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0], second = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {low(second >> 32) ^ counter[1] ^ key[0], low(second), low(first >> 32) ^ counter[3] ^ key[1],
               low(first)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}
// The authors' known answer for a counter and a key of zeros.
static_assert(philox({0, 0, 0, 0}, {0, 0}) ==
              std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});

}  // namespace lengthwise::math
