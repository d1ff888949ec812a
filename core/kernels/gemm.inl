// Included by level.cpp only: the portable matrix product. Vectors run along columns and tiles along rows; inner is
// never split over accumulators, so an element of c is one chain of fused multiply-adds whatever the tile, the vector's
// width or the neighbours: the same bits for any split of the rows and at every level.
#pragma once
#include <cstring>

#include "core/kernels/gemm_shape.hpp"
#include "core/kernels/vector.inl"

namespace lengthwise {
namespace {

inline constexpr int panel_columns = 2 * vector_width;
static_assert(most_panel_columns % panel_columns == 0);
inline constexpr int panel_depth = 1024 / static_cast<int>(sizeof(real));  // a panel fills half a first-level cache
inline constexpr int tile_rows = vector_bytes == 64 ? 12 : 6;              // accumulators: all registers but a few

struct tile {
  const real* a;
  std::ptrdiff_t a_stride;
  const real* panel;  // [depth, panel_columns]
  int depth;
  real* c;
  std::ptrdiff_t c_stride;
  bool accumulate;
};

template <int Rows, int Vectors, operand A>
void multiply_tile(const tile& t) {
  const std::ptrdiff_t a_stride = t.a_stride, c_stride = t.c_stride;
  const real *a = t.a, *panel = t.panel, *const end = panel + t.depth * panel_columns;
  real* const c = t.c;
  vector sum[Rows][Vectors];
  if (t.accumulate) {
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[r][v] = load(c + r * c_stride + v * vector_width);
  } else {
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) {
        __builtin_prefetch(c + r * c_stride + v * vector_width, 1);  // here by the time that it is written
        sum[r][v] = vector{};
      }
  }
  for (; panel != end; panel += panel_columns, a += A == operand::plain ? 1 : a_stride) {
    vector b[Vectors];
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) b[v] = load(panel + v * vector_width);
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r) {
      const vector x = broadcast(a[A == operand::plain ? r * a_stride : r]);
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sum[r][v] = fused_multiply_add(x, b[v], sum[r][v]);
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) store(c + r * c_stride + v * vector_width, sum[r][v]);
}

using tile_function = void (*)(const tile&);
template <int Vectors, operand A, int... Rows>
constexpr auto tile_functions(std::integer_sequence<int, Rows...>) {
  struct {
    tile_function of[sizeof...(Rows)];
  } table{{multiply_tile<Rows + 1, Vectors, A>...}};
  return table;
}
template <int Vectors, operand A>
inline constexpr auto tiles = tile_functions<Vectors, A>(std::make_integer_sequence<int, tile_rows>());

// A panel of b: `columns` columns of `depth` rows, each row padded with zeros to panel_columns.
inline void pack_plain(const real* b, std::ptrdiff_t stride, int depth, int columns, real* panel) {
  for (int k = 0; k < depth; ++k, b += stride, panel += panel_columns) {
    if (columns == panel_columns) {
      store(panel, load(b)), store(panel + vector_width, load(b + vector_width));
    } else {
      for (int j = 0; j < panel_columns; ++j) panel[j] = j < columns ? b[j] : 0;
    }
  }
}
inline void pack_transposed(const real* b, std::ptrdiff_t stride, int depth, int columns, real* panel) {
  for (int j = 0; j < panel_columns; j += vector_width) {
    int k = 0;
    if (j + vector_width <= columns)
      for (; k + vector_width <= depth; k += vector_width) {
        vector rows[vector_width];
        for (int r = 0; r < vector_width; ++r) rows[r] = load(b + (j + r) * stride + k);
        transpose(rows);
        for (int r = 0; r < vector_width; ++r) store(panel + (k + r) * panel_columns + j, rows[r]);
      }
    for (; k < depth; ++k)
      for (int r = 0; r < vector_width; ++r)
        panel[k * panel_columns + j + r] = j + r < columns ? b[(j + r) * stride + k] : 0;
  }
}

inline void pack(const real* b, std::ptrdiff_t stride, operand kind, int depth, int columns, real* panel) {
  kind == operand::plain ? pack_plain(b, stride, depth, columns, panel)
                         : pack_transposed(b, stride, depth, columns, panel);
}
void lay_panels(const panel_arguments& p) {
  for (int j = 0; j < p.columns; j += panel_columns)
    pack(p.b + (p.b_operand == operand::plain ? j : j * p.b_stride), p.b_stride, p.b_operand, p.inner,
         p.columns - j < panel_columns ? p.columns - j : panel_columns,
         p.panels + j / panel_columns * p.panel_stride(panel_columns));
}

// A block of a transposed a, tile after tile: in place, the few numbers that a tile reads of each row stand far apart,
// and at strides of powers of two they drive each other out of the cache.
inline constexpr int block_rows = 504;  // a multiple of both tile heights
inline constexpr int packed_tile = tile_rows * panel_depth;
inline constexpr int worth_packing = 96;  // columns: each number packed is read once for every panel

struct row_tiles {  // rows cut into tiles of nearly equal height
  int rows, count;
  explicit row_tiles(int all) : rows(all), count((all + tile_rows - 1) / tile_rows) {}
  int height(int t) const { return rows / count + (t < rows % count ? 1 : 0); }
};

inline void pack_transposed_block(const real* a, std::ptrdiff_t stride, const row_tiles& cut, int depth, real* packed) {
  for (int k = 0; k < depth; ++k) {  // a's rows one after the other, each dealt out to the tiles
    const real* row = a + k * stride;
    real* to = packed + k * tile_rows;
    for (int t = 0; t < cut.count; ++t, to += packed_tile) {
      const int height = cut.height(t);
      if (height == tile_rows)
        std::memcpy(to, row, tile_rows * sizeof(real));
      else
        for (int r = 0; r < height; ++r) to[r] = row[r];
      row += height;
    }
  }
}

// One panel of b times a block of a: `g` is the block's own product, one panel wide and one panel deep.
template <operand A>
void multiply_panel(const gemm_arguments& g, const row_tiles& cut, const real* packed, const real* panel) {
  const bool narrow = g.columns <= vector_width, partial = g.columns != panel_columns && g.columns != vector_width;
  const auto& functions = narrow ? tiles<1, A>.of : tiles<2, A>.of;
  real edge[tile_rows * panel_columns];
  for (int t = 0, i = 0; t < cut.count; ++t) {
    const int rows = cut.height(t);
    real* c = g.c + i * g.c_stride;
    tile job{g.a + (A == operand::plain ? i * g.a_stride : i), g.a_stride, panel, g.inner, c, g.c_stride, g.accumulate};
    if (packed != nullptr) job.a = packed + t * packed_tile, job.a_stride = tile_rows;
    const auto bytes = static_cast<std::size_t>(g.columns) * sizeof(real);
    if (partial) {
      job.c = edge, job.c_stride = panel_columns;
      if (job.accumulate)
        for (int r = 0; r < rows; ++r) std::memcpy(edge + r * panel_columns, c + r * g.c_stride, bytes);
    }
    functions[rows - 1](job);
    if (partial)
      for (int r = 0; r < rows; ++r) std::memcpy(c + r * g.c_stride, edge + r * panel_columns, bytes);
    i += rows;
  }
}

void gemm(const gemm_arguments& g) {
  alignas(64) static thread_local real panel[panel_depth * panel_columns];
  alignas(64) static thread_local real packed[block_rows / tile_rows * packed_tile];
  if (g.inner == 0 && !g.accumulate)
    for (int i = 0; i < g.rows; ++i)
      for (int j = 0; j < g.columns; ++j) g.c[i * g.c_stride + j] = 0;
  const bool packs = g.a_operand == operand::transposed && g.columns >= worth_packing;
  for (int i = 0; i < g.rows; i += block_rows) {
    const row_tiles cut(g.rows - i < block_rows ? g.rows - i : block_rows);
    for (int k = 0; k < g.inner; k += panel_depth) {
      const int depth = g.inner - k < panel_depth ? g.inner - k : panel_depth;
      const real* a = g.a + (g.a_operand == operand::plain ? i * g.a_stride + k : k * g.a_stride + i);
      if (packs) pack_transposed_block(a, g.a_stride, cut, depth, packed);
      for (int j = 0; j < g.columns; j += panel_columns) {
        const int columns = g.columns - j < panel_columns ? g.columns - j : panel_columns;
        const real* laid = panel;
        if (g.panels != nullptr)
          laid = g.panels + j / panel_columns * g.panel_stride + k * panel_columns;
        else
          pack(g.b + (g.b_operand == operand::plain ? k * g.b_stride + j : j * g.b_stride + k), g.b_stride, g.b_operand,
               depth, columns, panel);
        const gemm_arguments part{cut.rows,       columns,
                                  depth,          a,
                                  g.a_stride,     g.a_operand,
                                  nullptr,        0,
                                  operand::plain, g.c + i * g.c_stride + j,
                                  g.c_stride,     g.accumulate || k > 0};
        if (g.a_operand == operand::plain)
          multiply_panel<operand::plain>(part, cut, nullptr, laid);
        else
          multiply_panel<operand::transposed>(part, cut, packs ? packed : nullptr, laid);
      }
    }
  }
}

}  // namespace
}  // namespace lengthwise
