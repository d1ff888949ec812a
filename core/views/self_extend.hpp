// Self-Extend (Jin et al., 2024, arXiv 2401.01325): beyond w positions are grouped.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct self_extend : view_defaults {
  enum class dialect { paper, real };
  int group = 0, w = 0;
  dialect quotient = dialect::paper;

  static constexpr view_changes changes = view_changes::distances;
  static constexpr card about{
      "Self-Extend", "distance n below w, floor(i/G) - floor(j/G) + w - floor(w/G) beyond",
      "arXiv 2401.01325, section 3",
      "dialect `real` does not round w/G (the code since transformers 4.38). 0 leaves w at half "
      "of the trained length, and G so large that distances stay below it; the authors' are "
      "1024 and 8"};
  static constexpr auto fields() {
    return std::tuple(field{"group", &self_extend::group, "G; 0: as large as the length needs", 0.0, 16777216.0},
                      field{"window", &self_extend::w, "w; 0: half of the trained length", 0.0, 16777216.0},
                      field{"dialect", &self_extend::quotient, "whether w/G is rounded down"});
  }
  constexpr int zones(const reading_extents& x) const { return x.time > near_keys(w, x) ? 2 : 1; }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    return near_or_far(zone, i, near_keys(w, x));
  }
  constexpr double query(const reading_extents& x, int zone, int i) const {
    if (zone == 0) return i;
    const double whole = near_keys(w, x) / group_of(x), exact = static_cast<double>(near_keys(w, x)) / group_of(x);
    return i / group_of(x) + near_keys(w, x) - (quotient == dialect::paper ? whole : exact);
  }
  constexpr double key(const reading_extents& x, int zone, int j) const { return zone == 0 ? j : j / group_of(x); }

 private:
  constexpr int group_of(const reading_extents& x) const {
    if (group > 0 || x.time <= x.trained) return given_or(group, 1);
    const int left = std::max(1, x.trained - 1 - near_keys(w, x));
    return (x.time - 1 - near_keys(w, x) + left - 1) / left;
  }
};
constexpr auto names_of(self_extend::dialect) { return std::array<std::string_view, 2>{"paper", "real"}; }
static_assert(tells(self_extend{{}, 3, 4}, {16, 4}, every_pair,
                    [](int i, int j) { return i - j < 4 ? i - j : i / 3 - j / 3 + 3; }));
static_assert(tells(self_extend{{}, 1, 4}, {16, 4}, every_pair, as_read));
static_assert(tells(self_extend{}, {4, 4}, every_pair, as_read));

}  // namespace lengthwise::views
