// StreamingLLM (Xiao et al., 2023, arXiv 2309.17453): the first tokens and the recent ones, at their places in the
// cache.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct streaming : view_defaults {
  int sinks = 4, recent = 0;

  static constexpr view_changes changes = view_changes::distances;
  static constexpr card about{
      "StreamingLLM", "keys j < S and n <= R; distance n for the recent ones, min(i, S + R) - j for the first S",
      "arXiv 2309.17453, section 3.2", "0 leaves R so large that a full cache holds the trained length"};
  static constexpr auto fields() {
    return std::tuple(field{"sinks", &streaming::sinks, "S", 0.0, 16777216.0},
                      field{"recent", &streaming::recent, "R; 0: the trained length less S and one", 0.0, 16777216.0});
  }
  constexpr int zones(const reading_extents& x) const { return sinks > 0 && x.time > sinks ? 2 : 1; }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    if (i < sinks) return zone == 0 ? key_range{0, i + 1} : key_range{0, 0};
    return zone == 0 ? key_range{std::max(sinks, i - kept(x)), i + 1} : key_range{0, sinks};
  }
  constexpr double query(const reading_extents& x, int zone, int i) const {
    return zone == 0 ? i : std::min(i, sinks + kept(x));
  }

 private:
  constexpr int kept(const reading_extents& x) const { return given_or(recent, std::max(1, x.trained - sinks - 1)); }
};
static_assert(tells(
    streaming{{}, 2, 3}, {12, 8}, [](int i, int j) { return j < 2 || i - j <= 3; },
    [](int i, int j) { return j < 2 ? std::min(i, 5) - j : i - j; }));
static_assert(tells(streaming{}, {8, 8}, every_pair, as_read));

}  // namespace lengthwise::views
