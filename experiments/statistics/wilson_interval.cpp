#include "experiments/statistics/wilson_interval.hpp"

#include <algorithm>
#include <cmath>

namespace lengthwise {

std::pair<double, double> wilson_interval(double share, double trials) {
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 %
  const double weight = z * z / trials, middle = (share + weight / 2) / (1 + weight),
               half = z / (1 + weight) * std::sqrt(share * (1 - share) / trials + weight / (4 * trials));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace lengthwise
