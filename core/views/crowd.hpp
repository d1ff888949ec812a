// Crowd: as many keys as there are, at no distance that training has not shown.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct crowd : view_defaults {
  static constexpr bool extends = false;
  static constexpr view_changes changes = view_changes::distances;
  static constexpr card about{"crowd", "every key; distance min(n, L - 1)", "an intervention of this project",
                              "is it the number of keys? For rope it is rerope with w = L - 1"};
  constexpr int zones(const reading_extents& x) const { return x.time > x.trained ? 2 : 1; }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const { return near_or_far(zone, i, x.trained); }
  constexpr double query(const reading_extents& x, int zone, int i) const { return zone == 0 ? i : x.trained - 1; }
  constexpr double key(const reading_extents&, int zone, int j) const { return zone == 0 ? j : 0; }
};
static_assert(tells(crowd{}, {12, 4}, every_pair, [](int i, int j) { return std::min(i - j, 3); }));
static_assert(tells(crowd{}, {4, 4}, every_pair, as_read));

}  // namespace lengthwise::views
