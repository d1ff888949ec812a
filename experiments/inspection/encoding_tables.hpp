// What an encoding adds, as numbers to look at: its tables for a model of these extents. Learned parameters are drawn
// from their initial distributions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/attention/encoding.hpp"

namespace lengthwise {

struct number_table {
  std::vector<std::size_t> shape;
  std::vector<double> values;  // row-major
};

// bias      [heads, length], of distances 0, 1, ...; of an encoding that knows positions [heads, length, length], 0
// beyond
//           the diagonal
// rotation  [heads, length, planes, 2]: cosine and sine for each position; with a stretch [.., 4]: query's, then key's
// input     [length, width]
// Throws usage_error for another kind, or one that the encoding does not have.
number_table encoding_table(const encoding&, std::string_view kind, const model_extents&, int length);

// The kinds that it has.
std::vector<std::string> table_kinds(const encoding&);

// RoPE's upper bound on what a product of query and key can still depend on content at each distance (Su et al., 2021,
// section 3.4.3): the mean over m of |S_m|, S_m = sum over l < m of e^(i n theta_l), stretched where the encoding
// stretches.
std::vector<double> decay_bound(const encoding&, const model_extents&, int length);

}  // namespace lengthwise
