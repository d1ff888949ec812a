// The context that a study's models use, from windows side by side and sliding ones.
#pragma once
#include <cstddef>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "experiments/measured/context_used.hpp"
#include "experiments/measured/measurements.hpp"

namespace lengthwise {

struct measured_context {
  int length = 0;
  std::size_t windows = 0, seeds = 0;
  context_used used;

  // Bits per byte.
  double resolved_to() const { return used.resolved_to / std::numbers::ln2; }
  estimate after() const { return {used.after.value / std::numbers::ln2, used.after.error / std::numbers::ln2}; }
  estimate beyond() const { return {used.beyond.value / std::numbers::ln2, used.beyond.error / std::numbers::ln2}; }
};

// Over all seeds of a curve, at the training length or a multiple of it. Nothing where a seed's losses are not there,
// or too few.
std::optional<measured_context> context_of(const curve&, int length);

// The longest measured length that is a multiple of the training length: where it is shown, beside the training length.
int longest_context(const measurements&, const curve&);

// A row for each curve; "" where no losses can be read.
std::string context_text(const measurements&);

}  // namespace lengthwise
