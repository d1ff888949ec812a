// What a study found, on one screen: a table, a sentence a protocol, and what else there is.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

struct overview_options {
  std::size_t columns = 80, lines = 30;
  // The curve that the table's differences are to; nothing for a table of perplexities.
  std::optional<std::size_t> reference;
};

// The curves in the order of the longest length, best first, by fixed targets where they were measured. Lengths and
// curves that do not fit are left out, and said to be.
std::string overview_text(const measurements&, const overview_options&);

// What is not in a table: cells that are not finished, repeat others, or are damaged; a line each.
std::string left_out_text(const measurements&);

}  // namespace lengthwise
