// Included by level.cpp only: rows of attention.
#pragma once
#include "core/kernels/lanes.inl"

namespace lengthwise {
namespace {

void add(real* y, const real* x, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) y[i] += x[i];
}
void scale(real* x, real factor, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) x[i] *= factor;
}
real dot(const real* x, const real* y, std::size_t n) {
  return sum_of(n, [=](std::size_t i) { return x[i] * y[i]; });
}
double sum_of_squares(const real* x, std::size_t n) {
  return sum_of<double>(n, [=](std::size_t i) { return static_cast<double>(x[i]) * static_cast<double>(x[i]); });
}

void scale_and_bias(real* logits, real factor, const real* bias, std::size_t n) {
  if (bias == nullptr) return scale(logits, factor, n);
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) logits[i] = logits[i] * factor + bias[i];
}
void add_decay(real* logits, double origin, const double* decay, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) logits[i] += static_cast<real>(origin - decay[i]);
}

// e^x where it counts: below e^-55 a weight is lost in the rounding of its row, whose largest is 1. Kept, it would make
// gradients of denormal numbers, and one of those costs as much as a hundred others.
inline constexpr real least_exponent = -55;
inline real weight(real x) { return x < least_exponent ? real(0) : exponential(x); }
inline real weight_of_rest(real x) {  // of x <= 0, for which no end of the range must be looked after
  const real power = exponential_within(x);
  return x < least_exponent ? real(0) : power;
}

real softmax_block(real* logits, std::size_t n, real& maximum, real& sum) {
  const real top = maximum_of(logits, n), raised = maximum < top ? top : maximum;
  const real factor = maximum < top ? exponential(maximum - top) : real(1);
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) logits[i] = weight_of_rest(logits[i] - raised);
  sum = sum * factor + sum_of(n, [=](std::size_t i) { return logits[i]; });
  maximum = raised;
  return factor;
}
void probabilities(real* logits, real log_sum, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) logits[i] = weight(logits[i] - log_sum);
}
void softmax_gradient(const real* p, real* d_p, real delta, std::size_t n) {
  LENGTHWISE_EACH_ALONE
  for (std::size_t i = 0; i < n; ++i) d_p[i] = p[i] * (d_p[i] - delta);
}

template <bool HalfSplit>
void rotate_rows(const rotation_arguments& a) {
  const real sign = a.inverse ? real(-1) : real(1);
  const int second = HalfSplit ? a.span / 2 : 1, step = HalfSplit ? 1 : 2;
  for (int row = 0; row < a.rows; ++row) {
    real* x = a.x + row * a.stride;
    const real *cosine = a.cosine + static_cast<std::ptrdiff_t>(row) * a.planes,
               *sine = a.sine + static_cast<std::ptrdiff_t>(row) * a.planes;
    for (int t = 0; t < a.planes; ++t) {
      const real first_value = x[step * t], second_value = x[step * t + second], s = sign * sine[t];
      x[step * t] = cosine[t] * first_value - s * second_value;
      x[step * t + second] = s * first_value + cosine[t] * second_value;
    }
  }
}
void rotate(const rotation_arguments& a) { a.half_split ? rotate_rows<true>(a) : rotate_rows<false>(a); }

}  // namespace
}  // namespace lengthwise
