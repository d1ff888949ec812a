#include "experiments/reports/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

std::string_view words_of(protocol p) {
  switch (p) {
    case protocol::non_overlapping: return "windows side by side, every position scored";
    case protocol::sliding: return "windows that overlap, only the last targets of each scored";
    case protocol::fixed_targets: return "the same targets at every length";
    case protocol::task: return "items of a task, their answers scored";
  }
  return "";
}

namespace {

// Four digits that mean something, whatever the size.
std::string number_text(double x) {
  if (x >= 1e5) return fmt::format("{:.2e}", x);
  return fmt::format("{:.{}f}", x, x >= 1000 ? 0 : x >= 100 ? 1 : 2);
}

std::string shown(double x, quantity q) {
  return q == quantity::perplexity ? number_text(x) : fmt::format("{:.3f}", x);
}

std::string entry(const summary& s, quantity q, bool best) {
  if (!s.measured) return "-";
  if (s.status == evaluation_status::out_of_domain) return q == quantity::perplexity ? "out of domain" : "";
  if (s.status == evaluation_status::non_finite) return q == quantity::perplexity ? "not finite" : "";
  const sample_statistics& v = s.over_seeds;
  if (!s.finite()) return fmt::format("{} ", beyond_text);
  return fmt::format("{}{}{}", shown(v.mean, q), v.count > 1 ? fmt::format(" ±{}", shown(v.deviation, q)) : "",
                     best ? "*" : " ");
}

std::string interval(const summary& s) {
  return s.finite() && s.mean.seed_freedom > 0 ? fmt::format("{} to {} ", number_text(s.low()), number_text(s.high()))
                                               : "";
}

}  // namespace

std::string table_text(const measurements& m) {
  const std::vector<int> lengths = m.lengths();
  const bool one_train_length = std::ranges::all_of(
      m.curves, [&](const curve& c) { return c.train_length() == m.curves.front().train_length(); });
  std::int64_t fewest_seeds = 0, seeds = 1;  // of the curves that have a deviation; and of all, the most
  for (const curve& c : m.curves)
    if (const auto own = static_cast<std::int64_t>(c.cells.size()); own > 1)
      fewest_seeds = fewest_seeds == 0 ? own : std::min(fewest_seeds, own), seeds = std::max(seeds, own);
  std::string text;
  bool groups = false, beyond = false;  // of curves that were scored on different targets; perplexities
  for (const protocol p : m.protocols()) {
    std::int64_t fewest = std::numeric_limits<std::int64_t>::max(), most = 0;
    for (const curve& c : m.curves)
      for (const finished_cell& cell : c.cells)
        for (const evaluation_record& e : cell.result.evaluation)
          if (e.protocol == p && e.ok()) fewest = std::min(fewest, e.targets), most = std::max(most, e.targets);
    text_grid rows{{"evaluated at"}};
    for (const int length : lengths)
      rows[0].push_back(one_train_length && length == m.curves.front().train_length()
                            ? fmt::format("{} (trained) ", length)
                            : fmt::format("{} ", length));
    std::vector<std::vector<std::optional<std::size_t>>> best;
    for (const int length : lengths) {
      best.push_back(best_curves(m, p, length));
      std::set<std::size_t> different;
      for (const auto& own : best.back())
        if (own) different.insert(*own);
      groups = groups || different.size() > 1;
    }
    std::string_view covers = "seeds and text";
    for (std::size_t i = 0; i < m.curves.size(); ++i) {
      const curve& c = m.curves[i];
      std::vector<std::string> perplexity{
          one_train_length ? c.label.shown() : fmt::format("{} (trained at {})", c.label, c.train_length())};
      std::vector<std::string> spread{"  95 % interval"}, bits{"  bits per byte"};
      for (std::size_t k = 0; k < lengths.size(); ++k) {
        const summary s = c.cells.size() > 1 ? summarize_with_text(c, p, lengths[k], quantity::perplexity)
                                             : summarize(c, p, lengths[k], quantity::perplexity);
        perplexity.push_back(entry(s, quantity::perplexity, m.curves.size() > 1 && is_best(best[k], i)));
        spread.push_back(interval(s));
        bits.push_back(entry(summarize(c, p, lengths[k], quantity::bits_per_byte), quantity::bits_per_byte, false));
        if (s.mean.covers() == "seeds") covers = "seeds, not the text";
        beyond = beyond || (s.ok() && !s.finite());
      }
      rows.push_back(std::move(perplexity));
      if (c.cells.size() > 1) rows.push_back(std::move(spread));
      rows.push_back(std::move(bits));
    }
    text += fmt::format("Perplexity, {}: {}; {} targets a length{}\n{}\n", name_of(p), words_of(p),
                        most == 0 ? "no" : range_text(fewest, most),
                        seeds > 1 ? fmt::format(",\nmean ± deviation over {} seeds, and the 95 % interval of the mean "
                                                "(Student's t) over {}",
                                                range_text(fewest_seeds, seeds), covers)
                                  : "",
                        drawn(rows));
  }
  if (m.curves.size() > 1)
    text +=
        groups ? "* best of its column among those that were scored on the same targets\n" : "* best of its column\n";
  if (beyond) text += fmt::format("{}: the loss is finite, its exponential is not\n", beyond_text);
  if (m.repeated > 0)
    text += fmt::format("{} cells repeat another's config and seed and are not counted\n", m.repeated);
  for (const std::string& problem : m.damaged) text += fmt::format("left out: {}\n", problem);
  if (!m.damaged.empty()) text += "the same lengthwise run makes again what was left out\n";
  if (m.unfinished > 0) text += fmt::format("{} of {} cells are not finished and not shown\n", m.unfinished, m.cells);
  return text;
}

}  // namespace lengthwise
