#include "experiments/measured/context_gaps.hpp"

#include <cmath>
#include <limits>

namespace lengthwise {
namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

}  // namespace

context_gaps::context_gaps(const recorded_losses& sliding) {
  for (std::size_t w = 0; w < sliding.windows.shape(0); ++w) {
    auto& bytes = documents_[sliding.windows(w, 0)];
    const std::int64_t first = sliding.windows(w, 1);
    for (std::size_t i = 0; i < sliding.losses.shape(1); ++i) {
      if (std::isnan(sliding.losses(w, i))) continue;
      bytes[first + static_cast<std::int64_t>(i)] = {sliding.losses(w, i), first};
    }
  }
}

xt::xtensor<float, 2> context_gaps::of(const recorded_losses& side_by_side) const {
  xt::xtensor<float, 2> gaps = side_by_side.losses;
  for (std::size_t w = 0; w < gaps.shape(0); ++w) {
    const auto document =
        w < side_by_side.windows.shape(0) ? documents_.find(side_by_side.windows(w, 0)) : documents_.end();
    for (std::size_t i = 0; i < gaps.shape(1); ++i) {
      scored_byte same{unknown, 0};
      if (document != documents_.end()) {
        const auto found = document->second.find(side_by_side.windows(w, 1) + static_cast<std::int64_t>(i));
        if (found != document->second.end()) same = found->second;
        if (same.first == side_by_side.windows(w, 1)) same.loss = unknown;
      }
      gaps(w, i) -= same.loss;
    }
  }
  return gaps;
}

}  // namespace lengthwise
