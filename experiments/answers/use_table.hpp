// Use of context by distance, as tables.
#pragma once
#include <string>

#include "experiments/answers/use_by_distance.hpp"

namespace lengthwise {

// A row for each curve and length: bits and the share of right answers in each band, within the trained length and
// beyond; below them the best possible, a guess and the number of answers. "" for texts whose answers are not known.
std::string use_text(const measurements&);

}  // namespace lengthwise
