// OpenBLAS, loaded when it is asked for: nothing portable needs it, its threads or its memory.
#pragma once
#include <string>

#include "core/kernels/gemm_shape.hpp"

namespace lengthwise {

// Loads it, for one thread. "" or, in words, why it cannot be.
std::string load_openblas();
// The kernel family that OpenBLAS chose for this machine ("Haswell", "SkylakeX", ...); "" where there is no OpenBLAS.
std::string openblas_core();
// What to do where OpenBLAS chose a family that makes no use of this processor's AVX-512, which an old one does with
// every processor that it does not know; empty where there is nothing to do.
std::string openblas_advice();

// Throws std::logic_error where load_openblas() did not succeed.
void multiply_by_openblas(const gemm_arguments&);

}  // namespace lengthwise
