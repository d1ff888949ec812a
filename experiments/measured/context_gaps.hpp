// What the context of a place in a window is worth: the same byte's loss there and with nearly all of the training
// length before it. Bytes differ by far more than contexts do; the difference of one byte's losses does not.
#pragma once
#include <map>
#include <unordered_map>

#include "experiments/records/losses.hpp"

namespace lengthwise {

class context_gaps {
 public:
  // Sliding windows of the training length.
  explicit context_gaps(const recorded_losses& sliding);

  // For windows side by side: [windows, length], the loss of a byte minus that of the same byte at the end of a sliding
  // window, where training length - stride .. training length bytes are before it. NaN for a byte that no sliding
  // window scores, and where both have the same bytes before them, which would be a difference of a window with itself.
  xt::xtensor<float, 2> of(const recorded_losses& side_by_side) const;

 private:
  struct scored_byte {
    float loss;
    std::int64_t first;  // byte of its window
  };
  std::map<std::int64_t, std::unordered_map<std::int64_t, scored_byte>> documents_;  // by document and byte
};

}  // namespace lengthwise
