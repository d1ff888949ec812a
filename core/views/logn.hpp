// Log-n scaling (Su, 2021, kexue.fm 8823): rows that see more keys than in training are sharpened.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct logn : view_defaults {
  static constexpr card about{"log-n scaling", "the logits of query i times max(1, ln(i + 1) / ln L)",
                              "kexue.fm/archives/8823 and 9708"};
  constexpr double factor(const reading_extents& x, int i) const {
    return x.trained < 2 || i < x.trained
               ? 1
               : math::log(static_cast<double>(i + 1)) / math::log(static_cast<double>(x.trained));
  }
};
static_assert(logn{}.factor({64, 8}, 7) == 1 && math::abs(logn{}.factor({64, 8}, 63) - 2) < 1e-12);

}  // namespace lengthwise::views
