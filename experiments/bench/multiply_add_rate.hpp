// The machine's limit: fused multiply-adds in registers, nothing else.
#pragma once

namespace lengthwise {

// GFLOP/s of `threads` threads at once, in float, by the widest vectors that the machine has.
double multiply_add_rate(int threads);

}  // namespace lengthwise
