#include "experiments/statistics/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace lengthwise {

sample_statistics statistics_of(std::span<const double> values) {
  sample_statistics s;
  s.count = values.size();
  const auto count = static_cast<double>(values.size());
  for (const double v : values) s.mean += v / count;
  if (values.size() < 2) return s;
  double squares = 0;
  for (const double v : values) squares += (v - s.mean) * (v - s.mean);
  s.deviation = std::sqrt(squares / (count - 1));
  const boost::math::students_t distribution(count - 1);
  s.interval = boost::math::quantile(distribution, 0.975) * s.deviation / std::sqrt(count);
  return s;
}

}  // namespace lengthwise
