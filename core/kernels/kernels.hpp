// The loops that cost time: plain functions over contiguous memory, built once for each instruction set (level.cpp) and
// chosen when the program starts. No allocation, no standard containers. Every element is computed by the same IEEE
// operations in the same order at every level: sums run over 16 fixed lanes which a fixed tree joins, products are
// explicit fused operations, exponentials are an own polynomial. So all levels give the same bits.
#pragma once
#include <cstddef>
#include <string_view>

#include "core/kernels/gemm_shape.hpp"
#include "core/math/real.hpp"

namespace lengthwise {

struct rotation_arguments {
  real* x;  // [rows, stride]: one head's channels at the start of each row
  std::ptrdiff_t stride;
  int rows, planes, span;
  bool half_split;
  const real *cosine, *sine;  // [rows, planes]
  bool inverse;               // turn back: the gradient's way
};

struct norm_arguments {
  int rows, width;
  const real *gain, *bias;  // bias null: root-mean-square norm, which does not centre
  real epsilon;
};

struct head_norm_arguments {
  std::ptrdiff_t stride;  // between rows, of what is normed and of its gradient
  int rows, heads, width;
  real gain, epsilon;
};

struct adamw_arguments {
  real *parameter, *first_moment, *second_moment;
  const real* gradient;
  std::size_t count;
  real gradient_scale;  // clipping
  real rate, decay;     // decay is the decoupled weight decay times the rate
  real beta1, beta2, epsilon;
  real correction1, correction2;  // 1 / (1 - beta^step)
};

struct kernel_table {
  std::string_view name;  // v3 (AVX2 and FMA), v4 (AVX-512) or generic

  // Portable product: each element of c is one chain of fused multiply-adds over inner, whatever the tiling.
  void (*gemm)(const gemm_arguments&);
  // Lays out b for products to come.
  int panel_columns;
  void (*lay_panels)(const panel_arguments&);

  // y += x; x *= factor; sum of x.y; sum of x^2 (in double).
  void (*add)(real* y, const real* x, std::size_t n);
  void (*scale)(real* x, real factor, std::size_t n);
  real (*dot)(const real* x, const real* y, std::size_t n);
  double (*sum_of_squares)(const real* x, std::size_t n);

  // logits = factor * logits + bias (bias may be null).
  void (*scale_and_bias)(real* logits, real factor, const real* bias, std::size_t n);
  // logits += origin - decay[j], in double before rounding (forget gates).
  void (*add_decay)(real* logits, double origin, const double* decay, std::size_t n);
  // One block of a running softmax: logits become exp(logits - maximum) for the raised maximum; sum and maximum are
  // updated; returns the factor by which everything summed before must be multiplied.
  real (*softmax_block)(real* logits, std::size_t n, real& maximum, real& sum);
  // logits become exp(logits - log_sum).
  void (*probabilities)(real* logits, real log_sum, std::size_t n);
  // d_probabilities become p * (d_p - delta).
  void (*softmax_gradient)(const real* probabilities, real* d_probabilities, real delta, std::size_t n);
  void (*rotate)(const rotation_arguments&);

  // Each of `heads` neighbours of `width` numbers in a row is divided by its root mean square and multiplied by the
  // gain, in place; inverses [rows, heads] are of the roots. And back: d_x from the rows that came out, in place.
  void (*norm_heads)(const head_norm_arguments&, real* x, real* inverses);
  void (*norm_heads_backward)(const head_norm_arguments&, const real* y, const real* inverses, real* d);
  // y = norm(x); statistics [rows, 2] are mean and inverse deviation.
  void (*norm)(const norm_arguments&, const real* x, real* y, real* statistics);
  // d_x += gradient; d_gain, d_bias += theirs.
  void (*norm_backward)(const norm_arguments&, const real* x, const real* statistics, const real* d_y, real* d_x,
                        real* d_gain, real* d_bias);
  void (*gelu)(const real* x, real* y, std::size_t n);
  // Writes y too: to compute it again costs less than to keep it.
  void (*gelu_backward)(const real* x, const real* d_y, real* y, real* d_x, std::size_t n);
  // y = silu(gate) * up.
  void (*swiglu)(const real* gate, const real* up, real* y, std::size_t n);
  void (*swiglu_backward)(const real* gate, const real* up, const real* d_y, real* y, real* d_gate, real* d_up,
                          std::size_t n);
  // y = max(x, 0)^2 (So et al., 2021).
  void (*relu2)(const real* x, real* y, std::size_t n);
  void (*relu2_backward)(const real* x, const real* d_y, real* y, real* d_x, std::size_t n);

  // -ln softmax(logits)[target]; where scale is not 0, logits become scale times its gradient.
  real (*cross_entropy)(real* logits, int target, std::size_t n, real scale);
  void (*adamw)(const adamw_arguments&);
};

// The table in use: the best that this machine has, or the one that LENGTHWISE_LEVEL (v3, v4) or select_kernels names.
const kernel_table& kernels();
// Throws std::invalid_argument for a level that this build or this machine lacks. Not while other threads compute.
void select_kernels(std::string_view level);
// The same for a table of one's own, which must outlive its use: measuring wraps the functions of another.
void select_kernels(const kernel_table&);

}  // namespace lengthwise
