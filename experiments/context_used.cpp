#include "experiments/context_used.hpp"

#include "experiments/range_losses.hpp"

namespace lengthwise {
namespace {

constexpr double clearly = 4;  // standard errors; with 3, one flat curve in twelve seemed to fall, so many stretches are tried

bool above_zero(const estimate& e) { return e.value > clearly * e.error; }

// The octave of the least mean, as far as its error lets one say so: one of few targets is not taken for its luck.
index_range best_octave(const range_losses& losses) {
  const auto& positions = losses.positions();
  index_range best{0, 0};
  double least = 0;
  for (int first = 0, end = 0; first < losses.count(); ++first) {
    // Edges are rounded to positions.
    const double octave_end = 1.97 * positions[static_cast<std::size_t>(first)].first;
    while (end < losses.count() && (end == first || positions[static_cast<std::size_t>(end - 1)].end < octave_end)) ++end;
    if (positions[static_cast<std::size_t>(end - 1)].end < octave_end) break;  // the window ends before the octave
    const estimate e = losses.mean({first, end});
    if (const double bound = e.value + clearly * e.error; best.end == 0 || bound < least) best = {first, end}, least = bound;
  }
  return best;
}

}  // namespace

std::optional<context_used> find_context_used(std::span<const std::vector<float>> seeds, int length, int train_length) {
  const range_losses losses(seeds, length, train_length);
  if (losses.count() < 2) return std::nullopt;
  const auto first_position = [&](int range) { return losses.positions()[static_cast<std::size_t>(range)].first + 1; };

  // Not flat from a range on: some stretch that begins with it is above all that comes after the stretch. What a range of few
  // targets cannot show alone, it may show with its neighbours.
  const auto falls_from = [&](int range, int end) {
    for (int split = range + 1; split < end; ++split)
      if (above_zero(losses.difference({range, split}, {split, end}))) return true;
    return false;
  };
  const auto settled_before = [&](int end) {
    int settled = end - 1;
    while (settled > 0 && !falls_from(settled - 1, end)) --settled;
    return settled;
  };
  int end = best_octave(losses).end;
  // The best octave is in part the luckiest, so it is all that is settled that a rise is measured from.
  for (const int settled = settled_before(end); end < losses.count() && !above_zero(losses.difference({end, end + 1}, {settled, end}));) ++end;
  const int settled = settled_before(end);
  context_used found;
  if (settled + 1 < losses.count()) found.settles_at = first_position(settled);
  if (end < losses.count()) found.rises_from = first_position(end);
  found.settled = losses.mean({settled, end}).value;
  // An octave that would have been told from all after it.
  int octave = settled + 1;
  while (octave < end - 1 && losses.positions()[static_cast<std::size_t>(octave - 1)].end < 2 * first_position(settled)) ++octave;
  found.least_seen = clearly * losses.difference({settled, octave}, {octave, end}).error;
  return found;
}

}  // namespace lengthwise
