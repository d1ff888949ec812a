// Linear warm-up, then half a cosine (Loshchilov and Hutter, 2017) down to final_rate times the peak.
#pragma once
#include <numbers>

#include "core/math/scalar.hpp"
#include "core/training/train_config.hpp"

namespace lengthwise {

// The learning rate of step 0, 1, ...
constexpr double learning_rate(const train_config& c, int step) {
  if (step < c.warmup) return c.rate * (step + 1) / c.warmup;
  const double least = c.rate * c.final_rate;
  const int decline = c.steps - c.warmup;
  const double done = decline > 0 ? static_cast<double>(step - c.warmup) / decline : 1;
  return least + (c.rate - least) * 0.5 * (1 + math::cos(std::numbers::pi * (done < 1 ? done : 1)));
}

}  // namespace lengthwise
