#include "experiments/answers/use_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {
namespace {

struct measured_use {
  const curve* of;
  use_by_distance use;
};
std::vector<measured_use> uses_in(const measurements& m, protocol cut) {
  std::vector<measured_use> all;
  for (const curve& c : m.curves)
    for (const int length : m.lengths())
      if (std::optional<use_by_distance> u = use_of(c, cut, length)) all.push_back({&c, *std::move(u)});
  return all;
}

std::string words_of(const std::pair<std::uint32_t, std::uint32_t>& band) {
  return band.first == 0 ? fmt::format("below {}", grouped(band.second))
                         : fmt::format("{} to {}", grouped(band.first), grouped(band.second));
}
std::string share_of(const std::optional<estimate>& e) {
  return e ? fmt::format("{:.1f} ±{:.1f} %", 100 * e->value, 100 * e->interval()) : "-";
}
// "33 83 97": of a few seeds each, of more the worst and the best.
std::string seeds_of(const std::vector<double>& shares) {
  if (shares.empty()) return "-";
  const auto percent = [](double share) { return std::lround(100 * share); };
  if (shares.size() > 5) return fmt::format("{} .. {}", percent(shares.front()), percent(shares.back()));
  std::string text;
  for (const double share : shares) text += fmt::format("{}{}", text.empty() ? "" : " ", percent(share));
  return text;
}
const distance_band* band_in(const use_by_distance& u, const std::pair<std::uint32_t, std::uint32_t>& edges) {
  const auto found = std::ranges::find_if(
      u.bands, [&](const distance_band& b) { return b.first == edges.first && b.end == edges.second; });
  return found == u.bands.end() ? nullptr : &*found;
}

}  // namespace

std::string use_text(const measurements& m) {
  const std::optional<protocol> cut = protocol_of_use(m);
  if (!cut) return "";
  const std::vector<measured_use> all = uses_in(m, *cut);
  if (all.empty()) return "";
  std::set<std::pair<std::uint32_t, std::uint32_t>> bands;
  for (const auto& [of, u] : all)
    for (const distance_band& b : u.bands) bands.emplace(b.first, b.end);
  text_grid rows{{"read with"}};
  for (const auto& b : bands) rows[0].push_back(words_of(b));
  std::size_t seeds = 0;
  for (const auto& [of, u] : all) seeds = std::max(seeds, u.seeds);
  rows[0].insert(rows[0].end(), {"use within", "use beyond"});
  if (seeds > 1) rows[0].insert(rows[0].end(), {"seeds within", "seeds beyond"});
  const std::size_t columns = rows[0].size();
  bool leaves_out = false;
  for (const auto& [of, u] : all) {
    std::vector<std::string> row{fmt::format("{}, {}", of->label, grouped(u.length))}, best{"  best possible"};
    for (const auto& edges : bands) {
      const distance_band* b = band_in(u, edges);
      row.push_back(b ? fmt::format("{:.2f} {:3.0f} %", b->bits.value, 100 * b->right.value) : "-");
      best.push_back(b ? fmt::format("{:.2f}      ", b->optimum) : "");
    }
    row.insert(row.end(), {share_of(u.within), share_of(u.beyond)});
    if (seeds > 1) row.insert(row.end(), {seeds_of(u.within_by_seed), seeds_of(u.beyond_by_seed)});
    best.resize(columns);
    rows.push_back(std::move(row));
    if (std::ranges::none_of(u.bands, [](const distance_band& b) { return b.optimum > 0; })) continue;
    rows.push_back(std::move(best));
    leaves_out = true;
  }
  std::set<int> counted;
  for (const auto& [of, u] : all) {
    if (!counted.insert(u.length).second) continue;
    std::vector<std::string> row{fmt::format("answers at {}", grouped(u.length))};
    for (const auto& edges : bands) {
      const distance_band* b = band_in(u, edges);
      row.push_back(b ? grouped(static_cast<double>(b->answers)) : "-");
    }
    row.insert(row.end(), {u.outside > 0 ? fmt::format("and {} whose", grouped(static_cast<double>(u.outside))) : "",
                           u.outside > 0 ? "window lacks it" : ""});
    row.resize(columns);
    rows.push_back(std::move(row));
  }
  const use_by_distance& first = all.front().use;
  return fmt::format(
      "Use of context, {}: bits of an answer and share of right ones, by distance to the definition in symbols, mean "
      "over {}.\nA guess: {:.2f} bits, {:.0f} % right. Best possible: 0 bits{}. Use: share of a guess's bits gained, ± "
      "half the 95 % interval,\nwhere the definition is nearer than the trained length and where it is not\n{}",
      name_of(first.cut), seeds > 1 ? "answers and seeds" : "answers", first.chance_bits, 100 * first.chance_right,
      leaves_out ? ", a guess where the view leaves the definition out" : "", drawn(rows));
}

}  // namespace lengthwise
