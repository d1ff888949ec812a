// A table with a column for each evaluated length, of as many lengths as fit.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "experiments/measured/measurements.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

// Characters of a curve's label, and the rows below which a table is not cut.
inline constexpr std::size_t longest_label = 32, fewest_rows = 6;

struct length_table {
  std::string text;
  std::size_t left_out;  // lengths
};
// Of the lengths the shortest and the longest are among those shown, and as many others as `columns` have room for, as
// evenly as a logarithmic axis has them. grid(lengths) makes the table.
length_table fitting(const std::vector<int>& lengths, std::size_t columns,
                     const std::function<text_grid(const std::vector<int>&)>& grid);

// "--all shows 3 more lengths and 1 more curve", a line; "" where nothing is left out.
std::string more_text(std::size_t lengths, std::size_t curves);

// The protocol that compares lengths by the same bytes, where it was measured.
protocol main_protocol(const measurements&);

}  // namespace lengthwise
