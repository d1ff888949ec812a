// Rows that are the right operand of many products, laid out once for all of them.
#pragma once
#include "core/kernels/kernels.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {

// Rows of a matrix [rows, columns] for contract() to sum over their columns (Kind: transposed) or over themselves
// (plain), and where they are laid out.
template <class Rows, class Columns, operand Kind>
struct laid_matrix : matrix<const real, Rows, Columns> {
  static constexpr operand kind = Kind;
  const real* panels;
  std::ptrdiff_t panel_stride;
};

template <operand Kind>
constexpr std::size_t laid_count(int rows, int columns) {
  return Kind == operand::plain ? panel_count(columns, rows) : panel_count(rows, columns);
}
// OpenBLAS lays out its own.
inline bool reads_panels() { return selected_numerics() == numerics::portable; }
// Lays out a whole matrix over laid_count() numbers of memory.
template <operand Kind, class Rows, class Columns>
void lay(const matrix<real, Rows, Columns>& all, real* memory) {
  constexpr bool plain = Kind == operand::plain;
  kernels().lay_panels({plain ? all.column_count : all.row_count, plain ? all.row_count : all.column_count, all.data,
                        all.stride, Kind, memory});
}
// Some of its rows; `first` is a multiple of most_panel_columns.
template <operand Kind, class Rows, class Columns>
laid_matrix<Rows, Columns, Kind> laid_rows(const matrix<real, Rows, Columns>& all, const real* memory, int first,
                                           int rows) {
  constexpr bool plain = Kind == operand::plain;
  const std::ptrdiff_t wide = kernels().panel_columns, stride = (plain ? all.row_count : all.column_count) * wide;
  return {all.rows_from(first, rows), memory + (plain ? first * wide : first / wide * stride), stride};
}

}  // namespace lengthwise
