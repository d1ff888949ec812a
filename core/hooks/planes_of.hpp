// How many planes of a head a share of them is.
#pragma once

namespace lengthwise {

// Cut to whole ones. The double next to 0.29 is a little less: it means 29 of 100 all the same.
constexpr int planes_of(double share, int head_width) { return static_cast<int>(share * (head_width / 2) + 1e-9); }

}  // namespace lengthwise
