// The numbers that stand at an axis.
#pragma once
#include <string>
#include <vector>

namespace lengthwise {

struct axis_number {
  double at;
  std::string text;
};

// Three to eight round numbers within [low, high] of a logarithmic axis, 0 < low < high: decades where there are many,
// 1, 2, 5 times powers of ten where there are a few, and equal steps where the axis is hardly longer than one.
std::vector<axis_number> axis_numbers(double low, double high);

// The same of a linear axis, low < high: equal steps.
std::vector<axis_number> linear_axis_numbers(double low, double high);

// Given numbers, rising, on a logarithmic axis. Each has its place; the first and the last have a text, of the others
// those whose texts keep clear: `characters` is how many stand side by side along the axis. Round numbers are added
// where there would be fewer than two.
std::vector<axis_number> axis_numbers_at(const std::vector<int>& places, double low, double high, double characters);

}  // namespace lengthwise
