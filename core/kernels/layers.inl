// Included by level.cpp only: norms, activations, loss and optimiser.
#pragma once
#include <limits>

#include "core/kernels/lanes.inl"

namespace lengthwise {
namespace {

inline float square_root(float x) { return __builtin_sqrtf(x); }
inline double square_root(double x) { return __builtin_sqrt(x); }

inline constexpr real largest = std::numeric_limits<real>::max(), not_a_number = std::numeric_limits<real>::quiet_NaN();

void norm(const norm_arguments& a, const real* x, real* y, real* statistics) {
  const auto width = static_cast<std::size_t>(a.width);
  for (int row = 0; row < a.rows; ++row, x += width, y += width, statistics += 2) {
    const real mean =
        a.bias == nullptr ? 0 : sum_of(width, [=](std::size_t i) { return x[i]; }) / static_cast<real>(width);
    const real variance =
        sum_of(width, [=](std::size_t i) { return (x[i] - mean) * (x[i] - mean); }) / static_cast<real>(width);
    // A variance beyond the numbers' range would make the row its bias and end its gradient without a word.
    const real inverse = variance <= largest ? real(1) / square_root(variance + a.epsilon) : not_a_number;
    statistics[0] = mean, statistics[1] = inverse;
    if (a.bias == nullptr) {
      LENGTHWISE_EACH_ALONE
      for (std::size_t i = 0; i < width; ++i) y[i] = x[i] * inverse * a.gain[i];
    } else {
      LENGTHWISE_EACH_ALONE
      for (std::size_t i = 0; i < width; ++i) y[i] = (x[i] - mean) * inverse * a.gain[i] + a.bias[i];
    }
  }
}
void norm_backward(const norm_arguments& a, const real* x, const real* statistics, const real* d_y, real* d_x,
                   real* d_gain, real* d_bias) {
  const auto width = static_cast<std::size_t>(a.width);
  for (int row = 0; row < a.rows; ++row, x += width, d_y += width, d_x += width, statistics += 2) {
    const real mean = statistics[0], inverse = statistics[1];
    const real* gain = a.gain;
    const real along = sum_of(width, [=](std::size_t i) { return d_y[i] * gain[i] * ((x[i] - mean) * inverse); }) /
                       static_cast<real>(width);
    const real level = a.bias == nullptr
                           ? 0
                           : sum_of(width, [=](std::size_t i) { return d_y[i] * gain[i]; }) / static_cast<real>(width);
    LENGTHWISE_EACH_ALONE
    for (std::size_t i = 0; i < width; ++i) {
      const real normed = (x[i] - mean) * inverse;
      d_gain[i] += d_y[i] * normed;
      d_x[i] += inverse * (d_y[i] * gain[i] - level - normed * along);
    }
    if (a.bias != nullptr) {
      LENGTHWISE_EACH_ALONE
      for (std::size_t i = 0; i < width; ++i) d_bias[i] += d_y[i];
    }
  }
}

// GELU by its tanh form (Hendrycks and Gimpel, 2016): x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3).
inline constexpr real gelu_slope = static_cast<real>(2 * 0.79788456080286535588),
                      gelu_cubic = static_cast<real>(0.044715);

inline real gelu_gate(real x, real square) { return logistic(gelu_slope * (x + gelu_cubic * square * x)); }

void gelu(const real* x, real* y, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * gelu_gate(x[i], x[i] * x[i]);
}
void gelu_backward(const real* x, const real* d_y, real* y, real* d_x, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) {
    const real square = x[i] * x[i], s = gelu_gate(x[i], square);
    const real slope = gelu_slope * (real(1) + real(3) * gelu_cubic * square), value = x[i] * s;
    d_x[i] = d_y[i] * (s + value * (real(1) - s) * slope);
    y[i] = value;
  }
}
void swiglu(const real* gate, const real* up, real* y, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) y[i] = gate[i] * logistic(gate[i]) * up[i];
}
void swiglu_backward(const real* gate, const real* up, const real* d_y, real* y, real* d_gate, real* d_up,
                     std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) {
    const real s = logistic(gate[i]), silu = gate[i] * s;
    y[i] = silu * up[i];
    d_gate[i] = d_y[i] * up[i] * (s + silu * (real(1) - s));
    d_up[i] = d_y[i] * silu;
  }
}

real cross_entropy(real* logits, int target, std::size_t n, real scale) {
  const real top = maximum_of(logits, n), at_target = logits[target];
  if (scale == 0) {
    const real sum = sum_of(n, [=](std::size_t i) { return exponential(logits[i] - top); });
    return static_cast<real>(math::log(static_cast<double>(sum))) - (at_target - top);
  }
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) logits[i] = exponential(logits[i] - top);
  const real sum = sum_of(n, [=](std::size_t i) { return logits[i]; });
  const real factor = scale / sum;
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) logits[i] *= factor;
  logits[target] -= scale;
  return static_cast<real>(math::log(static_cast<double>(sum))) - (at_target - top);
}

// AdamW (Loshchilov and Hutter, 2019): decay is decoupled from the gradient.
void adamw(const adamw_arguments& a) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < a.count; ++i) {
    const real g = a.gradient[i] * a.gradient_scale;
    const real m = a.beta1 * a.first_moment[i] + (real(1) - a.beta1) * g;
    const real v = a.beta2 * a.second_moment[i] + (real(1) - a.beta2) * g * g;
    a.first_moment[i] = m, a.second_moment[i] = v;
    const real step = m * a.correction1 / (square_root(v * a.correction2) + a.epsilon);
    a.parameter[i] = a.parameter[i] - a.decay * a.parameter[i] - a.rate * step;
  }
}

}  // namespace
}  // namespace lengthwise
