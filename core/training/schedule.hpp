// How the learning rate rises and falls: a linear warm-up, then one of the schedules.
#pragma once
#include <numbers>

#include "core/math/scalar.hpp"
#include "core/training/train_config.hpp"

namespace lengthwise {

// What a peak rate comes to at step 0, 1, ... After the warm-up: half a cosine (Loshchilov and Hutter, 2017) down to
// final_rate times the peak; a line to zero; or the peak until the last `cooldown` share of all steps, in which it goes
// to zero in a line.
constexpr double rate_at(const train_config& c, double peak, int step) {
  if (step < c.warmup) return peak * (step + 1) / c.warmup;
  const int decline = c.steps - c.warmup;
  const double done = decline > 0 ? math::min(1.0, static_cast<double>(step - c.warmup) / decline) : 1;
  switch (c.schedule) {
    case schedule_kind::linear: return peak * (1 - done);
    case schedule_kind::warmup_stable_decay:
      return peak * math::max(0.0, math::min(1.0, (c.steps - step) / (c.cooldown * c.steps)));
    case schedule_kind::cosine: break;
  }
  const double least = peak * c.final_rate;
  return least + (peak - least) * 0.5 * (1 + math::cos(std::numbers::pi * done));
}
constexpr double learning_rate(const train_config& c, int step) { return rate_at(c, c.rate, step); }

}  // namespace lengthwise
