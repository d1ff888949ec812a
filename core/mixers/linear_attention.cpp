#include "core/mixers/linear_attention.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/tensor/arena.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {
namespace {

struct value_channel;
constexpr int chunk = 64;

real feature(real x) { return x > 0 ? x + 1 : math::exp(x); }
real feature_slope(real x) { return x > 0 ? 1 : math::exp(x); }

template <class T, class Rows>
using head_rows = matrix<T, Rows, head_channel>;
template <class T, class Rows>
using value_rows = matrix<T, Rows, value_channel>;
using state_matrix = matrix<real, head_channel, value_channel>;
using chunk_matrix = matrix<real, query_axis, key_axis>;

// One head of one sequence at a time.
class linear_loop {
 public:
  linear_loop(const attention_arguments& arguments, const attention_gradients* gradients)
      : a(arguments), g(gradients), x(arguments.extents), d(x.head_width), cutter(arguments.scratch) {
    const std::size_t rows = size(x.time) * size(d);
    for (real** p : {&queries, &keys, &turned_queries, &turned_keys, &d_queries, &d_keys, &d_numerators})
      *p = cutter.cut(rows);
    state_memory = cutter.cut(size(d) * size(d)), sum = cutter.cut(size(d));
    scores_memory = cutter.cut(chunk * chunk), d_scores_memory = cutter.cut(chunk * chunk);
    d_denominators = cutter.cut(size(x.time));
  }
  std::size_t used_scratch() const { return cutter.used(); }

  void forward() {
    for_each_head([this] { forward_head(); });
  }
  void backward() {
    std::fill_n(g->d_packed, size(x.tokens()) * 3 * size(x.width()), real(0));
    for_each_head([this] { backward_head(); });
  }

 private:
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  template <class F>
  void for_each_head(F&& f) {
    for (sequence = 0; sequence < x.sequences; ++sequence)
      for (head = 0; head < x.heads; ++head) prepare(), f();
  }
  token_rows packed(real* of, part p) const { return packed_part(x, of, p); }
  real* row(const token_rows& of, int i) const { return of.of_head<token>(sequence, head, i, 1).data; }
  real* output(real* of, int i) const { return row({of, x.width(), x.time, d}, i); }
  real* denominator() const { return a.log_sums + (static_cast<std::ptrdiff_t>(sequence) * x.heads + head) * x.time; }

  // Features of queries and keys, and the same turned.
  void prepare() {
    for (const auto& [p, plain, turned] :
         {std::tuple{part::query, queries, turned_queries}, std::tuple{part::key, keys, turned_keys}}) {
      for (int i = 0; i < x.time; ++i)
        std::transform(row(packed(a.packed, p), i), row(packed(a.packed, p), i) + d, plain + i * d, feature);
      std::copy_n(plain, x.time * d, turned);
      turn(p, turned, false);
    }
    std::fill_n(state_memory, d * d, real(0)), std::fill_n(sum, d, real(0));
  }
  void turn(part p, real* rows, bool back) const {
    if (a.tables->turned() != nullptr) a.tables->turned()->turn({0, p, head, 0, x.time, rows, d}, back);
  }

  template <class Rows>
  head_rows<real, Rows> of_chunk(real* rows, int first, int count) const {
    return {rows + static_cast<std::ptrdiff_t>(first) * d, count, d};
  }
  template <class Rows>
  value_rows<real, Rows> values(real* of, int first, int count) const {
    const token_rows all = packed(of, part::value);
    return {row(all, first), count, d, all.stride};
  }
  state_matrix state() const { return {state_memory, d, d}; }
  // Calls f(first, count) for each chunk.
  template <class F>
  void for_each_chunk(F&& f) const {
    for (int first = 0; first < x.time; first += chunk) f(first, std::min(chunk, x.time - first));
  }
  template <class F>
  void for_each_chunk_back(F&& f) const {
    for (int first = (x.time - 1) / chunk * chunk; first >= 0; first -= chunk)
      f(first, std::min(chunk, x.time - first));
  }
  // No query meets a later key.
  static void clear_later(const chunk_matrix& scores) {
    for (int i = 0; i < scores.row_count; ++i) std::fill_n(scores.row(i) + i + 1, scores.column_count - i - 1, real(0));
  }
  chunk_matrix products(int first, int count) const {
    const chunk_matrix scores(scores_memory, count, count);
    contract(scores, of_chunk<query_axis>(turned_queries, first, count), of_chunk<key_axis>(turned_keys, first, count));
    clear_later(scores);
    return scores;
  }

  void forward_head() const {
    for_each_chunk([&](int first, int count) {
      const value_rows<real, query_axis> out(output(a.output, first), count, d, x.width());
      contract(out, of_chunk<query_axis>(turned_queries, first, count), state());
      contract(out, products(first, count), values<key_axis>(a.packed, first, count), into::accumulate);
      contract(state(), of_chunk<key_axis>(turned_keys, first, count), values<key_axis>(a.packed, first, count),
               into::accumulate);
      for (int i = first; i < first + count; ++i) {
        kernels().add(sum, keys + i * d, size(d));
        denominator()[i] =
            kernels().dot(queries + i * d, sum, size(d)) + static_cast<real>(a.tables->choices().linear_epsilon);
        kernels().scale(output(a.output, i), 1 / denominator()[i], size(d));
      }
    });
  }

  void backward_head() const {
    for (int i = 0; i < x.time; ++i) {
      const real share = 1 / denominator()[i];
      const real *out = output(a.output, i), *d_out = output(const_cast<real*>(g->d_output), i);
      for (int c = 0; c < d; ++c) d_numerators[i * d + c] = d_out[c] * share;
      d_denominators[i] = -kernels().dot(out, d_out, size(d)) * share;
    }
    backward_queries(), backward_keys();
    turn(part::query, d_queries, true), turn(part::key, d_keys, true);
    backward_denominators();
    for (const auto& [p, d_rows] : {std::pair{part::query, d_queries}, std::pair{part::key, d_keys}})
      for (int i = 0; i < x.time; ++i) {
        const real* from = row(packed(a.packed, p), i);
        real* to = row(packed(g->d_packed, p), i);
        for (int c = 0; c < d; ++c) to[c] = d_rows[i * d + c] * feature_slope(from[c]);
      }
  }
  // The state of keys and values, from the first chunk on.
  void backward_queries() const {
    for_each_chunk([&](int first, int count) {
      const value_rows<real, query_axis> d_out(d_numerators + first * d, count, d);
      const head_rows<real, query_axis> to = of_chunk<query_axis>(d_queries, first, count);
      const chunk_matrix d_scores(d_scores_memory, count, count);
      contract(to, d_out, state());
      contract(d_scores, d_out, values<key_axis>(a.packed, first, count));
      clear_later(d_scores);
      contract(to, d_scores, of_chunk<key_axis>(turned_keys, first, count), into::accumulate);
      contract(state(), of_chunk<key_axis>(turned_keys, first, count), values<key_axis>(a.packed, first, count),
               into::accumulate);
    });
  }
  // The state of queries and what came back to them, from the last chunk on.
  void backward_keys() const {
    std::fill_n(state_memory, d * d, real(0));
    for_each_chunk_back([&](int first, int count) {
      const value_rows<real, query_axis> d_out(d_numerators + first * d, count, d);
      const head_rows<real, key_axis> to = of_chunk<key_axis>(d_keys, first, count);
      const value_rows<real, key_axis> own = values<key_axis>(a.packed, first, count),
                                       d_own = values<key_axis>(g->d_packed, first, count);
      contract(to, own, state());
      contract(d_own, of_chunk<key_axis>(turned_keys, first, count), state());
      const chunk_matrix d_scores(d_scores_memory, count, count);
      contract(d_scores, d_out, own);
      clear_later(d_scores);
      contract(to, d_scores, of_chunk<query_axis>(turned_queries, first, count), into::accumulate);
      contract(d_own, products(first, count), d_out, into::accumulate);
      contract(state(), of_chunk<query_axis>(turned_queries, first, count), d_out, into::accumulate);
    });
  }
  void backward_denominators() const {
    std::fill_n(sum, d, real(0));
    for (int i = 0; i < x.time; ++i) {
      kernels().add(sum, keys + i * d, size(d));
      for (int c = 0; c < d; ++c) d_queries[i * d + c] += d_denominators[i] * sum[c];
    }
    std::fill_n(sum, d, real(0));
    for (int i = x.time; i-- > 0;) {
      for (int c = 0; c < d; ++c) sum[c] += d_denominators[i] * queries[i * d + c];
      kernels().add(d_keys + i * d, sum, size(d));
    }
  }

  const attention_arguments& a;
  const attention_gradients* g;
  const attention_extents& x;
  int d, sequence = 0, head = 0;
  arena_cutter cutter;
  real *queries, *keys, *turned_queries, *turned_keys, *d_queries, *d_keys, *d_numerators;  // [time, head_width]
  real *state_memory, *sum, *scores_memory, *d_scores_memory, *d_denominators;
};

}  // namespace

std::size_t linear_attention::scratch_count(const attention_tables& tables, const attention_extents& extents) const {
  return linear_loop({.extents = extents, .tables = &tables}, nullptr).used_scratch();
}
void linear_attention::forward(const attention_arguments& a) const { linear_loop(a, nullptr).forward(); }
void linear_attention::backward(const attention_arguments& a, const attention_gradients& g) const {
  linear_loop(a, &g).backward();
}

}  // namespace lengthwise
