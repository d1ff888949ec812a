#include "experiments/overview/use_overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "experiments/answers/use_by_distance.hpp"
#include "experiments/drawing/curve_labels.hpp"
#include "experiments/overview/length_table.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t longest_label = 32, fewest_rows = 6;

struct used_curve {
  std::string label;
  int trained;
  std::map<int, use_by_distance> at;  // by length

  double rank() const {  // beyond decides; what was never asked from further is last
    const use_by_distance& longest = at.rbegin()->second;
    return longest.beyond ? longest.beyond->value : -std::numeric_limits<double>::infinity();
  }
};

std::string percent(const std::optional<estimate>& share) {
  return share ? fmt::format("{:.0f}", 100 * share->value) : "-";
}
std::string seeds_text(const std::vector<double>& shares) {
  if (shares.size() < 2) return "";
  return fmt::format(" (seeds {:.0f} to {:.0f})", 100 * shares.front(), 100 * shares.back());
}

std::string verdict(const std::vector<used_curve>& curves) {
  const used_curve& best = curves.front();
  const auto& [length, use] = *best.at.rbegin();
  if (!use.beyond) return "";
  const double share = use.beyond->value, half = use.beyond->interval();
  if (share - half <= 0)
    return fmt::format("at {} none surely uses what lies further than {}: the best, {}, {:.0f} ±{:.0f} %{}",
                       grouped(length), grouped(best.trained), best.label, 100 * share, 100 * half,
                       seeds_text(use.beyond_by_seed));
  return fmt::format("at {} {} uses most of what lies further than {}: {:.0f} ±{:.0f} %{}", grouped(length), best.label,
                     grouped(best.trained), 100 * share, 100 * half, seeds_text(use.beyond_by_seed));
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
  for (std::size_t i = 0; i < curves.size(); ++i) curves[i].label = labels[i];
  std::ranges::stable_sort(curves, std::ranges::greater(), [](const used_curve& c) {
    const std::optional<estimate>& within = c.at.rbegin()->second.within;
    return std::pair(c.rank(), within ? within->value : 0);
  });

  const use_by_distance& first = curves.front().at.rbegin()->second;
  const std::string begin = wrapped(
      fmt::format("{}: percent of a guess's bits gained where the definition is nearer than the trained length / "
                  "further; {}, mean over {}",
                  m.name, name_of(*cut), first.seeds > 1 ? fmt::format("{} seeds", first.seeds) : "answers"),
      o.columns);
  const std::string end = wrapped(verdict(curves), o.columns);
  const std::size_t taken = static_cast<std::size_t>(std::ranges::count(begin + end, '\n')) + 4;
  const std::size_t room = std::max(fewest_rows, o.lines > taken ? o.lines - taken : 0);
  const std::size_t shown = std::min(room, curves.size());
  const length_table table = fitting(m.lengths(), o.columns, [&](const std::vector<int>& columns) {
    text_grid rows{{"read at"}};
    for (const int length : columns)
      rows[0].push_back(grouped(length) + (length == curves.front().trained ? " trained" : ""));
    for (std::size_t i = 0; i < shown; ++i) {
      rows.push_back({curves[i].label});
      for (const int length : columns) {
        const auto at = curves[i].at.find(length);
        rows.back().push_back(at == curves[i].at.end() ? "-"
                                                       : fmt::format("{:>4} /{:>4}", percent(at->second.within),
                                                                     percent(at->second.beyond)));
      }
    }
    return rows;
  });
  std::string text = begin + table.text;
  if (shown < curves.size()) text += fmt::format("--all shows {} more curves\n", curves.size() - shown);
  return text + (end.empty() ? "" : "\n" + end);
}

}  // namespace lengthwise
