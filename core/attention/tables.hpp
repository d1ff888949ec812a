// Where formulas and kernels meet. An encoding fills tables of values once per step (or per length); kernels read them
// and add gradients into slots of the same shape; the encoding contracts those with its formulas' derivatives.
#pragma once
#include <cstddef>
#include <vector>

#include "core/math/real.hpp"

namespace lengthwise {

struct attention_extents {
  int sequences, time, heads, head_width;
  constexpr int width() const { return heads * head_width; }
  constexpr int tokens() const { return sequences * time; }
};

// A bias of both positions is a square table, as long as it has at most this many numbers (64 MiB in float: 2,048
// positions of four heads); beyond, its rows are computed whenever they are needed.
inline constexpr std::size_t largest_square_table = std::size_t{1} << 24;
constexpr bool fits_square_table(std::size_t time, std::size_t heads) {
  return heads * time * time <= largest_square_table;
}

// Values. Only those that the encoding's hooks ask for are there; the others are empty.
struct attention_tables {
  std::vector<double> positions;                                     // [time]: the position that stands at each index
  std::vector<real> parameters;                                      // as stored, for hooks evaluated inside the kernel
  std::vector<real> input;                                           // [time, width]
  std::vector<real> query_cosine, query_sine, key_cosine, key_sine;  // [heads, time, planes], stretched
  std::vector<real> bias_at;                         // [heads, time, time]; empty where that is too large
  std::vector<real> bias;                            // [heads, time], distance reversed: a causal row is one slice
  std::vector<real> relative_features;               // [time, width]
  std::vector<real> relative_keys, relative_values;  // [rows, head_width], or [time, width] for features
  std::vector<real> content_query, distance_query;   // [heads, head_width]: added to queries
  std::vector<real> content_rows;                    // [(heads,) rows, head_width] for the row hook

  int time() const { return static_cast<int>(positions.size()); }
  std::size_t bytes() const {
    std::size_t numbers = 0;
    for (const auto* table :
         {&parameters, &input, &query_cosine, &query_sine, &key_cosine, &key_sine, &bias_at, &bias, &relative_features,
          &relative_keys, &relative_values, &content_query, &distance_query, &content_rows})
      numbers += table->size();
    return numbers * sizeof(real) + positions.size() * sizeof(double);
  }
};

// Where each table's gradient lies in one block of numbers; a slice of size 0 is not there.
struct table_slice {
  std::size_t offset = 0, count = 0;
};
struct table_gradient_layout {
  table_slice input, angle, bias, bias_at, score, relative_keys, relative_values, content_query, distance_query,
      content_rows;
  std::size_t total = 0;
};

}  // namespace lengthwise
