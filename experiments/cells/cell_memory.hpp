// What a cell needs of the machine's memory, before it is run.
#pragma once
#include <cstddef>
#include <limits>
#include <string_view>

#include "core/parallel/ranks.hpp"
#include "experiments/config/config.hpp"

namespace lengthwise {

// Bytes at the peak, text and program apart, and the advice that would make most of them less.
struct memory_need {
  double bytes = 0;
  std::string_view advice;
};
inline constexpr std::size_t all_targets = std::numeric_limits<std::size_t>::max();

// Of a cell, in each rank on so many threads: the trainer, and beside it either a checkpoint that is written and read
// back, or the evaluation of its largest length. The test part has no more targets than `there`.
memory_need cell_memory(const cell_config&, processors, std::size_t there = all_targets);

// Of evaluating a trained cell again: the model, and either its checkpoint or the evaluation.
memory_need evaluation_memory(const cell_config&, int threads, std::size_t there = all_targets);

// Bytes that this process may still take: what the machine has free, within the limits of the process and its group.
double available_memory();

}  // namespace lengthwise
