// How much context a model uses: where the loss by position stops falling, and from where it rises again.
#pragma once
#include <optional>
#include <span>
#include <vector>

namespace lengthwise {

// Positions count from 1, so that the target at position p is predicted from p bytes.
struct context_used {
  std::optional<int> settles_at;  // the loss is not seen to fall from here on; none: it falls to the end
  std::optional<int> rises_from;  // the first position where it is above what it settled at; none: it is not seen to rise
  double settled = 0;             // nats, the mean of what lies between
  double least_seen = 0;          // nats: what the octave from settles_at on would have to be above the rest to be seen to fall
};

// Of each seed the losses of windows side by side, as range_losses takes them. Nothing where there are not two ranges to compare.
//
// Positions are above others where their mean is by more than four standard errors: so many stretches are tried that with three one
// flat curve in twelve would seem to fall. The loss falls from a range on where a stretch of ranges that begins with it is above all
// that comes after the stretch; it settles behind the last such range. It rises at the first range, after the octave of the least mean
// (plus four errors), that is above all that had settled before. What comes after the rise has no say in where it settles.
std::optional<context_used> find_context_used(std::span<const std::vector<float>> seeds, int length, int train_length);

}  // namespace lengthwise
