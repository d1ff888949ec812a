// Layer norm (Ba et al., 2016) or root-mean-square norm (Zhang and Sennrich, 2019) of rows of the residual stream.
#pragma once
#include "core/kernels/kernels.hpp"
#include "core/model/model_config.hpp"

namespace lengthwise {

inline constexpr real norm_epsilon = static_cast<real>(1e-5);

// y [tokens, width] = norm(x); statistics [tokens, 2]. A null bias makes it the root-mean-square norm.
inline void norm(int tokens, int width, const real* gain, const real* bias, const real* x, real* y, real* statistics) {
  kernels().norm({tokens, width, gain, bias, norm_epsilon}, x, y, statistics);
}
// d_x, d_gain and d_bias are added to.
inline void norm_backward(int tokens, int width, const real* gain, const real* bias, const real* x,
                          const real* statistics, const real* d_y, real* d_x, real* d_gain, real* d_bias) {
  kernels().norm_backward({tokens, width, gain, bias, norm_epsilon}, x, statistics, d_y, d_x, d_gain, d_bias);
}

}  // namespace lengthwise
