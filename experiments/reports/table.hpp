// A study's tables as text.
#pragma once
#include <string>
#include <string_view>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// What a protocol asks, in a few words.
std::string_view words_of(protocol);

// A table for each protocol: a row of perplexities, of their 95 % intervals and of bits per byte for each curve, a
// column for each length, mean over seeds +- sample deviation, the best of a column marked *.
std::string table_text(const measurements&);

}  // namespace lengthwise
