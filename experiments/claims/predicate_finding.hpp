// Holds a predicate against the measured curves of a study.
#pragma once
#include "experiments/claims/verdicts.hpp"

namespace lengthwise {

// By the protocol, unless the predicate names its own.
predicate_finding find_out(const predicate&, const measurements&, protocol by, std::size_t seeds_needed,
                           double deviations);

}  // namespace lengthwise
