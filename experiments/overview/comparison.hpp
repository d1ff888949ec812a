// Two studies side by side: their curves paired by what they share.
#pragma once
#include <cstddef>
#include <string>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// A table of the second study's bits per byte less the first's for each curve that both have, by the protocol that
// compares lengths best; paired by seed and target. Above it what their configs differ in, below it who is ahead at the
// longest length. Throws usage_error where they share no curve.
std::string comparison_text(const measurements& first, const measurements& second, std::size_t columns);
// Every difference of every protocol and length, as a JSON list.
std::string comparison_json(const measurements& first, const measurements& second);

}  // namespace lengthwise
