// A matrix product's operands, as every back end takes them.
#pragma once
#include <cstddef>

#include "core/math/real.hpp"

namespace lengthwise {

// How an operand lies in memory, row-major with a stride: as the product reads it, or transposed.
enum class operand : bool { plain, transposed };

// c [rows, columns] = op(a) [rows, inner] . op(b) [inner, columns], plus what c holds where accumulate is set.
struct gemm_arguments {
  int rows, columns, inner;
  const real* a;
  std::ptrdiff_t a_stride;
  operand a_operand;
  const real* b;
  std::ptrdiff_t b_stride;
  operand b_operand;
  real* c;
  std::ptrdiff_t c_stride;
  bool accumulate;
};

}  // namespace lengthwise
