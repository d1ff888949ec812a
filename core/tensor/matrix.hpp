// Axes are types, extents are values: a matrix names what its rows and its columns are, and a contraction that mixes
// them up does not compile. A matrix is a view of memory that somebody else owns (an arena, a parameter's slice, a
// tensor).
#pragma once
#include <cassert>
#include <cstddef>
#include <type_traits>

#include "core/math/real.hpp"

namespace lengthwise {

// The axes of a transformer. Only their names matter.
struct token;         // sequences x time, or one of them
struct width_axis;    // the residual stream
struct query_axis;    // queries of one tile
struct key_axis;      // keys of one tile
struct head_channel;  // channels of one head
struct packed_heads;  // queries, keys and values of all heads side by side: 3 x width
struct hidden;        // the feed-forward layer's inside
struct vocabulary;
struct gate_axis;      // a forget gate for each head
struct relative_axis;  // rows of relative keys

template <class T, class Rows, class Columns>
struct matrix {
  using value_type = T;
  using rows = Rows;
  using columns = Columns;
  T* data;
  int row_count, column_count;
  std::ptrdiff_t stride;

  constexpr matrix(T* at, int row_extent, int column_extent, std::ptrdiff_t row_stride)
      : data(at), row_count(row_extent), column_count(column_extent), stride(row_stride) {}
  constexpr matrix(T* at, int row_extent, int column_extent) : matrix(at, row_extent, column_extent, column_extent) {}
  // What can be written can be read.
  template <class U>
  requires std::is_same_v<const U, T>
  constexpr matrix(const matrix<U, Rows, Columns>& m) : matrix(m.data, m.row_count, m.column_count, m.stride) {}

  constexpr T* row(int i) const { return data + i * stride; }
  constexpr matrix rows_from(int first, int count) const { return {row(first), count, column_count, stride}; }
  template <class A>
  constexpr int extent() const {
    static_assert(std::is_same_v<A, Rows> || std::is_same_v<A, Columns>, "this matrix has no such axis");
    return std::is_same_v<A, Rows> ? row_count : column_count;
  }
};

}  // namespace lengthwise
