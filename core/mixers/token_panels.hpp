// Keys or values of one head as the products of its tiles read them, laid out once for all tiles.
#pragma once
#include <algorithm>

#include "core/tensor/arena.hpp"
#include "core/tensor/panels.hpp"
#include "core/terms/attention_extents.hpp"

namespace lengthwise {

// Memory for rows of every sequence, to be summed over their channels (transposed) or over themselves (plain).
class token_panels {
 public:
  token_panels() = default;
  token_panels(int sequences, int rows, int width, arena_cutter& scratch)
      : each_(std::max(laid_count<operand::plain>(rows, width), laid_count<operand::transposed>(rows, width))),
        memory_(scratch.cut(static_cast<std::size_t>(sequences) * each_)) {}

  template <operand Kind>
  void lay(const token_rows& all, int sequences, int head) const {
    if (!reads_panels()) return;
    for (int s = 0; s < sequences; ++s) lengthwise::lay<Kind>(all.of_head<key_axis>(s, head, 0, all.count), at(s));
  }
  // Some rows of the head that was laid out last, by `lay` of the same kind.
  template <operand Kind>
  laid_matrix<key_axis, head_channel, Kind> rows_of(const token_rows& all, int sequence, int head, int first,
                                                    int count) const {
    return laid_rows<Kind>(all.of_head<key_axis>(sequence, head, 0, all.count), at(sequence), first, count);
  }

 private:
  real* at(int sequence) const { return memory_ + static_cast<std::size_t>(sequence) * each_; }

  std::size_t each_ = 0;
  real* memory_ = nullptr;
};

}  // namespace lengthwise
