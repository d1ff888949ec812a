#include "experiments/overview/ranking.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t most_named = 3;

// Two of several are named with "and 3 others"; three are named.
std::string names_of_curves(const std::vector<std::size_t>& curves, const measurements& m) {
  std::vector<std::string> names;
  for (const std::size_t i : curves) names.push_back(m.curves[i].label.shown(40));
  if (names.size() > most_named) {
    const std::size_t rest = names.size() - (most_named - 1);
    names.resize(most_named - 1);
    names.push_back(fmt::format("{} others", rest));
  }
  const std::string last = names.back();
  names.pop_back();
  return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

double mean_perplexity(const measurements& m, std::size_t i, protocol p, int length) {
  return summarize(m.curves[i], p, length, quantity::perplexity).over_seeds.mean;
}

}  // namespace

bool told_apart(const paired_difference& d) {
  return !d.mean.covers().empty() && std::abs(d.mean.value) > d.mean.interval();
}
std::string entry_of(const std::optional<paired_difference>& d) {
  if (!d) return "- ";
  if (d->mean.covers().empty()) return fmt::format("{:+.3f} ", d->mean.value);
  return fmt::format("{:+.3f} ±{:.3f}{}", d->mean.value, d->mean.interval(), told_apart(*d) ? "*" : " ");
}

bool ranking::is_tied(std::size_t curve) const {
  return std::ranges::any_of(others,
                             [&](const ranked_curve& r) { return r.curve == curve && r.above && !r.told_apart; });
}

ranking rank(const measurements& m, protocol p, int length) {
  const std::vector<std::optional<std::size_t>> best = best_curves(m, p, length);
  std::map<std::size_t, std::size_t> members;
  for (const auto& own : best)
    if (own) ++members[*own];
  ranking found;
  if (members.empty()) return found;
  for (const auto& [of, count] : members)
    if (!found.best || count > members[*found.best] ||
        (count == members[*found.best] &&
         mean_perplexity(m, of, p, length) < mean_perplexity(m, *found.best, p, length)))
      found.best = of;
  const paired_losses losses(m, p, length);
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    if (best[i] != found.best || i == *found.best) continue;
    ranked_curve r{i, losses.between(i, *found.best), false};
    r.told_apart = r.above && !r.above->mean.covers().empty() && r.above->mean.value > r.above->mean.interval();
    found.others.push_back(std::move(r));
  }
  std::ranges::stable_sort(found.others, {}, [&](const ranked_curve& r) {
    return r.above ? r.above->mean.value : std::log2(mean_perplexity(m, r.curve, p, length));
  });
  return found;
}

std::string sentence_of(const ranking& r, const measurements& m, int length) {
  const std::string at = grouped(length);
  if (!r.best) return fmt::format("nothing was measured at {}", at);
  const std::string best = m.curves[*r.best].label.shown(40);
  if (r.others.empty()) return fmt::format("{} alone was measured at {}", best, at);
  const ranked_curve& next = r.others.front();
  const std::string second = m.curves[next.curve].label.shown(40);
  if (!next.above) return fmt::format("{} is best at {}, before {}; no losses tell how sure that is", best, at, second);
  std::string text = fmt::format("{} is best at {} by {:.3f}", best, at, next.above->mean.value);
  if (next.above->mean.covers().empty())
    return text + fmt::format(" bits per byte, before {}; too few targets tell how sure that is", second);
  text += fmt::format(" ±{:.3f} bits per byte", next.above->mean.interval());
  std::vector<std::size_t> tied;
  for (const ranked_curve& other : r.others)
    if (r.is_tied(other.curve)) tied.push_back(other.curve);
  if (tied.empty()) return text + fmt::format(", ahead of {}", second);
  if (next.told_apart) text += fmt::format(", ahead of {}", second);
  return text + fmt::format(": a tie with {}", names_of_curves(tied, m));
}

}  // namespace lengthwise
