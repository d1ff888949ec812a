#include "core/model/token_signals.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {
namespace {

struct rank_axis;
struct signal_axis;
template <class T>
using stream = matrix<T, token, width_axis>;
template <class T>
using narrow_rows = matrix<T, token, rank_axis>;
template <class T>
using signal_rows = matrix<T, token, signal_axis>;
template <class T>
using down_matrix = matrix<T, rank_axis, width_axis>;
template <class T>
using up_matrix = matrix<T, signal_axis, rank_axis>;
template <class T>
using affine_matrix = matrix<T, signal_axis, width_axis>;

std::size_t size(int n) { return static_cast<std::size_t>(n); }
real silu(real x) { return x * math::sigmoid(x); }
real silu_slope(real x) {
  const real share = math::sigmoid(x);
  return share * (1 + x * (1 - share));
}

// Where the parameters lie.
struct parts {
  std::ptrdiff_t up, taps, weight, bias;
  parts(const signal_shape& s, int width)
      : up(static_cast<std::ptrdiff_t>(s.rank) * width),
        taps(up + static_cast<std::ptrdiff_t>(s.made) * s.rank),
        weight(taps + static_cast<std::ptrdiff_t>(s.made) * s.taps),
        bias(weight + static_cast<std::ptrdiff_t>(s.affine) * width) {}
};

}  // namespace

token_signals::token_signals(const signal_shape& s, const attention_extents& x, arena_cutter& scratch)
    : shape_(s), x_(x) {
  const std::size_t tokens = size(x.tokens());
  for (real** p : {&input_, &d_input_}) *p = scratch.cut(tokens * size(x.width()));
  for (real** p : {&narrow_, &d_narrow_}) *p = scratch.cut(tokens * size(s.rank));
  for (real** p : {&wide_, &d_wide_}) *p = scratch.cut(tokens * size(s.made));
}

void token_signals::product(const real* normed, const real* parameters) const {
  const int tokens = x_.tokens(), width = x_.width();
  std::copy_n(normed, size(tokens) * size(width), input_);
  if (shape_.unit_input)
    for (int i = 0; i < tokens; ++i) {
      const double length = math::sqrt(kernels().sum_of_squares(normed + i * width, size(width)));
      kernels().scale(input_ + i * width, static_cast<real>(1 / math::max(length, 1e-12)), size(width));
    }
  contract(narrow_rows<real>(narrow_, tokens, shape_.rank), stream<const real>(input_, tokens, width),
           down_matrix<const real>(parameters, shape_.rank, width));
  contract(signal_rows<real>(wide_, tokens, shape_.made), narrow_rows<const real>(narrow_, tokens, shape_.rank),
           up_matrix<const real>(parameters + parts(shape_, width).up, shape_.made, shape_.rank));
}
real token_signals::convolved(int token, int signal, const real* taps) const {
  const int first = std::max(0, shape_.taps - 1 - token % x_.time);  // nothing stands before a sequence
  real sum = 0;
  for (int k = first; k < shape_.taps; ++k)
    sum += taps[signal * shape_.taps + k] * wide_[(token - (shape_.taps - 1) + k) * shape_.made + signal];
  return sum;
}

void token_signals::forward(const real* normed, const real* parameters, real* signals) const {
  const int tokens = x_.tokens(), width = x_.width(), all = shape_.count();
  const parts at(shape_, width);
  product(normed, parameters);
  for (int i = 0; i < tokens; ++i)
    for (int c = 0; c < shape_.made; ++c) {
      const real sum = convolved(i, c, parameters + at.taps);
      signals[i * all + c] = shape_.silu ? silu(sum) : sum;
    }
  if (shape_.affine == 0) return;
  contract(signal_rows<real>(signals + shape_.made, tokens, shape_.affine, all),
           stream<const real>(normed, tokens, width),
           affine_matrix<const real>(parameters + at.weight, shape_.affine, width));
  for (int i = 0; i < tokens; ++i)
    kernels().add(signals + i * all + shape_.made, parameters + at.bias, size(shape_.affine));
}

void token_signals::backward(const real* normed, const real* parameters, const real* d_signals, real* d_normed,
                             real* d_parameters) const {
  const int tokens = x_.tokens(), width = x_.width(), all = shape_.count();
  const parts at(shape_, width);
  const stream<const real> inputs(normed, tokens, width);
  if (shape_.affine > 0) {
    const signal_rows<const real> d_affine(d_signals + shape_.made, tokens, shape_.affine, all);
    contract(affine_matrix<real>(d_parameters + at.weight, shape_.affine, width), d_affine, inputs, into::accumulate);
    contract(stream<real>(d_normed, tokens, width), d_affine,
             affine_matrix<const real>(parameters + at.weight, shape_.affine, width), into::accumulate);
    for (int i = 0; i < tokens; ++i) kernels().add(d_parameters + at.bias, d_affine.row(i), size(shape_.affine));
  }
  product(normed, parameters);
  std::fill_n(d_wide_, size(tokens) * size(shape_.made), real(0));
  for (int i = 0; i < tokens; ++i)
    for (int c = 0; c < shape_.made; ++c) {
      real d = d_signals[i * all + c];
      if (shape_.silu) d *= silu_slope(convolved(i, c, parameters + at.taps));
      for (int k = std::max(0, shape_.taps - 1 - i % x_.time); k < shape_.taps; ++k) {
        const int from = (i - (shape_.taps - 1) + k) * shape_.made + c;
        d_parameters[at.taps + c * shape_.taps + k] += d * wide_[from];
        d_wide_[from] += d * parameters[at.taps + c * shape_.taps + k];
      }
    }
  const signal_rows<const real> d_wide(d_wide_, tokens, shape_.made);
  contract(up_matrix<real>(d_parameters + at.up, shape_.made, shape_.rank), d_wide,
           narrow_rows<const real>(narrow_, tokens, shape_.rank), into::accumulate);
  contract(narrow_rows<real>(d_narrow_, tokens, shape_.rank), d_wide,
           up_matrix<const real>(parameters + at.up, shape_.made, shape_.rank));
  const narrow_rows<const real> d_narrow(d_narrow_, tokens, shape_.rank);
  contract(down_matrix<real>(d_parameters, shape_.rank, width), d_narrow, stream<const real>(input_, tokens, width),
           into::accumulate);
  contract(stream<real>(d_input_, tokens, width), d_narrow, down_matrix<const real>(parameters, shape_.rank, width));
  for (int i = 0; i < tokens; ++i) {
    real *d = d_input_ + i * width, *unit = input_ + i * width;
    if (shape_.unit_input) {
      const double length = math::sqrt(kernels().sum_of_squares(normed + i * width, size(width)));
      const real along = kernels().dot(unit, d, size(width)), inverse = static_cast<real>(1 / math::max(length, 1e-12));
      for (int c = 0; c < width; ++c) d[c] = (d[c] - along * unit[c]) * inverse;
    }
    kernels().add(d_normed + i * width, d, size(width));
  }
}

}  // namespace lengthwise
