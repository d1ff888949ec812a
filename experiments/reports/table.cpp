#include "experiments/reports/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

std::string_view explanation(protocol p) {
  switch (p) {
    case protocol::non_overlapping: return "windows side by side, every position scored";
    case protocol::sliding: return "windows that overlap, only the last targets of each scored";
    case protocol::fixed_targets: return "the same targets at every length";
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
  return fmt::format("{}{}{}", shown(v.mean, q), v.count > 1 ? fmt::format(" ±{}", shown(v.deviation, q)) : "",
                     best ? "*" : " ");
}

std::string interval(const summary& s) {
  const sample_statistics& v = s.over_seeds;
  // A perplexity is at least 1, whatever a few seeds' spread leaves possible.
  return s.ok() && v.count > 1 ? fmt::format("{} to {} ", number_text(std::max(1.0, v.mean - v.interval)),
                                             number_text(v.mean + v.interval))
                               : "";
}

}  // namespace

std::string table_text(const measurements& m) {
  const std::vector<int> lengths = m.lengths();
  const bool one_train_length = std::ranges::all_of(
      m.curves, [&](const curve& c) { return c.train_length() == m.curves.front().train_length(); });
  const std::size_t seeds = std::ranges::max(m.curves, {}, [](const curve& c) { return c.cells.size(); }).cells.size();
  std::string text;
  for (const protocol p : m.protocols()) {
    std::int64_t targets = 0;
    for (const curve& c : m.curves)
      for (const evaluation_record& e : c.cells.front().result.evaluation)
        if (e.protocol == p) targets = std::max(targets, e.targets);
    text_grid rows{{"evaluated at"}};
    for (const int length : lengths)
      rows[0].push_back(one_train_length && length == m.curves.front().train_length()
                            ? fmt::format("{} (trained) ", length)
                            : fmt::format("{} ", length));
    std::vector<std::optional<std::size_t>> best;
    for (const int length : lengths) best.push_back(m.curves.size() > 1 ? best_curve(m, p, length) : std::nullopt);
    for (std::size_t i = 0; i < m.curves.size(); ++i) {
      const curve& c = m.curves[i];
      std::vector<std::string> perplexity{
          one_train_length ? c.label : fmt::format("{} (trained at {})", c.label, c.train_length())};
      std::vector<std::string> spread{"  95 % interval"}, bits{"  bits per byte"};
      for (std::size_t k = 0; k < lengths.size(); ++k) {
        const summary s = summarize(c, p, lengths[k], quantity::perplexity);
        perplexity.push_back(entry(s, quantity::perplexity, best[k] == i));
        spread.push_back(interval(s));
        bits.push_back(entry(summarize(c, p, lengths[k], quantity::bits_per_byte), quantity::bits_per_byte, false));
      }
      rows.push_back(std::move(perplexity));
      if (c.cells.size() > 1) rows.push_back(std::move(spread));
      rows.push_back(std::move(bits));
    }
    text += fmt::format(
        "Perplexity, {}: {}; {} targets a length{}\n{}\n", name_of(p), explanation(p), targets,
        seeds > 1
            ? fmt::format(", mean ± deviation over {} seeds, and the 95 % interval of the mean by Student's t", seeds)
            : "",
        drawn(rows));
  }
  if (m.curves.size() > 1) text += "* best of its column\n";
  if (m.unfinished > 0) text += fmt::format("{} of {} cells are not finished and not shown\n", m.unfinished, m.cells);
  return text;
}

}  // namespace lengthwise
