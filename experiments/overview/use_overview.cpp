#include "experiments/overview/use_overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "experiments/answers/use_by_distance.hpp"
#include "experiments/drawing/curve_labels.hpp"
#include "experiments/overview/length_table.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

struct used_curve {
  std::string label;
  int trained;
  std::map<int, use_by_distance> at;  // by length

  const use_by_distance* read_at(int length) const {
    const auto found = at.find(length);
    return found == at.end() ? nullptr : &found->second;
  }
};

// -0.4 % is 0.
std::string percent(double share) { return fmt::format("{}", std::lround(100 * share)); }
std::string percent(const std::optional<estimate>& share) { return share ? percent(share->value) : "-"; }
std::string share_text(const used_curve& c, const use_by_distance& use) {
  std::string seeds;
  if (use.beyond_by_seed.size() > 1)
    seeds = fmt::format(" (seeds {} to {})", percent(use.beyond_by_seed.front()), percent(use.beyond_by_seed.back()));
  return fmt::format("{} gains {} ±{} % beyond {}{}", c.label, percent(use.beyond->value),
                     percent(use.beyond->interval()), grouped(c.trained), seeds);
}

// Of the curves that were asked at the longest length from further than they were trained, the best first.
std::string verdict(const std::vector<used_curve>& curves, int length) {
  const used_curve *best = nullptr, *sure = nullptr;
  for (const used_curve& c : curves) {
    const use_by_distance* use = c.read_at(length);
    if (use == nullptr || !use->beyond) continue;
    if (best == nullptr) best = &c;
    if (sure == nullptr && use->beyond->value > use->beyond->interval()) sure = &c;
  }
  if (best == nullptr) return "";
  std::string text = fmt::format("at {} {}", grouped(length), share_text(*best, *best->read_at(length)));
  if (sure == nullptr)
    text += ": none surely gains anything there";
  else if (sure != best)
    text +=
        fmt::format(", which may be nothing; surely more than nothing: {}", share_text(*sure, *sure->read_at(length)));
  return text;
}

}  // namespace

std::string use_overview_text(const measurements& m, const overview_options& o) {
  const std::optional<protocol> cut = protocol_of_use(m);
  if (!cut) return "";
  std::vector<used_curve> curves;
  std::vector<std::string> labels;
  for (const curve& c : m.curves) {
    used_curve own{c.label.shown(), c.train_length(), {}};
    for (const int length : m.lengths())
      if (std::optional<use_by_distance> use = use_of(c, *cut, length)) own.at.emplace(length, *std::move(use));
    if (own.at.empty()) continue;
    labels.push_back(own.label);
    curves.push_back(std::move(own));
  }
  if (curves.empty()) return "";
  labels = short_labels(labels, longest_label);
  const bool one_train_length =
      std::ranges::all_of(curves, [&](const used_curve& c) { return c.trained == curves.front().trained; });
  std::size_t fewest_seeds = std::numeric_limits<std::size_t>::max(), most_seeds = 0;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    used_curve& c = curves[i];
    c.label = one_train_length ? labels[i] : fmt::format("{} (trained at {})", labels[i], grouped(c.trained));
    for (const auto& [length, use] : c.at)
      fewest_seeds = std::min(fewest_seeds, use.seeds), most_seeds = std::max(most_seeds, use.seeds);
  }
  const std::vector<int> lengths = m.lengths();
  constexpr double last = -std::numeric_limits<double>::infinity();
  std::ranges::stable_sort(curves, std::ranges::greater(), [&](const used_curve& c) {
    const use_by_distance* use = c.read_at(lengths.back());
    return std::pair(use && use->beyond ? use->beyond->value : last, use && use->within ? use->within->value : last);
  });

  const std::string begin =
      wrapped(fmt::format("{}: percent of a guess's bits gained where the definition is nearer than the trained length "
                          "/ further; {}, mean over {}",
                          m.name, name_of(*cut),
                          most_seeds > 1 ? fmt::format("{} seeds", range_text(static_cast<std::int64_t>(fewest_seeds),
                                                                              static_cast<std::int64_t>(most_seeds)))
                                         : "answers"),
              o.columns);
  const std::string found = verdict(curves, lengths.back());
  const std::string end = (found.empty() ? "" : "\n" + wrapped(found, o.columns)) + left_out_text(m);
  // A header, a rule, and a line on what was left out.
  const std::size_t taken = static_cast<std::size_t>(std::ranges::count(begin + end, '\n')) + 3;
  const std::size_t room = std::max(fewest_rows, o.lines > taken ? o.lines - taken : 0);
  const std::size_t shown = std::min(room, curves.size());
  const length_table table = fitting(lengths, o.columns, [&](const std::vector<int>& columns) {
    text_grid rows{{"read at"}};
    for (const int length : columns)
      rows[0].push_back(grouped(length) + (one_train_length && length == curves.front().trained ? " trained" : ""));
    for (std::size_t i = 0; i < shown; ++i) {
      rows.push_back({curves[i].label});
      for (const int length : columns) {
        const use_by_distance* use = curves[i].read_at(length);
        rows.back().push_back(use ? fmt::format("{:>4} /{:>4}", percent(use->within), percent(use->beyond)) : "-");
      }
    }
    return rows;
  });
  return begin + table.text + more_text(table.left_out, curves.size() - shown) + end;
}

}  // namespace lengthwise
