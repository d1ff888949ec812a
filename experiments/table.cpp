#include "experiments/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace lengthwise {
namespace {

std::string_view explanation(protocol p) {
  switch (p) {
    case protocol::non_overlapping: return "windows side by side, every position scored";
    case protocol::sliding: return "windows that overlap, only the last targets of each scored";
    case protocol::fixed_targets: return "the same targets at every length";
  }
  return "";
}

// Four digits that mean something, whatever the size.
std::string number_text(double x) {
  if (x >= 1e5) return fmt::format("{:.2e}", x);
  return fmt::format("{:.{}f}", x, x >= 1000 ? 0 : x >= 100 ? 1 : 2);
}

std::string entry(const summary& s, quantity q, bool best) {
  if (!s.measured) return "-";
  if (s.status == evaluation_status::out_of_domain) return q == quantity::perplexity ? "out of domain" : "";
  if (s.status == evaluation_status::non_finite) return q == quantity::perplexity ? "not finite" : "";
  const auto shown = [&](double x) { return q == quantity::perplexity ? number_text(x) : fmt::format("{:.3f}", x); };
  return fmt::format("{}{}{}", shown(s.mean), s.seeds > 1 ? fmt::format(" ±{}", shown(s.deviation)) : "", best ? "*" : " ");
}

// Columns, not bytes.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}
std::string padded(const std::string& text, std::size_t width) { return std::string(width - std::min(width, columns(text)), ' ') + text; }

using grid = std::vector<std::vector<std::string>>;

std::string drawn(const grid& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = rows[r][0] + std::string(widths[0] - columns(rows[r][0]), ' ');
    for (std::size_t i = 1; i < rows[r].size(); ++i) line += "  " + padded(rows[r][i], widths[i]);
    while (line.ends_with(' ')) line.pop_back();
    text += line + '\n';
    if (r == 0) {
      std::size_t whole = widths[0];
      for (std::size_t i = 1; i < widths.size(); ++i) whole += widths[i] + 2;
      text += std::string(whole, '-') + '\n';
    }
  }
  return text;
}

}  // namespace

std::string table_text(const measurements& m) {
  const std::vector<int> lengths = m.lengths();
  const bool one_train_length = std::ranges::all_of(m.curves, [&](const curve& c) { return c.train_length() == m.curves.front().train_length(); });
  const std::size_t seeds = std::ranges::max(m.curves, {}, [](const curve& c) { return c.cells.size(); }).cells.size();
  std::string text;
  for (const protocol p : m.protocols()) {
    std::map<int, double> best;
    std::int64_t targets = 0;
    for (const curve& c : m.curves) {
      for (const int length : lengths)
        if (const summary s = summarize(c, p, length, quantity::perplexity); s.measured && s.status == evaluation_status::ok)
          best[length] = std::min(s.mean, best.contains(length) ? best[length] : std::numeric_limits<double>::infinity());
      for (const evaluation_record& e : c.cells.front().result.evaluation)
        if (e.protocol == p) targets = std::max(targets, e.targets);
    }
    grid rows{{"evaluated at"}};
    for (const int length : lengths)
      rows[0].push_back(one_train_length && length == m.curves.front().train_length() ? fmt::format("{} (trained) ", length) : fmt::format("{} ", length));
    for (const curve& c : m.curves) {
      std::vector<std::string> perplexity{one_train_length ? c.label : fmt::format("{} (trained at {})", c.label, c.train_length())}, bits{"  bits per byte"};
      for (const int length : lengths) {
        const summary s = summarize(c, p, length, quantity::perplexity);
        const bool is_best = m.curves.size() > 1 && s.measured && s.status == evaluation_status::ok && s.mean <= best[length];
        perplexity.push_back(entry(s, quantity::perplexity, is_best));
        bits.push_back(entry(summarize(c, p, length, quantity::bits_per_byte), quantity::bits_per_byte, false));
      }
      rows.push_back(std::move(perplexity));
      rows.push_back(std::move(bits));
    }
    text += fmt::format("Perplexity, {}: {}; {} targets a length{}\n{}\n", name_of(p), explanation(p), targets,
                        seeds > 1 ? fmt::format(", mean ± deviation over {} seeds", seeds) : "", drawn(rows));
  }
  if (m.curves.size() > 1) text += "* best of its column\n";
  if (m.unfinished > 0) text += fmt::format("{} of {} cells are not finished and not shown\n", m.unfinished, m.cells);
  return text;
}

}  // namespace lengthwise
