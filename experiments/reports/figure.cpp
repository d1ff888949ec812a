#include "experiments/reports/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/answers/use_by_distance.hpp"
#include "experiments/drawing/panels.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {

namespace {

std::string_view title_of(protocol p) {
  switch (p) {
    case protocol::non_overlapping: return "non-overlapping windows";
    case protocol::sliding: return "sliding windows";
    case protocol::fixed_targets: return "fixed targets";
    case protocol::task: return "items of a task";
  }
  return "";
}

// A label stands at the right like all others, and must not seem to say that a shorter curve went on.
std::string end_text(int last, int longest) { return last < longest ? fmt::format(" (to {})", grouped(last)) : ""; }

drawn_panel by_length(const measurements& m, protocol p) {
  drawn_panel made{std::string(title_of(p)), "evaluation length (bytes)", "perplexity", {}, {}, m.lengths()};
  int beyond = 0;
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    drawn_curve c{m.curves[i].label.shown(), "", i, {}};
    for (const int length : m.lengths()) {
      const summary s = summarize(m.curves[i], p, length, quantity::perplexity);
      if (!s.finite()) {
        beyond += s.ok();
        continue;
      }
      const sample_statistics& v = s.over_seeds;
      c.points.push_back({static_cast<double>(length), v.mean, v.mean - v.deviation, v.mean + v.deviation});
    }
    if (c.points.empty()) continue;
    c.end = end_text(static_cast<int>(c.points.back().x), m.lengths().back());
    made.curves.push_back(std::move(c));
  }
  if (beyond > 0) made.title += fmt::format(" ({} {} not shown)", beyond, beyond_text);
  return made;
}

// A curve that cannot be paired with the reference has no points.
drawn_panel by_difference(const measurements& m, protocol p, std::size_t reference) {
  drawn_panel made{std::string(title_of(p)),
                   "evaluation length (bytes)",
                   fmt::format("bits per byte above {}", m.curves[reference].label.shown(40)),
                   {},
                   {},
                   m.lengths(),
                   axis_scale::linear};
  for (std::size_t i = 0; i < m.curves.size(); ++i) made.curves.push_back({m.curves[i].label.shown(), "", i, {}});
  bool any = false;
  for (const int length : m.lengths()) {
    const paired_losses losses(m, p, length);
    for (std::size_t i = 0; i < m.curves.size(); ++i) {
      const std::optional<paired_difference> d = losses.between(i, reference);
      if (!d) continue;
      const double value = i == reference ? 0 : d->mean.value, half = i == reference ? 0 : d->mean.interval();
      any = any || i != reference;
      made.curves[i].points.push_back({static_cast<double>(length), value, value - half, value + half});
      made.curves[i].end = end_text(length, m.lengths().back());
    }
  }
  const std::size_t alone = std::erase_if(made.curves, [](const drawn_curve& c) { return c.points.empty(); });
  if (!any) made.curves.clear();
  if (alone > 0) made.title += fmt::format(" ({} not of the same targets, not shown)", alone);
  return made;
}

drawn_panel by_position(const measurements& m) {
  drawn_panel made{
      "loss at each position, windows side by side", "position in the window (bytes)", "bits per byte", {}, {}, {}};
  int certain = 0;
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    drawn_curve c{m.curves[i].label.shown(), "", i, {}};
    for (const position_loss& q : loss_by_position(m.curves[i])) {
      if (q.bits > 0)
        c.points.push_back({q.position, q.bits, q.bits - q.deviation, q.bits + q.deviation});
      else
        ++certain;  // no place on a logarithmic axis
    }
    // The curve is of the longest window that the encoding has a meaning for.
    const auto measured = [&](int length) {
      return summarize(m.curves[i], protocol::non_overlapping, length, quantity::perplexity).status ==
             evaluation_status::ok;
    };
    const std::vector<int> lengths = m.lengths();
    const auto longest = std::find_if(lengths.rbegin(), lengths.rend(), measured);
    if (longest != lengths.rend()) c.end = end_text(*longest, lengths.back());
    if (!c.points.empty()) made.curves.push_back(std::move(c));
  }
  if (certain > 0) made.title += fmt::format(" ({} of 0 bits not shown)", certain);
  return made;
}

// Of the longest windows that each could read.
drawn_panel by_distance(const measurements& m) {
  drawn_panel made{"", "distance to the definition (symbols)", "bits of an answer", {}, {}, {}, axis_scale::linear};
  const std::optional<protocol> cut = protocol_of_use(m);
  const std::vector<int> lengths = m.lengths();
  double chance = 0, furthest = 0;
  for (std::size_t i = 0; cut && i < m.curves.size(); ++i) {
    std::optional<use_by_distance> use;
    for (auto length = lengths.rbegin(); length != lengths.rend() && !use; ++length)
      use = use_of(m.curves[i], *cut, *length);
    if (!use) continue;
    drawn_curve c{m.curves[i].label.shown(), end_text(use->length, lengths.back()), i, {}};
    for (const distance_band& b : use->bands) {
      const double middle = std::sqrt(std::max<double>(b.first, b.end / 2.0) * b.end);
      c.points.push_back(
          {middle, b.bits.value, std::max(0.0, b.bits.value - b.bits.interval()), b.bits.value + b.bits.interval()});
      furthest = std::max(furthest, middle);
    }
    chance = use->chance_bits;
    if (!c.points.empty()) made.curves.push_back(std::move(c));
  }
  if (made.curves.empty()) return made;
  made.title = fmt::format("answers by distance, {}", title_of(*cut));
  const auto trained = static_cast<double>(m.curves.front().train_length());
  made.curves.push_back(
      {"a guess",
       "",
       m.curves.size(),
       {{std::min(trained / 8, furthest), chance, chance, chance}, {furthest, chance, chance, chance}}});
  return made;
}

}  // namespace

void draw_figure(const measurements& m, const std::filesystem::path& file, const figure_options& o) {
  std::vector<int> trained;
  for (const curve& c : m.curves)
    if (std::ranges::find(trained, c.train_length()) == trained.end()) trained.push_back(c.train_length());
  std::vector<drawn_panel> panels;
  for (const protocol p : m.protocols())
    panels.push_back(o.reference ? by_difference(m, p, *o.reference) : by_length(m, p));
  if (!o.reference) panels.push_back(by_position(m)), panels.push_back(by_distance(m));
  std::erase_if(panels, [](const drawn_panel& p) { return p.curves.empty(); });
  if (panels.empty())
    throw usage_error(fmt::format("{}: {}, so there is nothing to draw", printable(file.string()),
                                  o.reference ? "no losses can be paired" : "no perplexity is finite"));
  for (drawn_panel& p : panels) {
    p.marked = trained;
    if (o.highlighted.empty()) continue;
    for (drawn_curve& c : p.curves)
      c.faint = c.style < m.curves.size() && std::ranges::find(o.highlighted, c.style) == o.highlighted.end();
  }
  draw_panels(panels, file);
}

}  // namespace lengthwise
