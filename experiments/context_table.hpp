// The context that a study's models use, from the losses of windows side by side.
#pragma once
#include <cstddef>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "experiments/context_used.hpp"
#include "experiments/measurements.hpp"

namespace lengthwise {

struct measured_context {
  int length = 0;
  std::size_t windows = 0, seeds = 0;
  context_used used;

  // Bits per byte: the mean of what is settled, and the least fall after settles_at that would have been seen.
  double bits() const { return used.settled / std::numbers::ln2; }
  double bits_resolved() const { return used.least_seen / std::numbers::ln2; }
};

// Over all seeds of a curve, at one length. Nothing where a seed's losses are not there, or too few.
std::optional<measured_context> context_of(const curve&, int length);

// The lengths at which reports show it: the training length and the longest evaluated one.
std::vector<int> context_lengths(const measurements&, const curve&);

// A row for each curve and length; "" where no losses can be read.
std::string context_text(const measurements&);

}  // namespace lengthwise
