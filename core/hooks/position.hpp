// The arguments of hooks. Positions are points and distances are differences: a hook that takes a distance cannot
// depend on absolute position. Values are real numbers because interpolated positions are fractions; ordinary ones are
// 0, 1, 2 ...
#pragma once

namespace lengthwise {

struct distance {
  double value;
};
struct position {
  double value;
  friend constexpr distance operator-(position query, position key) { return {query.value - key.value}; }
};
struct head {
  int index, count;
};
struct plane {  // a pair of channels that turns together; count is head_width / 2, rotated or not
  int index, count;
};
struct channel {
  int index, count;
};

// What an encoding may know of the model around it.
struct model_extents {
  int width, heads, train_length;
  constexpr int head_width() const { return width / heads; }
};

}  // namespace lengthwise
