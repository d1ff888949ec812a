#include "experiments/overview/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/storage/errors.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/drawing/curve_labels.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/overview/length_table.hpp"
#include "experiments/overview/ranking.hpp"
#include "experiments/reports/table.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

struct shared_curve {
  std::string label;
  std::size_t first, second;  // of the joined curves
};
// The curves of both, one list after the other, and which of them are the same but for the study.
struct joined_studies {
  measurements all;
  std::vector<shared_curve> shared;
  std::vector<std::string> only_first, only_second;
};
joined_studies join(const measurements& first, const measurements& second) {
  joined_studies j{first, {}, {}, {}};
  j.all.curves.insert(j.all.curves.end(), second.curves.begin(), second.curves.end());
  std::set<std::size_t> met;
  const bool alone = first.curves.size() == 1 && second.curves.size() == 1;
  for (std::size_t i = 0; i < first.curves.size(); ++i) {
    const std::string label = first.curves[i].label.shown();
    const auto same =
        std::ranges::find_if(second.curves, [&](const curve& c) { return alone || c.label.shown() == label; });
    if (same == second.curves.end()) {
      j.only_first.push_back(label);
      continue;
    }
    const auto at = static_cast<std::size_t>(same - second.curves.begin());
    met.insert(at);
    const std::string other = same->label.shown();
    j.shared.push_back({other == label ? label : fmt::format("{} less {}", other, label), i, first.curves.size() + at});
  }
  for (std::size_t i = 0; i < second.curves.size(); ++i)
    if (!met.contains(i)) j.only_second.push_back(second.curves[i].label.shown());
  if (j.shared.empty())
    throw usage_error(fmt::format("{0} and {2} share no curve: {0} has {1}; {2} has {3}", first.name,
                                  fmt::join(j.only_first, " | "), second.name, fmt::join(j.only_second, " | ")));
  return j;
}

// Lengths that some pair has both of.
std::vector<int> lengths_of(const joined_studies& j, protocol p) {
  std::set<int> lengths;
  for (const int length : j.all.lengths())
    for (const shared_curve& c : j.shared) {
      const auto has = [&](std::size_t curve) {
        return std::ranges::any_of(j.all.curves[curve].cells, [&](const finished_cell& cell) {
          return find_record(cell.result, p, length) != nullptr;
        });
      };
      if (has(c.first) && has(c.second)) lengths.insert(length);
    }
  return {lengths.begin(), lengths.end()};
}

// What the first pair of cells of one seed differs in.
std::string configs_text(const joined_studies& j) {
  for (const shared_curve& c : j.shared)
    for (const finished_cell& here : j.all.curves[c.second].cells)
      for (const finished_cell& there : j.all.curves[c.first].cells)
        if (here.result.seed == there.result.seed) return difference(there.config, here.config, 4);
  return "";
}

}  // namespace

std::string comparison_text(const measurements& first, const measurements& second, std::size_t columns) {
  const joined_studies j = join(first, second);
  const protocol p = main_protocol(j.all);
  const std::vector<int> lengths = lengths_of(j, p);
  if (lengths.empty())
    throw usage_error(fmt::format("{} and {} share no length by {}", first.name, second.name, name_of(p)));
  std::string text = wrapped(fmt::format("{} less {}: bits per byte, mean ± half the 95 % interval of the difference, "
                                         "paired by seed and target; {} ({})",
                                         second.name, first.name, name_of(p), words_of(p)),
                             columns);
  if (const std::string configs = configs_text(j); !configs.empty())
    text += wrapped(fmt::format("there {}, here {}: {}", first.name, second.name, configs), columns);

  std::size_t better = 0, worse = 0, tied = 0, unknown = 0;
  std::vector<std::string> labels;
  for (const shared_curve& c : j.shared) labels.push_back(c.label);
  labels = short_labels(labels, longest_label);
  std::map<int, paired_losses> losses;  // read once, however many columns are tried
  const length_table table = fitting(lengths, columns, [&](const std::vector<int>& shown) {
    better = worse = tied = unknown = 0;
    text_grid rows{{"evaluated at"}};
    for (const int length : shown) rows[0].push_back(grouped(length) + " ");
    for (const shared_curve& c : j.shared) {
      rows.push_back({labels[rows.size() - 1]});
      for (const int length : shown) {
        const std::optional<paired_difference> d =
            losses.try_emplace(length, j.all, p, length).first->second.between(c.second, c.first);
        rows.back().push_back(entry_of(d));
        if (length == shown.back()) ++(!d ? unknown : !told_apart(*d) ? tied : d->mean.value < 0 ? better : worse);
      }
    }
    return rows;
  });
  text += table.text + "* the interval does not reach 0\n";
  if (unknown > 0) text += "- not the same targets, or no seed that both have\n";
  if (table.left_out > 0)
    text += fmt::format("--json has {} more length{}\n", table.left_out, table.left_out == 1 ? "" : "s");
  text += "\n" +
          wrapped(fmt::format("at {}, {} is better in {}, worse in {}, and cannot be told from {} in {} of {}",
                              grouped(lengths.back()), second.name, better, worse, first.name, tied, j.shared.size()),
                  columns);
  const auto only = [&](const std::string& name, const std::vector<std::string>& own) {
    if (!own.empty()) text += wrapped(fmt::format("only in {}: {}", name, fmt::join(own, "; ")), columns);
  };
  only(first.name, j.only_first);
  only(second.name, j.only_second);
  return text;
}

std::string comparison_json(const measurements& first, const measurements& second) {
  using json = nlohmann::ordered_json;
  const joined_studies j = join(first, second);
  json list = json::array();
  for (const protocol p : j.all.protocols())
    for (const int length : lengths_of(j, p)) {
      const paired_losses losses(j.all, p, length);
      for (const shared_curve& c : j.shared) {
        const std::optional<paired_difference> d = losses.between(c.second, c.first);
        if (!d) continue;
        json item{{"curve", c.label},           {"protocol", name_of(p)},      {"length", length},
                  {"bits_less", d->mean.value}, {"interval", nullptr},         {"seeds", d->seeds},
                  {"targets", d->targets},      {"told_apart", told_apart(*d)}};
        if (!d->mean.covers().empty() && std::isfinite(d->mean.interval()))
          item["interval"] = {d->mean.value - d->mean.interval(), d->mean.value + d->mean.interval()};
        list.push_back(std::move(item));
      }
    }
  return list.dump(1, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace lengthwise
