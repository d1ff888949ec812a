// How much context a model uses: up to where more of it makes bytes better predicted, and from where it makes them
// worse.
#pragma once
#include <optional>
#include <span>

#include "experiments/measured/range_losses.hpp"

namespace lengthwise {

// Positions count from 1, so that the target at position p is predicted from p bytes. Ranges of positions are worse
// where their mean gap is above 0 by more than three and a half standard errors.
struct context_used {
  // Behind the last range within the training length that begins a worse octave, or part of one; 1: none does. Where
  // that is the last range of which anything is told, it does not settle there.
  int settles_at = 1;
  bool settles = true;
  std::optional<int>
      rises_from;  // the first position of the first range beyond the training length that is worse; none: none is
  double resolved_to = 0;  // nats: had the octave from settles_at on been worse by so much, it would have been seen
  estimate after;  // nats: the mean gap from settles_at to the training length; below 0: its last bytes do harm already
  estimate beyond;  // nats: the mean gap beyond the training length; 0 where nothing is beyond
};

// Of each seed the gaps that context_gaps gives, [windows, length]. Nothing where there are too few.
std::optional<context_used> find_context_used(std::span<const xt::xtensor<float, 2>> seeds, int train_length);

}  // namespace lengthwise
