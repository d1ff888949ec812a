// The sum over shards: a fixed binary tree, whoever computes it and in whatever pieces.
#pragma once
#include <algorithm>
#include <cstddef>

#include "core/kernels/kernels.hpp"

namespace lengthwise {

inline constexpr std::size_t sum_piece = 1024;  // numbers summed at a time: the tree's levels stay in the nearest cache

// out[0 .. count) = sum of parts[first .. last) at [begin, begin + count), count <= sum_piece. Halves meet at each
// node. out may be parts[first] itself, at begin.
inline void sum_tree(const real* const* parts, int first, int last, std::size_t begin, std::size_t count, real* out) {
  if (last - first == 1) {
    if (out != parts[first] + begin) std::copy_n(parts[first] + begin, count, out);
    return;
  }
  const int middle = first + (last - first + 1) / 2;
  alignas(64) real right[sum_piece];
  sum_tree(parts, first, middle, begin, count, out);
  sum_tree(parts, middle, last, begin, count, right);
  kernels().add(out, right, count);
}

}  // namespace lengthwise
