// How large an attention problem is, and how its queries, keys and values lie in memory.
#pragma once
#include <cstddef>

#include "core/tensor/matrix.hpp"

namespace lengthwise {

struct attention_extents {
  int sequences, time, heads, head_width;
  constexpr int width() const { return heads * head_width; }
  constexpr int tokens() const { return sequences * time; }
};

// Which of a token's three vectors; all heads of one stand side by side, and the three after each other in a packed
// row.
enum class part { query, key, value };

// Vectors of one part: [sequences, count], each `stride` numbers after the one before it, each [heads, head_width].
struct token_rows {
  real* data = nullptr;
  std::ptrdiff_t stride = 0;
  int count = 0, head_width = 0;

  // Rows first .. of one head of one sequence.
  template <class Rows>
  matrix<real, Rows, head_channel> of_head(int sequence, int head, int first, int rows) const {
    return {data + (static_cast<std::ptrdiff_t>(sequence) * count + first) * stride + head * head_width, rows,
            head_width, stride};
  }
};

// A part of packed rows [tokens, 3 width].
inline token_rows packed_part(const attention_extents& x, real* packed, part p) {
  return {packed + static_cast<int>(p) * x.width(), 3 * static_cast<std::ptrdiff_t>(x.width()), x.time, x.head_width};
}

}  // namespace lengthwise
