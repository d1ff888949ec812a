// Where the tokens of a training step stand, when they do not stand in order: drawn once a step, for the whole batch.
#pragma once
#include <cstdint>
#include <vector>

#include "core/training/train_config.hpp"

namespace lengthwise {

// [train.length], ascending; a function of nothing but its arguments.
//   randomized: without replacement from 0 .. positions_from - 1 (Ruoss et al., 2023, arXiv 2305.16843).
//   pose: a first piece of 1 .. (length + 1)/2 tokens from 0 on, and the rest after a gap of 0 .. positions_from -
//   length
//     (Zhu et al., 2024, arXiv 2309.10400); the text has no gap, which the paper found to do no worse.
std::vector<double> drawn_positions(const train_config&, std::uint64_t seed, std::uint32_t step);

}  // namespace lengthwise
