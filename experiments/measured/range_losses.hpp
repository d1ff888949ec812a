// Means by ranges of positions, of losses or their differences, and how sure they are.
#pragma once
#include <cstddef>
#include <span>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "experiments/statistics/statistics.hpp"

namespace lengthwise {

// Indices, the end excluded.
struct index_range {
  int first, end;
};

// Positions go into ranges that grow by a quarter octave, counted from the training length to both sides, so that one
// begins right after it. Ranges with too few targets for a mean are joined.
class range_losses {
 public:
  // Of each seed the numbers in nats, [windows, length], NaN where there is none; all seeds have the same targets.
  range_losses(std::span<const xt::xtensor<float, 2>> seeds, int train_length);

  // Positions from 0, in rising order. Those at whose end no window has a number are in no range.
  const std::vector<index_range>& positions() const { return ranges_; }
  int count() const { return static_cast<int>(ranges_.size()); }

  // The mean over some ranges, over targets and seeds.
  estimate mean(index_range) const;

 private:
  std::vector<index_range> ranges_;
  xt::xtensor<double, 3> sums_;    // [seeds, windows, pieces]: what a range and a block of a window have in common
  xt::xtensor<double, 2> counts_;  // [windows, pieces]
  std::vector<std::size_t> range_of_, block_of_;  // of each piece
};

}  // namespace lengthwise
