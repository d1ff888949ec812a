// What a few repetitions say of a number.
#pragma once
#include <cstddef>
#include <span>

namespace lengthwise {

// Of one value nothing but the mean is known: its deviation and interval are 0.
struct sample_statistics {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  // of the sample, with count - 1
  double interval = 0;   // half the width of the 95 % confidence interval of the mean, by Student's t
};

sample_statistics statistics_of(std::span<const double> values);

}  // namespace lengthwise
