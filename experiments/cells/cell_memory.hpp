// What a cell needs of the machine's memory, before it is run.
#pragma once
#include "experiments/config/config.hpp"

namespace lengthwise {

// Bytes that a cell holds at its peak on this many threads, text and program apart: the trainer, and beside it either a
// checkpoint that is written and read back, or the evaluation of its largest length.
double cell_memory(const cell_config&, int threads);

}  // namespace lengthwise
