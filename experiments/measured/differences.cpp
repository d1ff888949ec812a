#include "experiments/measured/differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/storage/npy.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr double normal_quantile = 1.959963984540054;  // of 0.975; there are thousands of targets

std::string entry(const std::optional<paired_difference>& d) {
  if (!d) return "- ";
  const double interval = d->over_seeds.count > 1 ? d->over_seeds.interval : d->target_interval;
  return fmt::format("{:+.3f} ±{:.3f} ", d->over_seeds.mean, interval);
}

}  // namespace

paired_losses::paired_losses(const measurements& m, protocol p, int length) : by_seed_(m.curves.size()) {
  for (std::size_t i = 0; i < m.curves.size(); ++i)
    for (const finished_cell& cell : m.curves[i].cells) {
      const evaluation_record* e = find_record(cell.result, p, length);
      const fs::path file = losses_file(cell.path / "nll", length, p);
      if (e == nullptr || !e->ok() || !fs::exists(file)) continue;
      by_seed_[i][cell.result.seed] = {cell.scored_on(), read_npy<float>(file).values};
    }
}

std::optional<paired_difference> paired_losses::between(std::size_t curve, std::size_t other) const {
  std::vector<std::pair<const std::vector<float>*, const std::vector<float>*>> pairs;
  for (const auto& [seed, here] : by_seed_[curve]) {
    const auto there = by_seed_[other].find(seed);
    if (there == by_seed_[other].end()) continue;
    if (there->second.scored_on != here.scored_on || there->second.losses.size() != here.losses.size())
      return std::nullopt;
    pairs.emplace_back(&here.losses, &there->second.losses);
  }
  if (pairs.empty()) return std::nullopt;

  std::vector<double> seed_sums(pairs.size(), 0);
  paired_difference d;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < pairs.front().first->size(); ++i) {
    double mean = 0;
    std::size_t scored = 0;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const double difference =
          (static_cast<double>((*pairs[k].first)[i]) - static_cast<double>((*pairs[k].second)[i])) / std::numbers::ln2;
      if (std::isnan(difference)) continue;
      ++scored, mean += difference / static_cast<double>(pairs.size()), seed_sums[k] += difference;
    }
    if (scored == 0) continue;
    if (scored != pairs.size()) return std::nullopt;  // not the same targets
    ++d.targets, sum += mean, squares += mean * mean;
  }
  if (d.targets == 0) return std::nullopt;
  const auto count = static_cast<double>(d.targets);
  for (double& s : seed_sums) s /= count;
  d.over_seeds = statistics_of(seed_sums);
  if (d.targets > 1)
    d.target_interval =
        normal_quantile * std::sqrt(std::max(0.0, squares / count - sum / count * sum / count) / (count - 1));
  return d;
}

std::string difference_text(const measurements& m) {
  std::string text;
  if (m.curves.size() < 2) return text;
  const std::vector<int> lengths = m.lengths();
  for (const protocol p : m.protocols()) {
    text_grid rows{{"evaluated at"}};
    for (const curve& c : m.curves) rows.push_back({c.label});
    std::int64_t fewest = 0, most = 0;
    std::size_t seeds = 0;
    for (const int length : lengths) {
      rows[0].push_back(fmt::format("{} ", length));
      const std::optional<std::size_t> best = best_curve(m, p, length);
      if (!best) {
        for (std::size_t i = 0; i < m.curves.size(); ++i) rows[i + 1].push_back("- ");
        continue;
      }
      const paired_losses losses(m, p, length);
      for (std::size_t i = 0; i < m.curves.size(); ++i) {
        if (i == *best) {
          rows[i + 1].push_back("best ");
          continue;
        }
        const std::optional<paired_difference> d = losses.between(i, *best);
        rows[i + 1].push_back(entry(d));
        if (!d) continue;
        fewest = most == 0 ? d->targets : std::min(fewest, d->targets), most = std::max(most, d->targets);
        seeds = std::max(seeds, d->over_seeds.count);
      }
    }
    if (most == 0) continue;
    text += fmt::format(
        "Bits per byte above the best of the column, {}: paired by seed and target, mean ± half the 95 % interval over "
        "{};\n{} targets a length\n{}\n",
        name_of(p), seeds > 1 ? fmt::format("{} seeds", seeds) : "targets",
        fewest == most
            ? grouped(static_cast<double>(most))
            : fmt::format("{} to {}", grouped(static_cast<double>(fewest)), grouped(static_cast<double>(most))),
        drawn(rows));
  }
  return text;
}

}  // namespace lengthwise
