#include "experiments/measured/context_gaps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lengthwise {
namespace {

// Whether two rows begin with the same losses. The same bytes predicted from the same bytes have the same loss, but for
// rounding that may depend on the window's length.
bool same_losses(const float* a, const float* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (!(std::abs(a[i] - b[i]) < 1e-3f)) return false;
  return true;
}
// Whether two rows are of the same bytes in different contexts: bytes differ by more than what contexts make of them,
// so that the squared differences are far less than those of unrelated rows, whose sum is that of the variances.
bool same_bytes(const float* a, const float* b, std::size_t count) {
  double mean_a = 0, mean_b = 0, differences = 0, variances = 0;
  for (std::size_t i = 0; i < count; ++i) mean_a += static_cast<double>(a[i]), mean_b += static_cast<double>(b[i]);
  mean_a /= static_cast<double>(count), mean_b /= static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double by_a = static_cast<double>(a[i]) - mean_a, by_b = static_cast<double>(b[i]) - mean_b;
    differences += (by_a - by_b) * (by_a - by_b), variances += by_a * by_a + by_b * by_b;
  }
  return differences < variances / 2;
}

}  // namespace

context_gaps::context_gaps(const npy_array<float>& side_by_side, const npy_array<float>& sliding, int stride_)
    : length_(side_by_side.shape[1]),
      at_beginning_(side_by_side.values),
      same_byte_(side_by_side.values.size(), std::numeric_limits<float>::quiet_NaN()) {
  const auto stride = static_cast<std::size_t>(stride_);
  if (sliding.shape[1] != length_ || length_ % stride != 0) return;
  const std::size_t slides = length_ / stride, unscored = length_ - stride;
  // Every window side by side is one of those that slide; which one tells where documents begin.
  constexpr auto nowhere = static_cast<std::size_t>(-1);
  std::size_t follows = nowhere;  // the row of the window after the previous one in its document
  for (std::size_t w = 0, next = 0; w < side_by_side.shape[0]; ++w) {
    std::size_t row = next;
    const float* own = &at_beginning_[w * length_];
    while (row < sliding.shape[0] && !same_losses(own + unscored, &sliding.values[row * length_ + unscored], stride))
      ++row;
    if (row == sliding.shape[0]) {
      follows = nowhere;
      continue;
    }
    // The first of a document has none before it, also where the document before it ends as many rows ago.
    const bool inside = row == follows && slides > 1 &&
                        same_bytes(own + unscored - stride, &sliding.values[(row - 1) * length_ + unscored], stride);
    const std::size_t reach = inside ? slides : 1;
    for (std::size_t back = 0; back < reach; ++back)
      std::copy_n(&sliding.values[(row - back) * length_ + unscored], stride,
                  &same_byte_[(w + 1) * length_ - (back + 1) * stride]);
    follows = row + slides, next = row + 1;
  }
}

std::vector<float> context_gaps::of(const npy_array<float>& side_by_side) const {
  const std::size_t length = side_by_side.shape[1], windows = side_by_side.shape[0];
  if (length % length_ != 0) return {};
  std::vector<float> gaps(windows * length, std::numeric_limits<float>::quiet_NaN());
  const std::size_t trained = at_beginning_.size() / length_, pieces = length / length_;
  for (std::size_t w = 0, first = 0; w < windows; ++w) {
    const float* own = &side_by_side.values[w * length];
    std::size_t at = first;
    while (at + pieces <= trained && !same_losses(own, &at_beginning_[at * length_], length_)) ++at;
    if (at + pieces > trained) break;
    for (std::size_t i = 0; i < length; ++i) gaps[w * length + i] = own[i] - same_byte_[at * length_ + i];
    first = at + pieces;
  }
  return gaps;
}

}  // namespace lengthwise
