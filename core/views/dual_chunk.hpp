// Dual chunk attention (An et al., 2024, arXiv 2402.17463): keys stand at their place in a chunk, and queries further
// on in the next chunk and at the end of it for those beyond.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct dual_chunk : view_defaults {
  enum class dialect { official, paper };
  int chunk_size = 0, w = 0;
  dialect clamp = dialect::official;

  static constexpr view_changes changes = view_changes::distances;
  static constexpr card about{"dual chunk attention",
                              "s = c - w; key j at j mod s; query i, r = i mod s: at r for its own chunk of s, at "
                              "min(r + s, c) for the one before, at min(2s - 1, c) for the others",
                              "arXiv 2402.17463, section 3, and its code",
                              "dialect `paper` clamps at c - 1 as its figure does. 0 leaves c at three quarters of the "
                              "trained length, w at an eighth. Without the temperature of the code, as the paper's "
                              "results"};
  static constexpr auto fields() {
    return std::tuple(
        field{"chunk_size", &dual_chunk::chunk_size, "c; 0: three quarters of the trained length", 0.0, 16777216.0},
        field{"window", &dual_chunk::w, "w, near which order is kept; 0: an eighth of the trained length", 0.0,
              16777216.0},
        field{"dialect", &dual_chunk::clamp, "where a query's position ends"});
  }
  constexpr config_problem problem(const reading_extents& x) const {
    if (given_or(chunk_size, std::max(2, x.trained * 3 / 4)) > given_or(w, x.trained / 8)) return {};
    return {"view.dual_chunk.window must be less than chunk_size", "view.dual_chunk.window",
            "view.dual_chunk.chunk_size"};
  }
  constexpr int zones(const reading_extents& x) const {
    return x.time <= stride(x) ? 1 : x.time <= 2 * stride(x) ? 2 : 3;
  }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    const int own = i / stride(x) * stride(x), before = std::max(0, own - stride(x));
    return zone == 0 ? key_range{own, i + 1} : zone == 1 ? key_range{before, own} : key_range{0, before};
  }
  constexpr double query(const reading_extents& x, int zone, int i) const {
    const int s = stride(x), end = size(x) - (clamp == dialect::paper ? 1 : 0);
    return zone == 0 ? i % s : std::min(zone == 1 ? i % s + s : 2 * s - 1, end);
  }
  constexpr double key(const reading_extents& x, int, int j) const { return j % stride(x); }

 private:
  constexpr bool untouched(const reading_extents& x) const { return chunk_size == 0 && x.time <= x.trained; }
  constexpr int size(const reading_extents& x) const {
    return untouched(x) ? x.time : given_or(chunk_size, std::max(2, x.trained * 3 / 4));
  }
  constexpr int stride(const reading_extents& x) const {
    return untouched(x) ? x.time : std::max(1, size(x) - given_or(w, x.trained / 8));
  }
};
constexpr auto names_of(dual_chunk::dialect) { return std::array<std::string_view, 2>{"official", "paper"}; }
// The paper's figure: chunks of 6, c = 10, w = 4, no position beyond 9.
static_assert(reading_of{dual_chunk{{}, 10, 4, dual_chunk::dialect::paper}, {12, 10}}.distance(11, 5) == 9 - 5);
static_assert(tells(dual_chunk{}, {4, 4}, every_pair, as_read));
static_assert([] {  // near a query order is kept, across the border of a chunk too
  const reading_of<dual_chunk> r{{{}, 10, 4}, {36, 10}};
  for (int i = 0; i < 36; ++i)
    for (int j = std::max(0, i - 4); j <= i; ++j)
      if (r.distance(i, j) != i - j) return false;
  return true;
}());

}  // namespace lengthwise::views
