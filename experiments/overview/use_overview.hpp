// What a study of answers found, on one screen: who still answers in longer windows, and who from further away.
#pragma once
#include <string>

#include "experiments/overview/overview.hpp"

namespace lengthwise {

// The share of a guess's bits gained, in percent, within the trained length and beyond, for each curve and length; the
// curves in the order of their use beyond at the longest length, then within. "" where no text has known answers.
std::string use_overview_text(const measurements&, const overview_options&);

}  // namespace lengthwise
