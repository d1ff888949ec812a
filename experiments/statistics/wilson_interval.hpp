// How sure a share of a number of trials is (Wilson, 1927).
#pragma once
#include <utility>

namespace lengthwise {

// The ends of the 95 % interval.
std::pair<double, double> wilson_interval(double share, double trials);

}  // namespace lengthwise
