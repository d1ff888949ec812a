// What the context of a place in a window is worth: the same byte's loss there and with nearly all of the training
// length before it. Bytes differ by far more than contexts do; the difference of one byte's losses does not.
#pragma once
#include <vector>

#include "core/storage/npy.hpp"

namespace lengthwise {

// Losses are [windows, length] in nats, NaN where a target is not scored, of windows that begin at the beginning of
// each document.
class context_gaps {
 public:
  // Windows of the training length: side by side, and sliding over the same text by a stride that divides it.
  context_gaps(const npy_array<float>& side_by_side, const npy_array<float>& sliding, int stride);

  // For windows side by side of a multiple of the training length: [windows, length], the loss of a byte minus that of
  // the same byte where it has training length - stride .. training length bytes of context; NaN for a byte that no
  // sliding window scores. Nothing for other lengths.
  std::vector<float> of(const npy_array<float>& side_by_side) const;

 private:
  std::size_t length_;
  std::vector<float> at_beginning_;  // [windows, training length]: the losses side by side, to find windows again
  std::vector<float> same_byte_;     // [windows, training length]: of the same bytes in sliding windows
};

}  // namespace lengthwise
