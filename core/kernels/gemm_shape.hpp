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
  // The same b as `panel` has laid it out, where many products read it; null: the product does so for itself.
  const real* panels = nullptr;
  std::ptrdiff_t panel_stride = 0;
};

// op(b) [inner, columns], cut into panels of kernel_table::panel_columns columns: each [inner, panel_columns], the last
// filled up with zeros.
struct panel_arguments {
  int columns, inner;
  const real* b;
  std::ptrdiff_t b_stride;
  operand b_operand;
  real* panels;  // panel_count() numbers
  constexpr std::ptrdiff_t panel_stride(int panel_columns) const {
    return static_cast<std::ptrdiff_t>(inner) * panel_columns;
  }
};
inline constexpr int most_panel_columns = 32;  // of any level; those of each divide it
constexpr std::size_t panel_count(int columns, int inner) {
  return static_cast<std::size_t>((columns + most_panel_columns - 1) / most_panel_columns * most_panel_columns) *
         static_cast<std::size_t>(inner);
}

}  // namespace lengthwise
