// Queries and keys turned by angles that their tokens choose: the hook `turns`. Each token gives an increment for each
// head and plane; a plane turns by its frequency times their running sum. Positions take no part.
#pragma once
#include <vector>

#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class token_turns {
 public:
  template <class E>
  token_turns(const E& e, const term_site& s) : shape_(e.turned_planes(s.extents.head_width())) {
    for (int t = 0; t < shape_.planes; ++t) frequencies_.push_back(e.frequency(plane{t, s.extents.head_width() / 2}));
  }
  // Cosines and sines of all tokens, [2][sequences, heads, time, planes].
  std::size_t scratch_count(const attention_extents& x) const { return 2 * count(x); }
  // Increments are [tokens, signals]: those of a head side by side.
  void open(const attention_extents& x, const real* increments, real* scratch) const {
    for_each_token(x, [&](int s, int h, int i, double* sums) {
      for (int t = 0; t < shape_.planes; ++t) {
        sums[t] += static_cast<double>(increments[of_token(x, s, h, i) + t]);
        const double angle = frequencies_[static_cast<std::size_t>(t)] * sums[t];
        real* const at = scratch + row(x, s, h, i) + t;
        at[0] = static_cast<real>(math::cos(angle)), at[count(x)] = static_cast<real>(math::sin(angle));
      }
    });
  }
  // Turns rows of one part in place, or their gradient back.
  void turn(const attention_extents& x, real* packed, part p, const real* scratch, bool back) const {
    const token_rows rows = packed_part(x, packed, p);
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h)
        kernels().rotate({rows.of_head<token>(s, h, 0, 1).data, rows.stride, x.time, shape_.planes, shape_.span,
                          shape_.pairs == layout::half_split, scratch + row(x, s, h, 0),
                          scratch + count(x) + row(x, s, h, 0), back});
  }
  // The gradient of increments, written, from turned rows and their gradient, not yet turned back.
  void increments_backward(const attention_extents& x, real* packed, real* d_packed, real* d_increments) const {
    const bool split = shape_.pairs == layout::half_split;
    const int step = split ? 1 : 2, second = split ? shape_.span / 2 : 1;
    for_each_token_back(x, [&](int s, int h, int i, double* sums) {
      for (const part p : {part::query, part::key}) {
        const real *y = packed_part(x, packed, p).of_head<token>(s, h, i, 1).data,
                   *d = packed_part(x, d_packed, p).of_head<token>(s, h, i, 1).data;
        for (int t = 0; t < shape_.planes; ++t) {
          const int a = t * step, b = a + second;
          sums[t] += static_cast<double>(y[a]) * static_cast<double>(d[b]) -
                     static_cast<double>(y[b]) * static_cast<double>(d[a]);
        }
      }
      for (int t = 0; t < shape_.planes; ++t)
        d_increments[of_token(x, s, h, i) + t] = static_cast<real>(frequencies_[static_cast<std::size_t>(t)] * sums[t]);
    });
  }

 private:
  std::size_t count(const attention_extents& x) const {
    return static_cast<std::size_t>(x.tokens()) * static_cast<std::size_t>(x.heads * shape_.planes);
  }
  std::ptrdiff_t row(const attention_extents& x, int s, int h, int i) const {
    return ((static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time + i) * shape_.planes;
  }
  std::ptrdiff_t of_token(const attention_extents& x, int s, int h, int i) const {
    return ((static_cast<std::ptrdiff_t>(s) * x.time + i) * x.heads + h) * shape_.planes;
  }
  // Calls f(sequence, head, token, running sums of its planes), token by token.
  static constexpr int most_planes = 512;
  template <class F>
  void for_each_token(const attention_extents& x, F&& f) const {
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h) {
        double sums[most_planes] = {};
        for (int i = 0; i < x.time; ++i) f(s, h, i, sums);
      }
  }
  template <class F>
  void for_each_token_back(const attention_extents& x, F&& f) const {
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h) {
        double sums[most_planes] = {};
        for (int i = x.time; i-- > 0;) f(s, h, i, sums);
      }
  }

  rotation_shape shape_;
  std::vector<double> frequencies_;
};

}  // namespace lengthwise
