#include "experiments/measured/differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>
#include <xtensor/xmath.hpp>

#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

namespace {

std::string entry(const std::optional<paired_difference>& d) {
  if (!d) return "- ";
  return d->mean.covers().empty() ? fmt::format("{:+.3f} ", d->mean.value)
                                  : fmt::format("{:+.3f} ±{:.3f} ", d->mean.value, d->mean.interval());
}

}  // namespace

paired_losses::paired_losses(const measurements& m, protocol p, int length) : by_seed_(m.curves.size()) {
  for (std::size_t i = 0; i < m.curves.size(); ++i)
    for (const finished_cell& cell : m.curves[i].cells) {
      const evaluation_record* e = find_record(cell.result, p, length);
      if (e == nullptr) continue;
      if (std::optional<block_losses> losses = block_losses_of(cell.path, *e))
        by_seed_[i].insert_or_assign(cell.result.seed, cell_losses{cell.scored_on(*e), *std::move(losses)});
    }
}

std::optional<paired_difference> paired_losses::between(std::size_t curve, std::size_t other) const {
  std::vector<const block_losses*> here, there;
  for (const auto& [seed, own] : by_seed_[curve]) {
    const auto found = by_seed_[other].find(seed);
    if (found == by_seed_[other].end()) continue;
    const cell_losses& its = found->second;
    if (its.scored_on != own.scored_on || !its.losses.same_targets(own.losses) ||
        (!here.empty() && !own.losses.same_targets(*here.front())))
      return std::nullopt;
    here.push_back(&own.losses), there.push_back(&its.losses);
  }
  if (here.empty()) return std::nullopt;
  block_sums both = together(here);
  both.sums = (both.sums - together(there).sums) / std::numbers::ln2;
  const xt::xtensor<double, 1> by_seed = xt::sum(both.sums, {1}) / xt::sum(both.counts)();
  return paired_difference{mean_of(both), here.size(), statistics_of(by_seed).deviation,
                           static_cast<std::int64_t>(xt::sum(both.counts)())};
}

std::string difference_text(const measurements& m) {
  std::string text;
  if (m.curves.size() < 2) return text;
  const std::vector<int> lengths = m.lengths();
  for (const protocol p : m.protocols()) {
    text_grid rows{{"evaluated at"}};
    for (const curve& c : m.curves) rows.push_back({c.label.shown()});
    std::int64_t fewest = 0, most = 0;
    std::int64_t fewest_seeds = 0, most_seeds = 0;
    bool text_too = false;
    for (const int length : lengths) {
      rows[0].push_back(fmt::format("{} ", length));
      const std::vector<std::optional<std::size_t>> best = best_curves(m, p, length);
      const paired_losses losses(m, p, length);
      for (std::size_t i = 0; i < m.curves.size(); ++i) {
        if (best[i] == i) {
          rows[i + 1].push_back(is_best(best, i) ? "best " : "- ");
          continue;
        }
        const std::optional<paired_difference> d = best[i] ? losses.between(i, *best[i]) : std::nullopt;
        rows[i + 1].push_back(entry(d));
        if (!d) continue;
        fewest = most == 0 ? d->targets : std::min(fewest, d->targets), most = std::max(most, d->targets);
        const auto seeds = static_cast<std::int64_t>(d->seeds);
        fewest_seeds = most_seeds == 0 ? seeds : std::min(fewest_seeds, seeds),
        most_seeds = std::max(most_seeds, seeds);
        text_too = text_too || d->mean.text_freedom > 0;
      }
    }
    if (most == 0) continue;
    text += fmt::format(
        "Bits per byte above the best of the column, {}: paired by seed and target, mean ± half the 95 % interval over "
        "{};\n{} targets a length\n{}\n",
        name_of(p),
        most_seeds > 1
            ? fmt::format("{} seeds{}", range_text(fewest_seeds, most_seeds), text_too ? " and the text" : "")
            : "the text, for one seed",
        range_text(fewest, most), drawn(rows));
  }
  return text;
}

}  // namespace lengthwise
