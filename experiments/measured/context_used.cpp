#include "experiments/measured/context_used.hpp"

#include <algorithm>

namespace lengthwise {
namespace {

constexpr double clearly =
    3.5;  // standard errors; with 3, one curve of pure noise in nine seemed to fall, so many ranges are looked at

bool worse(const estimate& e) { return e.value > clearly * e.error(); }

}  // namespace

std::optional<context_used> find_context_used(std::span<const xt::xtensor<float, 2>> seeds, int train_length) {
  const range_losses gaps(seeds, train_length);
  if (gaps.count() < 2 || gaps.positions().front().first >= train_length) return std::nullopt;
  const auto& ranges = gaps.positions();
  const int within =
      static_cast<int>(std::ranges::count_if(ranges, [&](const index_range& r) { return r.first < train_length; }));
  context_used found;
  // An octave or a part of it: what a range of few targets cannot show alone, it may show with its neighbours.
  const auto falls_from = [&](int range) {
    for (int end = range + 1; end <= std::min(range + 4, within); ++end)
      if (worse(gaps.mean({range, end}))) return true;
    return false;
  };
  int settled = within;
  while (settled > 0 && !falls_from(settled - 1)) --settled;
  if (settled > 0) found.settles_at = ranges[static_cast<std::size_t>(settled - 1)].end + 1;
  int octave = std::min(settled + 1, within);
  while (octave < within && ranges[static_cast<std::size_t>(octave - 1)].end < 2 * found.settles_at) ++octave;
  found.settles = settled < within;
  if (settled < octave) found.resolved_to = clearly * gaps.mean({settled, octave}).error();
  if (settled < within) found.after = gaps.mean({settled, within});
  for (int r = within; r < gaps.count() && !found.rises_from; ++r)
    if (worse(gaps.mean({r, r + 1}))) found.rises_from = ranges[static_cast<std::size_t>(r)].first + 1;
  if (within < gaps.count()) found.beyond = gaps.mean({within, gaps.count()});
  return found;
}

}  // namespace lengthwise
