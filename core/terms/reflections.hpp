// Keys seen through what stands between them and the query: the hook `reflections`. Each token gives a direction w and
// a strength b in (0, 2) for each head; the product of query i and key j is q_i (I - b_i w_i w_i^T) ... (I - b_{j+1}
// w_{j+1} w_{j+1}^T) k_j, generalised Householder reflections (Yang et al., 2025).
#pragma once
#include <algorithm>
#include <vector>

#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class reflections final : public term {
 public:
  explicit reflections(const term_site& s) : d_(s.extents.head_width()) {}
  term_stage stage() const override { return term_stage::product; }
  bool wants_whole_rows() const override { return true; }
  std::size_t bytes() const override { return 0; }
  void fill(const real*) override {}
  // Directions of unit length, their inverse lengths, strengths, keys; gradients of all but the lengths; the rows of a
  // tile.
  std::size_t scratch_count(const attention_extents& x, int block) const override {
    return memory(x, nullptr, block).end;
  }

  void open(const attention_pass& p, term_memory m) const override {
    const attention_extents& x = p.extents;
    const pieces own = memory(x, m.scratch, m.block);
    for_each_token(x, [&](int s, int h, int i) {
      const real* w = direction(p.signals, x, s, h, i);
      const std::ptrdiff_t at = row(x, s, h, i);
      const auto squares = kernels().sum_of_squares(w, size(d_));
      const auto inverse = static_cast<real>(1 / math::max(math::sqrt(squares), 1e-12));
      own.lengths[at] = inverse;
      for (int c = 0; c < d_; ++c) own.units[at * d_ + c] = w[c] * inverse;
      own.strengths[at] = 2 * math::sigmoid(*strength(p.signals, x, s, h, i));
      std::copy_n(packed_part(x, p.packed, part::key).of_head<token>(s, h, i, 1).data, d_, own.keys + at * d_);
    });
    if (p.d_signals != nullptr)
      std::fill_n(own.d_units, count(x) * (2 * size(d_) + 1), real(0));  // and d_keys and d_strengths behind it
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    const pieces own = memory(t.extents, m.scratch, m.block);
    real* const u = own.query;
    std::copy_n(t.queries.row(r.row), d_, u);
    for (int j = r.count; j-- > 0;) {
      const std::ptrdiff_t at = row(t.extents, t.sequence, t.head, r.key + j);
      r.at[j] = kernels().dot(u, own.keys + at * d_, size(d_));
      pass_through(u, own, at);
    }
  }

  void begin_backward(attention_tile& t, term_memory m) const override {
    const pieces own = memory(t.extents, m.scratch, m.block);
    std::fill_n(own.d_queries, query_tile * d_, real(0));
  }
  // With u_j what is left of the query at key j and D that of the gradient: D_j = g_j k_j + (I - b_j w_j w_j^T)
  // D_{j-1}.
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    const pieces own = memory(t.extents, m.scratch, m.block);
    real *const u = own.query, *const d_u = own.d_queries + r.row * d_;
    std::copy_n(t.queries.row(r.row), d_, u);
    for (int j = r.count; j-- > 0;) own.alongs[j] = pass_through(u, own, row(t.extents, t.sequence, t.head, r.key + j));
    for (int j = 0; j < r.count; ++j) {
      const std::ptrdiff_t at = row(t.extents, t.sequence, t.head, r.key + j);
      const real *w = own.units + at * d_, strength = own.strengths[at], along = own.alongs[j];
      for (int c = 0; c < d_; ++c) u[c] += strength * along * w[c];
      const real d_along = kernels().dot(w, d_u, size(d_));
      own.d_strengths[at] -= along * d_along;
      real *d_w = own.d_units + at * d_, *d_key = own.d_keys + at * d_;
      for (int c = 0; c < d_; ++c) {
        d_w[c] -= strength * (along * d_u[c] + d_along * u[c]);
        d_u[c] += r.at[j] * own.keys[at * d_ + c] - strength * d_along * w[c];
        d_key[c] += r.at[j] * u[c];
      }
    }
    std::fill_n(r.at, r.count, real(0));  // nothing goes back through the plain product
  }
  void end_backward(attention_tile& t, term_memory m) const override {
    const pieces own = memory(t.extents, m.scratch, m.block);
    for (int r = 0; r < t.rows; ++r) kernels().add(t.d_queries.row(r), own.d_queries + r * d_, size(d_));
  }
  void close(const attention_pass& p, term_memory m) const override {
    const attention_extents& x = p.extents;
    const pieces own = memory(x, m.scratch, m.block);
    for_each_token(x, [&](int s, int h, int i) {
      const std::ptrdiff_t at = row(x, s, h, i);
      kernels().add(packed_part(x, p.d_packed, part::key).of_head<token>(s, h, i, 1).data, own.d_keys + at * d_,
                    size(d_));
      const real *unit = own.units + at * d_, *d_unit = own.d_units + at * d_;
      const real along = kernels().dot(unit, d_unit, size(d_));
      real* to = const_cast<real*>(direction(p.d_signals, x, s, h, i));
      for (int c = 0; c < d_; ++c) to[c] = (d_unit[c] - along * unit[c]) * own.lengths[at];
      const real share = own.strengths[at] / 2;
      *const_cast<real*>(strength(p.d_signals, x, s, h, i)) = own.d_strengths[at] * 2 * share * (1 - share);
    });
  }

 private:
  struct pieces {
    real *units, *lengths, *strengths, *keys;  // [sequences, heads, time], the first and the last with head_width
    real *d_units, *d_keys, *d_strengths;      // side by side
    real *query, *d_queries, *alongs;          // [head_width], [tile, head_width], [time]
    std::size_t end;
  };
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  static std::size_t count(const attention_extents& x) { return size(x.tokens()) * size(x.heads); }
  pieces memory(const attention_extents& x, real* at, int block) const {
    std::size_t used = 0;
    const auto cut = [&](std::size_t n) { return used += n, at == nullptr ? nullptr : at + used - n; };
    const std::size_t n = count(x), rows = n * size(d_);
    pieces p{};
    p.units = cut(rows), p.lengths = cut(n), p.strengths = cut(n), p.keys = cut(rows);
    p.d_units = cut(rows), p.d_keys = cut(rows), p.d_strengths = cut(n);
    p.query = cut(size(d_)), p.d_queries = cut(query_tile * size(d_)), p.alongs = cut(size(block));
    p.end = used;
    return p;
  }
  static std::ptrdiff_t row(const attention_extents& x, int s, int h, int i) {
    return (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time + i;
  }
  // Of a token's signals [heads, head_width] and then [heads].
  const real* direction(const real* signals, const attention_extents& x, int s, int h, int i) const {
    return signals + (static_cast<std::ptrdiff_t>(s) * x.time + i) * (x.width() + x.heads) + h * d_;
  }
  const real* strength(const real* signals, const attention_extents& x, int s, int h, int i) const {
    return signals + (static_cast<std::ptrdiff_t>(s) * x.time + i) * (x.width() + x.heads) + x.width() + h;
  }
  template <class F>
  static void for_each_token(const attention_extents& x, F&& f) {
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h)
        for (int i = 0; i < x.time; ++i) f(s, h, i);
  }
  // u through the reflection of a token; what it was along the direction.
  real pass_through(real* u, const pieces& own, std::ptrdiff_t at) const {
    const real* w = own.units + at * d_;
    const real along = kernels().dot(w, u, size(d_)), factor = own.strengths[at] * along;
    for (int c = 0; c < d_; ++c) u[c] -= factor * w[c];
    return along;
  }

  int d_;
};

}  // namespace lengthwise
