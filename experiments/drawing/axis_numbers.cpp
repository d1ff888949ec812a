#include "experiments/drawing/axis_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t fewest = 3, most = 8;

std::vector<double> decades(double low, double high, const std::vector<double>& steps) {
  std::vector<double> all;
  for (int d = static_cast<int>(std::floor(std::log10(low))); d <= static_cast<int>(std::ceil(std::log10(high))); ++d)
    for (const double step : steps)
      if (const double x = step * std::pow(10.0, d); x >= low && x <= high) all.push_back(x);
  return all;
}

// Every k-th, so that few enough are left.
std::vector<double> thinned(const std::vector<double>& all) {
  const std::size_t every = (all.size() + most - 1) / most;
  std::vector<double> some;
  for (std::size_t i = 0; i < all.size(); i += every) some.push_back(all[i]);
  return some;
}

std::vector<double> equal_steps(double low, double high) {
  double step = 0;
  std::vector<double> all;
  for (int d = static_cast<int>(std::ceil(std::log10(high - low))) + 1; all.size() < fewest; --d)
    for (const double factor : {5.0, 2.0, 1.0}) {
      if (all.size() >= fewest) break;
      step = factor * std::pow(10.0, d);
      all.clear();
      for (double i = std::floor(low / step); i * step <= high; ++i)
        if (i * step >= low) all.push_back(i * step);
    }
  return all;
}

// With as many digits as tell neighbours apart.
std::vector<axis_number> written(const std::vector<double>& all) {
  std::vector<axis_number> numbers;
  for (int digits = 6; digits <= 17; ++digits) {
    numbers.clear();
    for (const double x : all) numbers.push_back({x, fmt::format("{:.{}g}", x, digits)});
    const auto same = [](const axis_number& a, const axis_number& b) { return a.text == b.text; };
    if (std::ranges::adjacent_find(numbers, same) == numbers.end()) break;
  }
  return numbers;
}

}  // namespace

std::vector<axis_number> axis_numbers(double low, double high) {
  if (const std::vector<double> all = decades(low, high, {1.0}); all.size() > 4) return written(thinned(all));
  if (const std::vector<double> all = decades(low, high, {1.0, 2.0, 5.0}); all.size() >= fewest)
    return written(thinned(all));
  return written(equal_steps(low, high));
}

std::vector<axis_number> linear_axis_numbers(double low, double high) { return written(equal_steps(low, high)); }

std::vector<axis_number> axis_numbers_at(const std::vector<int>& places, double low, double high, double characters) {
  std::vector<axis_number> all;
  for (const int place : places)
    if (place >= low && place <= high) all.push_back({static_cast<double>(place), grouped(place)});
  if (all.size() < 2) {
    for (axis_number& round : axis_numbers(low, high))
      if (all.empty() || std::abs(std::log(round.at / all.front().at)) > 0.2 * std::log(high / low))
        all.push_back(std::move(round));
    std::ranges::sort(all, {}, &axis_number::at);
    return all;
  }
  // Texts are centred on their places, with two characters between them.
  const auto clear = [&](const axis_number& a, const axis_number& b) {
    const double apart = std::log(b.at / a.at) / std::log(high / low) * characters;
    return apart >= static_cast<double>(a.text.size() + b.text.size()) / 2 + 2;
  };
  axis_number last_said = all.front();
  for (std::size_t i = 1; i + 1 < all.size(); ++i) {
    if (clear(last_said, all[i]) && clear(all[i], all.back()))
      last_said = all[i];
    else
      all[i].text.clear();
  }
  return all;
}

}  // namespace lengthwise
