#include "experiments/overview/length_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lengthwise {
namespace {

std::vector<int> chosen_of(const std::vector<int>& lengths, std::size_t count) {
  if (lengths.size() <= count) return lengths;
  std::vector<int> left = lengths, chosen;
  const double first = std::log(lengths.front()), last = std::log(lengths.back());
  for (std::size_t i = 0; i < count; ++i) {
    const double wanted =
        count == 1 ? last : first + (last - first) * static_cast<double>(i) / static_cast<double>(count - 1);
    const auto nearest = std::ranges::min_element(left, {}, [&](int l) { return std::abs(std::log(l) - wanted); });
    chosen.push_back(*nearest);
    left.erase(nearest);
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace

length_table fitting(const std::vector<int>& lengths, std::size_t columns,
                     const std::function<text_grid(const std::vector<int>&)>& grid) {
  length_table table{"", 0};
  for (std::size_t count = lengths.size(); count > 0; --count) {
    table = {drawn(grid(chosen_of(lengths, count))), lengths.size() - count};
    if (drawn_columns(table.text) <= columns) break;
  }
  return table;
}

std::string more_text(std::size_t lengths, std::size_t curves) {
  const auto more = [](std::size_t count, std::string_view what) {
    return count == 0 ? std::string() : fmt::format("{} more {}{}", count, what, count == 1 ? "" : "s");
  };
  const std::string of_lengths = more(lengths, "length"), of_curves = more(curves, "curve");
  if (of_lengths.empty() && of_curves.empty()) return "";
  return fmt::format("--all shows {}{}{}\n", of_lengths, of_lengths.empty() || of_curves.empty() ? "" : " and ",
                     of_curves);
}

protocol main_protocol(const measurements& m) {
  const std::vector<protocol> there = m.protocols();
  for (const protocol p : {protocol::fixed_targets, protocol::sliding})
    if (std::ranges::find(there, p) != there.end()) return p;
  return there.front();
}

}  // namespace lengthwise
