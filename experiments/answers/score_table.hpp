// How often the items of a task were answered, over seeds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// One curve at one length: of every seed the share of items whose answers are all right, from the lowest to the
// highest.
struct measured_scores {
  std::vector<double> exact;
  item_scores together;  // of all seeds

  double median() const;  // the middle one, or the mean of the two in the middle
};
std::optional<measured_scores> scores_of(const curve&, int length);

// A table of exact match and accuracy for each curve and length, with Wilson's intervals, the worst, median and best
// seed, and a guess; "" where no task was asked.
std::string score_text(const measurements&);

}  // namespace lengthwise
