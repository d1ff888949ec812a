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

  // Bits per byte: a mean and its standard error.
  struct bits {
    double value, error;
  };
  double resolved_to() const { return used.resolved_to / std::numbers::ln2; }
  bits after() const { return in_bits(used.after); }
  bits beyond() const { return in_bits(used.beyond); }

 private:
  static bits in_bits(const estimate& e) { return {e.value / std::numbers::ln2, e.error() / std::numbers::ln2}; }
};

// Over all seeds of a curve, at the training length or a longer one. Nothing where a seed's losses or their places are
// not there, or too few.
std::optional<measured_context> context_of(const curve&, int length);

// The longest measured length, at least that of the training: where it is shown, beside the training length.
int longest_context(const measurements&, const curve&);

// A row for each curve; "" where no losses can be read.
std::string context_text(const measurements&);

}  // namespace lengthwise
