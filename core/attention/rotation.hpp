// Queries and keys turned in place by the encoding's tables, and what the angles' gradient is.
#pragma once
#include "core/attention/tables.hpp"
#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"

namespace lengthwise {

// Queries, keys and values of all heads stand side by side in a row of 3 width numbers.
constexpr std::ptrdiff_t packed_stride(const attention_extents& x) {
  return 3 * static_cast<std::ptrdiff_t>(x.width());
}
// The first row of one head of one sequence; part 0 queries, 1 keys, 2 values.
template <class T>
T* packed_head(const attention_extents& x, T* packed, int sequence, int head_index, int part) {
  return packed + static_cast<std::ptrdiff_t>(sequence) * x.time * packed_stride(x) + part * x.width() +
         head_index * x.head_width;
}

template <class E>
void turn_queries_and_keys(const E& e, const attention_extents& x, const attention_tables& t, real* packed, bool back) {
  const rotation_shape shape = e.rotation(x.head_width);
  const std::ptrdiff_t table = static_cast<std::ptrdiff_t>(x.time) * shape.planes;
  const real *key_cosine = has_stretch<E> ? t.key_cosine.data() : t.query_cosine.data(),
             *key_sine = has_stretch<E> ? t.key_sine.data() : t.query_sine.data();
  for (int s = 0; s < x.sequences; ++s)
    for (int h = 0; h < x.heads; ++h) {
      rotation_arguments r{packed_head(x, packed, s, h, 0),
                           packed_stride(x),
                           x.time,
                           shape.planes,
                           shape.span,
                           shape.pairs == layout::half_split,
                           t.query_cosine.data() + h * table,
                           t.query_sine.data() + h * table,
                           back};
      kernels().rotate(r);
      r.x = packed_head(x, packed, s, h, 1), r.cosine = key_cosine + h * table, r.sine = key_sine + h * table;
      kernels().rotate(r);
    }
}

// d/d(angle) of a turned pair (u, v) is (-v, u). Both are turned: the gradient has not been turned back yet.
// d_angles [heads, time, planes] is added to.
template <class E>
void add_angle_gradient(const E& e, const attention_extents& x, const real* packed, const real* d_packed,
                        real* d_angles) {
  const rotation_shape shape = e.rotation(x.head_width);
  const bool apart = shape.pairs == layout::half_split;
  const int second = apart ? shape.span / 2 : 1, step = apart ? 1 : 2;
  for (int s = 0; s < x.sequences; ++s)
    for (int h = 0; h < x.heads; ++h)
      for (int part = 0; part < 2; ++part)
        for (int i = 0; i < x.time; ++i) {
          const real *y = packed_head(x, packed, s, h, part) + i * packed_stride(x),
                     *d_y = packed_head(x, d_packed, s, h, part) + i * packed_stride(x);
          real* d_angle = d_angles + (static_cast<std::ptrdiff_t>(h) * x.time + i) * shape.planes;
          for (int m = 0; m < shape.planes; ++m)
            d_angle[m] += y[step * m] * d_y[step * m + second] - y[step * m + second] * d_y[step * m];
        }
}

}  // namespace lengthwise
