// What the kernels' tests share: every level that this machine has, drawn numbers, and equality of bits.
#pragma once
#include <cstring>
#include <stdexcept>
#include <vector>

#include "core/kernels/kernels.hpp"
#include "core/math/random.hpp"

namespace lengthwise::testing {

using wide = long double;

// The machine's levels; the one in use stays in use.
inline std::vector<const kernel_table*> levels() {
  const kernel_table& before = kernels();
  std::vector<const kernel_table*> all;
  for (const char* name : {"generic", "v3", "v4"}) {
    try {
      select_kernels(name);
      all.push_back(&kernels());
    } catch (const std::invalid_argument&) {  // a level that this machine lacks
    }
  }
  select_kernels(before.name);
  return all;
}

// Numbers between -size and size. A shifted copy of them starts at an address that no vector is aligned to.
inline std::vector<real> drawn(std::size_t count, std::uint64_t seed, double size = 1) {
  const random_source source{seed, random_stream::conformance};
  std::vector<real> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<real>(size * (2 * source.uniform(i) - 1));
  return x;
}

inline bool same_bits(const real* a, const real* b, std::size_t count) {
  return std::memcmp(a, b, count * sizeof(real)) == 0;
}
inline bool same_bits(const std::vector<real>& a, const std::vector<real>& b) {
  return a.size() == b.size() && same_bits(a.data(), b.data(), a.size());
}

inline constexpr double rounding = sizeof(real) == 4 ? 0x1p-24 : 0x1p-53;  // of one operation

}  // namespace lengthwise::testing
