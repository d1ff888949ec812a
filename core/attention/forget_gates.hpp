// Forget gates as a difference of running sums: with c_i the sum of ln sigmoid(gate) up to i, a logit gets c_i - c_j.
// Sums are double: over long texts they grow large while their differences stay small.
#pragma once
#include "core/attention/tables.hpp"
#include "core/math/scalar.hpp"

namespace lengthwise {

// gate_logits [tokens, heads]; sums [sequences, heads, time].
inline void sum_gates(const attention_extents& x, const real* gate_logits, double* sums) {
  for (int s = 0; s < x.sequences; ++s)
    for (int h = 0; h < x.heads; ++h) {
      double sum = 0, *c = sums + (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time;
      for (int i = 0; i < x.time; ++i)
        c[i] = sum += math::log_sigmoid(
            static_cast<double>(gate_logits[(static_cast<std::ptrdiff_t>(s) * x.time + i) * x.heads + h]));
    }
}
// The gate of token l stands in every c_i with i >= l.
inline void sum_gates_backward(const attention_extents& x, const real* gate_logits, const double* d_sums,
                               real* d_gate_logits) {
  for (int s = 0; s < x.sequences; ++s)
    for (int h = 0; h < x.heads; ++h) {
      double sum = 0;
      const double* d_c = d_sums + (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time;
      for (int l = x.time; l-- > 0;) {
        sum += d_c[l];
        const std::ptrdiff_t at = (static_cast<std::ptrdiff_t>(s) * x.time + l) * x.heads + h;
        d_gate_logits[at] = static_cast<real>(sum * math::sigmoid(-static_cast<double>(gate_logits[at])));
      }
    }
}

}  // namespace lengthwise
