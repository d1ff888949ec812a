// Raw: the whole window in order, as a model reads it that knows nothing of length.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct raw : view_defaults {
  static constexpr bool extends = false;
  static constexpr card about{"raw", "query i at i, key j at j, every key up to the query's own",
                              "the reading of all evaluations without a view", "the harm, beside `cropped`"};
};
static_assert(tells(raw{}, {8, 4}, every_pair, as_read));

}  // namespace lengthwise::views
