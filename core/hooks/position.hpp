// The arguments of hooks. Positions are points and distances are differences: a hook that takes a distance cannot
// depend on absolute position. Values are real numbers because interpolated positions are fractions; ordinary ones are
// 0, 1, 2 ... A hook that is evaluated for every pair of positions takes several of them at once: S is then a number
// type of lanes.
#pragma once

namespace lengthwise {

template <class S>
struct distance_of {
  S value;
};
template <class S>
struct position_of {
  S value;
  friend constexpr distance_of<S> operator-(position_of query, position_of key) { return {query.value - key.value}; }
};
using distance = distance_of<double>;
using position = position_of<double>;
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
  int width_of_head = 0;  // 0: the heads share the width
  constexpr int head_width() const { return width_of_head > 0 ? width_of_head : width / heads; }
};

}  // namespace lengthwise
