#include "experiments/causes/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>
#include <xtensor/xmath.hpp>

namespace lengthwise {
namespace {

const block_losses* losses_in(const viewed_model& m, std::string_view view) {
  const auto found = std::ranges::find(m, view, &viewed_losses::view);
  return found == m.end() ? nullptr : &found->losses;
}

// One view less another over the seeds that have both.
std::optional<estimate> difference(const std::vector<viewed_model>& seeds, std::string_view view,
                                   std::string_view base) {
  std::vector<const block_losses*> here, there;
  for (const viewed_model& m : seeds) {
    const block_losses *own = losses_in(m, view), *other = losses_in(m, base);
    if (own == nullptr || other == nullptr || !own->same_targets(*other)) continue;
    if (!here.empty() && !own->same_targets(*here.front())) continue;
    here.push_back(own), there.push_back(other);
  }
  if (here.empty()) return std::nullopt;
  block_sums both = together(here);
  both.sums = (both.sums - together(there).sums) / std::numbers::ln2;
  return mean_of(both);
}

bool counts(const std::optional<estimate>& e) { return e && e->value - e->interval() > 0; }
bool explains(const std::optional<estimate>& e, const causes& c) {
  return counts(e) && e->value >= explaining * c.harm->value;
}

}  // namespace

std::optional<causes> causes_of(const std::vector<viewed_model>& seeds) {
  causes c;
  c.harm = difference(seeds, "raw", "cropped");
  if (!c.harm) return std::nullopt;
  for (const viewed_model& m : seeds)
    if (const block_losses* raw = losses_in(m, "raw"); raw != nullptr && losses_in(m, "cropped") != nullptr)
      ++c.seeds, c.targets = static_cast<std::int64_t>(xt::sum(raw->counts)());
  c.number = difference(seeds, "crowd", "cropped");
  c.distance = difference(seeds, "thin", "cropped");
  c.position = difference(seeds, "offset", "cropped");
  c.dilution = difference(seeds, "raw", "tempered");
  c.use = difference(seeds, "foreign", "raw");
  return c;
}

std::string_view words_of(diagnosis v) {
  switch (v) {
    case diagnosis::holds: return "holds";
    case diagnosis::by_number: return "breaks by number";
    case diagnosis::by_distance: return "breaks by distance";
    case diagnosis::by_position: return "breaks by position";
    case diagnosis::by_dilution: return "breaks by dilution";
    case diagnosis::by_several: return "breaks by several";
    case diagnosis::unknown: return "cannot be told";
  }
  return "";
}

diagnosis diagnose(const causes& c) {
  if (c.harm->value + c.harm->interval() <= harmless) return diagnosis::holds;
  if (!counts(c.harm)) return diagnosis::unknown;
  if (explains(c.position, c)) return diagnosis::by_position;
  const bool by_number = explains(c.number, c), by_distance = explains(c.distance, c);
  if (by_number && by_distance) {
    const auto whole = [&](const std::optional<estimate>& e) { return e->value >= nearly_all * c.harm->value; };
    if (whole(c.number) != whole(c.distance)) return whole(c.number) ? diagnosis::by_number : diagnosis::by_distance;
    const double less = std::min(c.number->value, c.distance->value),
                 more = std::max(c.number->value, c.distance->value);
    if (less > more / 2) return diagnosis::by_several;
    return c.number->value > c.distance->value ? diagnosis::by_number : diagnosis::by_distance;
  }
  if (by_number) return diagnosis::by_number;
  if (by_distance) return diagnosis::by_distance;
  if (explains(c.dilution, c)) return diagnosis::by_dilution;
  const int causes_that_count = counts(c.number) + counts(c.distance) + counts(c.position) + counts(c.dilution);
  return causes_that_count >= 2 ? diagnosis::by_several : diagnosis::unknown;
}

std::string sentence_of(const causes& c) {
  const diagnosis v = diagnose(c);
  std::string text(words_of(v));
  const auto share = [&](const std::optional<estimate>& e) {
    return fmt::format("{:.0f} %", 100 * e->value / c.harm->value);
  };
  const auto alone = [&](const std::optional<estimate>& e, std::string_view rest) {
    text += fmt::format(": {} of {:+.2f} bits alone", share(e), c.harm->value);
    if (e->value < 0.9 * c.harm->value && !rest.empty()) text += fmt::format(", the rest {}", rest);
  };
  switch (v) {
    case diagnosis::holds: text += fmt::format(": {:+.3f} bits", c.harm->value); break;
    case diagnosis::by_number: alone(c.number, "with distance"); break;
    case diagnosis::by_distance: alone(c.distance, "with the number of keys"); break;
    case diagnosis::by_position: alone(c.position, "with number and distance"); break;
    case diagnosis::by_dilution: alone(c.dilution, ""); break;
    case diagnosis::by_several:
      text += fmt::format(": of {:+.2f} bits", c.harm->value);
      for (const auto& [name, e] : {std::pair{"number", &c.number},
                                    {"distance", &c.distance},
                                    {"position", &c.position},
                                    {"dilution", &c.dilution}})
        if (counts(*e)) text += fmt::format(", {} {}", name, share(*e));
      break;
    case diagnosis::unknown: text += fmt::format(": {:+.2f} bits of harm", c.harm->value); break;
  }
  if (v != diagnosis::holds && v != diagnosis::by_dilution && v != diagnosis::by_several && explains(c.dilution, c))
    text += fmt::format("; one factor on all logits gives {} back", share(c.dilution));
  if (c.use)
    text +=
        counts(c.use) ? fmt::format("; the far text is worth {:.3f} bits", c.use->value) : "; the far text is not used";
  return text;
}

}  // namespace lengthwise
