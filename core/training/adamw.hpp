// AdamW over the parameter layout: decoupled weight decay (Loshchilov and Hutter, 2019) on weight matrices and
// embeddings.
#pragma once
#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/training/checkpoint.hpp"
#include "core/training/train_config.hpp"

namespace lengthwise {

struct adamw_step {
  double rate;                      // learning rate of this step
  double gradient_scale;            // clipping
  double correction1, correction2;  // 1 / (1 - beta^step), step counted from 1

  adamw_step(const train_config& c, int step, double learning_rate, double clipping)
      : rate(learning_rate),
        gradient_scale(clipping),
        correction1(1 / (1 - power(c.beta1, step))),
        correction2(1 / (1 - power(c.beta2, step))) {}

  // Updates numbers [begin, end) of the layout.
  void apply(const train_config& c, const parameter_layout& layout, std::size_t begin, std::size_t end,
             training_buffers<real> b, const real* gradient) const {
    for (const parameter_slice& slice : layout.slices()) {
      if (slice.matrix_of_layer && c.optimizer == optimizer_kind::muon) continue;
      const std::size_t first = slice.offset < begin ? begin : slice.offset,
                        last = std::min(slice.offset + slice.count, end);
      if (first >= last) continue;
      kernels().adamw({b.parameters + first, b.first_moment + first, b.second_moment + first, gradient + first,
                       last - first, static_cast<real>(gradient_scale), static_cast<real>(rate),
                       static_cast<real>(slice.decays ? rate * c.weight_decay : 0), static_cast<real>(c.beta1),
                       static_cast<real>(c.beta2), static_cast<real>(c.epsilon), static_cast<real>(correction1),
                       static_cast<real>(correction2)});
    }
  }

 private:
  static double power(double base, int exponent) {  // by squaring: the same bits everywhere, unlike libm's
    double result = 1;
    for (; exponent > 0; exponent /= 2, base *= base)
      if (exponent % 2 == 1) result *= base;
    return result;
  }
};

}  // namespace lengthwise
