// Causal attention, specialised at compile time by the hooks of one encoding; forward and backward side by side.
// Queries are taken in tiles, keys in blocks from the diagonal to the left with a running softmax (Milakov and
// Gimelshein, 2018; Dao et al., 2022), so memory grows linearly with length and nothing beyond the diagonal's own tile
// is multiplied in vain. Backward recomputes the probabilities from the kept log of each query's sum.
#pragma once
#include <algorithm>
#include <limits>

#include "core/attention/encoding.hpp"
#include "core/attention/forget_gates.hpp"
#include "core/attention/rotation.hpp"
#include "core/attention/table_fill.hpp"
#include "core/kernels/kernels.hpp"
#include "core/tensor/arena.hpp"

namespace lengthwise {

inline constexpr int query_tile = 64, key_block = 128;

template <class E>
class causal_attention {
 public:
  causal_attention(const E& encoding, const attention_arguments& arguments)
      : e(encoding), a(arguments), x(a.extents), t(*a.tables) {
    cut_scratch(a.scratch);
  }
  static std::size_t scratch_count(const E& e, const attention_extents& x) {
    static const attention_tables no_tables;
    attention_arguments none{x, &no_tables, nullptr, nullptr, nullptr, nullptr, nullptr};
    return causal_attention(e, none).used_scratch;
  }

  void forward() {
    if constexpr (has_angle<E>) turn_queries_and_keys(e, x, t, a.packed, false);
    if constexpr (has_gate<E>) sum_gates(x, a.gate_logits, gate_sums);
    for (int h = 0; h < x.heads; ++h)
      for (int first = 0; first < x.time; first += query_tile) {
        if constexpr (has_bias_at<E>)
          if (t.bias_at.empty()) fill_bias_strip(h, first);
        for (int s = 0; s < x.sequences; ++s) forward_tile(s, h, first);
      }
  }

  void backward(const attention_gradients& gradients) {
    g = &gradients;
    slices = lay_out_table_gradients(e, extents(), x.time);
    std::fill_n(g->d_packed, static_cast<std::size_t>(x.tokens()) * 3 * static_cast<std::size_t>(x.width()), real(0));
    if constexpr (has_gate<E>) {
      sum_gates(x, a.gate_logits, gate_sums);
      std::fill_n(d_gate_sums, static_cast<std::size_t>(x.tokens() * x.heads), 0.0);
    }
    for (int h = 0; h < x.heads; ++h)
      for (int first = 0; first < x.time; first += query_tile) {
        if constexpr (has_bias_at<E>)
          if (t.bias_at.empty()) fill_bias_strip(h, first);
        for (int s = 0; s < x.sequences; ++s) backward_tile(s, h, first);
      }
    if constexpr (has_gate<E>) sum_gates_backward(x, a.gate_logits, d_gate_sums, g->d_gate_logits);
    if constexpr (has_angle<E>) {
      if constexpr (has_scalar_parameters<E>)
        add_angle_gradient(e, x, a.packed, g->d_packed, g->d_tables + slices.angle.offset);
      turn_queries_and_keys(e, x, t, g->d_packed, true);
    }
  }

 private:
  using head_rows = matrix<real, key_axis, head_channel>;
  using query_rows = matrix<real, query_axis, head_channel>;
  using tile_matrix = matrix<real, query_axis, key_axis>;
  using relative_rows = matrix<const real, relative_axis, head_channel>;
  using relative_scores = matrix<real, query_axis, relative_axis>;

  static constexpr bool has_relative = has_relative_row<E> || has_relative_feature<E>;

  const E& e;
  const attention_arguments& a;
  const attention_extents& x;
  const attention_tables& t;
  const attention_gradients* g = nullptr;
  table_gradient_layout slices;
  std::size_t used_scratch = 0;

  // Scratch: one tile of everything.
  real *scores_memory, *raw_memory, *d_scores_memory, *sums, *row_work, *bias_strip, *content_queries,
      *distance_queries, *relative_memory, *d_relative_memory, *value_memory, *query_gradient;
  double *gate_sums, *d_gate_sums;

  model_extents extents() const { return {x.width(), x.heads, 0}; }
  // Keys in one block: all of them where the row hook wants a query's whole row.
  int block() const { return has_row<E> ? std::max(x.time, key_block) : key_block; }
  int relative_count() const {
    if constexpr (has_relative_row<E>)
      return e.clip + 1;
    else if constexpr (has_row<E>)
      return e.positions;
    else
      return x.time;
  }

  void cut_scratch(real* memory) {
    arena_cutter cutter(memory);
    const auto tile = static_cast<std::size_t>(query_tile), keys = static_cast<std::size_t>(block());
    const auto time = static_cast<std::size_t>(x.time), d = static_cast<std::size_t>(x.head_width);
    const std::size_t relative = has_relative || has_row<E> ? tile * static_cast<std::size_t>(relative_count()) : 0;
    scores_memory = cutter.cut(tile * keys);
    d_scores_memory = cutter.cut(tile * keys);
    raw_memory = cutter.cut(has_score<E> || has_row<E> ? tile * keys : 0);
    sums = cutter.cut(3 * tile);
    row_work = cutter.cut(has_row<E> ? 2 * keys : 0);
    const bool strips = has_bias_at<E> && !fits_square_table(time, static_cast<std::size_t>(x.heads));
    bias_strip = cutter.cut(strips ? tile * time : 0);
    content_queries = cutter.cut(has_relative_feature<E> ? tile * d : 0);
    distance_queries = cutter.cut(has_relative_feature<E> ? tile * d : 0);
    relative_memory = cutter.cut(relative);
    d_relative_memory = cutter.cut(relative);
    value_memory = cutter.cut(has_relative_row<E> ? 2 * relative : 0);
    query_gradient = cutter.cut(has_relative_feature<E> ? tile * d : 0);
    const std::size_t gates =
        has_gate<E> ? static_cast<std::size_t>(x.tokens()) * static_cast<std::size_t>(x.heads) : 0;
    gate_sums = cutter.template cut<double>(gates);
    d_gate_sums = cutter.template cut<double>(gates);
    used_scratch = cutter.used();
  }

  // ---- Where things lie
  template <class Rows>
  matrix<real, Rows, head_channel> head_part(real* packed, int s, int h, int part, int first, int count) const {
    return {packed_head(x, packed, s, h, part) + first * packed_stride(x), count, x.head_width, packed_stride(x)};
  }
  template <class T>
  matrix<T, query_axis, head_channel> output_rows(T* output, int s, int h, int first, int count) const {
    return {output + (static_cast<std::ptrdiff_t>(s) * x.time + first) * x.width() + h * x.head_width, count,
            x.head_width, x.width()};
  }
  real* log_sum_of(int s, int h) const { return a.log_sums + (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time; }
  double* gates_of(double* sums_of_gates, int s, int h) const {
    return sums_of_gates + (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time;
  }
  // The bias of query i: element j is that of key j.
  const real* bias_row(int h, int i) const {
    return t.bias.data() + static_cast<std::ptrdiff_t>(h + 1) * x.time - 1 - i;
  }
  distance between(int i, int j) const {
    return {t.positions[static_cast<std::size_t>(i)] - t.positions[static_cast<std::size_t>(j)]};
  }
  relative_rows relative(const std::vector<real>& table, int h, int count) const {
    if constexpr (has_relative_feature<E>)
      return {table.data() + h * x.head_width, count, x.head_width, x.width()};
    else
      return {table.data(), count, x.head_width};
  }
  matrix<real, relative_axis, head_channel> d_relative(const table_slice& slice, int h, int count) const {
    real* at = g->d_tables + slice.offset;
    if constexpr (has_relative_feature<E>)
      return {at + h * x.head_width, count, x.head_width, x.width()};
    else
      return {at, count, x.head_width};
  }
  relative_rows content_rows(int h) const {
    const int heads = e.per_head ? h : 0;
    return {t.content_rows.data() + static_cast<std::ptrdiff_t>(heads) * e.positions * x.head_width, e.positions,
            x.head_width};
  }
  // How many relative rows the queries first .. first + rows - 1 can meet.
  int relative_reach(int first, int rows) const {
    if constexpr (has_relative_row<E>)
      return relative_count();
    else
      return first + rows;
  }

  // ---- Logits
  void fill_bias_strip(int h, int first) const {
    for (int i = first; i < std::min(first + query_tile, x.time); ++i)
      fill_bias_row(e, t, extents(), h, i, bias_strip + static_cast<std::ptrdiff_t>(i - first) * x.time);
  }
  const real* bias_at_row(int h, int i) const {
    return t.bias_at.empty() ? bias_strip + static_cast<std::ptrdiff_t>(i % query_tile) * x.time
                             : t.bias_at.data() + (static_cast<std::ptrdiff_t>(h) * x.time + i) * x.time;
  }

  // The queries of a tile as the products read them, and what they score against relative rows.
  query_rows tile_queries(int s, int h, int first, int rows) const {
    const query_rows queries = head_part<query_axis>(a.packed, s, h, 0, first, rows);
    if constexpr (has_relative_feature<E>) {
      for (int r = 0; r < rows; ++r)
        for (int c = 0; c < x.head_width; ++c) {
          content_queries[r * x.head_width + c] =
              queries.row(r)[c] + t.content_query[static_cast<std::size_t>(h * x.head_width + c)];
          distance_queries[r * x.head_width + c] =
              queries.row(r)[c] + t.distance_query[static_cast<std::size_t>(h * x.head_width + c)];
        }
      contract(relative_tile(relative_memory, first, rows), query_rows(distance_queries, rows, x.head_width),
               relative(t.relative_keys, h, relative_reach(first, rows)));
      return {content_queries, rows, x.head_width};
    }
    if constexpr (has_relative_row<E>)
      contract(relative_tile(relative_memory, first, rows), queries, relative(t.relative_keys, h, relative_count()));
    if constexpr (has_row<E>) contract(relative_scores(relative_memory, rows, e.positions), queries, content_rows(h));
    return queries;
  }
  relative_scores relative_tile(real* memory, int first, int rows) const {
    return {memory, rows, relative_reach(first, rows)};
  }
  // The relative row that query i meets at key j.
  int relative_index(int i, int j) const {
    if constexpr (has_relative_row<E>)
      return e.relative_row(between(i, j));
    else
      return i - j;
  }

  // Final logits of the queries first .. and the keys of one block, row by row up to the diagonal.
  void block_logits(int s, int h, int first, const query_rows& queries, int key, const tile_matrix& scores) const {
    const real factor = static_cast<real>(e.logit_scale(x.head_width));
    contract(scores, queries, head_part<key_axis>(a.packed, s, h, 1, key, scores.column_count));
    for (int r = 0; r < scores.row_count; ++r) {
      const int i = first + r, n = std::min(scores.column_count, i - key + 1);
      real* row = scores.row(r);
      if constexpr (has_relative) {
        const real* at_distance =
            relative_memory + static_cast<std::ptrdiff_t>(r) * relative_reach(first, scores.row_count);
        for (int j = 0; j < n; ++j) row[j] += at_distance[relative_index(i, key + j)];
      }
      const real* bias = nullptr;
      if constexpr (!has_score<E>) {
        if constexpr (has_bias<E> || has_bucket<E>) bias = bias_row(h, i) + key;
        if constexpr (has_bias_at<E>) bias = bias_at_row(h, i) + key;
      }
      kernels().scale_and_bias(row, factor, bias, static_cast<std::size_t>(n));
      if constexpr (has_score<E>) rewrite_scores(h, i, key, row, n, raw_memory + r * scores.stride);
      if constexpr (has_row<E>) {
        std::copy_n(row, n, raw_memory + r * scores.stride);
        e.template rewrite<real>({row, static_cast<std::size_t>(n)}, row_scores(relative_memory, r), row_scratch(n));
      }
      if constexpr (has_gate<E>)
        kernels().add_decay(row, gates_of(gate_sums, s, h)[i], gates_of(gate_sums, s, h) + key,
                            static_cast<std::size_t>(n));
    }
  }
  // From the gradient of final logits to that of q.k, in place, adding to tables on the way.
  void block_logits_backward(int s, int h, int first, int key, const tile_matrix& d_scores) const {
    const real factor = static_cast<real>(e.logit_scale(x.head_width));
    for (int r = 0; r < d_scores.row_count; ++r) {
      const int i = first + r, n = std::min(d_scores.column_count, i - key + 1);
      real* row = d_scores.row(r);
      if constexpr (has_gate<E>) {
        double *d_c = gates_of(d_gate_sums, s, h), sum = 0;
        for (int j = 0; j < n; ++j) sum += static_cast<double>(row[j]), d_c[key + j] -= static_cast<double>(row[j]);
        d_c[i] += sum;
      }
      if (slices.bias.count > 0)
        kernels().add(g->d_tables + slices.bias.offset + static_cast<std::ptrdiff_t>(h + 1) * x.time - 1 - i + key, row,
                      static_cast<std::size_t>(n));
      if (slices.bias_at.count > 0)
        kernels().add(
            g->d_tables + slices.bias_at.offset + (static_cast<std::ptrdiff_t>(h) * x.time + i) * x.time + key, row,
            static_cast<std::size_t>(n));
      if constexpr (has_score<E>) rewrite_scores_backward(h, i, key, row, n, raw_memory + r * d_scores.stride);
      if constexpr (has_row<E>)
        e.template rewrite_backward<real>({raw_memory + r * d_scores.stride, static_cast<std::size_t>(n)},
                                          row_scores(relative_memory, r), row_scratch(n),
                                          {row, static_cast<std::size_t>(n)}, d_row_scores(r));
      kernels().scale(row, factor, static_cast<std::size_t>(n));
      std::fill(row + n, row + d_scores.column_count, real(0));
      if constexpr (has_relative) {
        real* d_distance =
            d_relative_memory + static_cast<std::ptrdiff_t>(r) * relative_reach(first, d_scores.row_count);
        for (int j = 0; j < n; ++j) d_distance[relative_index(i, key + j)] += row[j];
      }
    }
  }
  std::span<const real> row_scores(const real* memory, int r) const {
    return {memory + static_cast<std::ptrdiff_t>(r) * e.positions, static_cast<std::size_t>(e.positions)};
  }
  std::span<real> d_row_scores(int r) const {
    return {d_relative_memory + static_cast<std::ptrdiff_t>(r) * e.positions, static_cast<std::size_t>(e.positions)};
  }
  std::span<real> row_scratch(int n) const { return {row_work, E::row_scratch(static_cast<std::size_t>(n))}; }

  // A score may read a bias too: it is given the scaled product and comes before the bias.
  void rewrite_scores(int h, int i, int key, real* row, int n, real* raw) const {
    const auto p = as_values<E>(e.learned_parameters(extents()), t.parameters.data(), head{h, x.heads});
    std::copy_n(row, n, raw);
    for (int j = 0; j < n; ++j)
      row[j] = static_cast<real>(
          e.template score<double>(p, head{h, x.heads}, between(i, key + j), static_cast<double>(raw[j])));
    if constexpr (has_bias<E> || has_bucket<E>) kernels().add(row, bias_row(h, i) + key, static_cast<std::size_t>(n));
    if constexpr (has_bias_at<E>) kernels().add(row, bias_at_row(h, i) + key, static_cast<std::size_t>(n));
  }
  void rewrite_scores_backward(int h, int i, int key, real* row, int n, const real* raw) const {
    constexpr std::size_t count = scalar_parameter_count<E>;
    using S = dual<double, count + 1>;  // the parameters, then the raw score itself
    std::array<S, count> flat;
    for (std::size_t k = 0; k < count; ++k)
      flat[k] = S::variable(
          static_cast<double>(t.parameters[storage_index(e.learned_parameters(extents()), x.heads, h, k)]), k);
    const auto p = as_parameters<E, S>(flat);
    for (int j = 0; j < n; ++j) {
      const S f = e.template score<S>(p, head{h, x.heads}, between(i, key + j),
                                      S::variable(static_cast<double>(raw[j]), count));
      for (std::size_t k = 0; k < count; ++k)
        g->d_tables[slices.score.offset + static_cast<std::size_t>(h) * count + k] +=
            row[j] * static_cast<real>(f.gradient[k]);
      row[j] *= static_cast<real>(f.gradient[count]);
    }
  }

  // ---- One tile of queries
  int last_block(int first, int rows) const { return (first + rows - 1) / block() * block(); }

  void forward_tile(int s, int h, int first) {
    const int rows = std::min(query_tile, x.time - first);
    const query_rows queries = tile_queries(s, h, first, rows);
    const auto output = output_rows(a.output, s, h, first, rows);
    real *maximum = sums, *sum = sums + query_tile;
    std::fill_n(maximum, rows, -std::numeric_limits<real>::infinity());
    std::fill_n(sum, rows, real(0));
    const auto d = static_cast<std::size_t>(x.head_width);
    real* value_weights = value_memory;  // of relative values
    const auto reach = static_cast<std::size_t>(has_relative_row<E> ? relative_count() : 0);
    std::fill_n(value_weights, has_relative_row<E> ? static_cast<std::size_t>(rows) * reach : 0, real(0));
    bool begun = false;
    for (int key = last_block(first, rows); key >= 0; key -= block(), begun = true) {
      const tile_matrix scores(scores_memory, rows, std::min(block(), first + rows - key));
      block_logits(s, h, first, queries, key, scores);
      for (int r = 0; r < rows; ++r) {
        const int n = std::min(scores.column_count, first + r - key + 1);
        const real factor = kernels().softmax_block(scores.row(r), static_cast<std::size_t>(n), maximum[r], sum[r]);
        std::fill(scores.row(r) + n, scores.row(r) + scores.column_count, real(0));
        if (begun) kernels().scale(output.row(r), factor, d);
        if constexpr (has_relative_row<E>) {
          real* weights = value_weights + static_cast<std::size_t>(r) * reach;
          kernels().scale(weights, factor, reach);
          if (!t.relative_values.empty())
            for (int j = 0; j < n; ++j) weights[relative_index(first + r, key + j)] += scores.row(r)[j];
        }
      }
      contract(output, scores, head_part<key_axis>(a.packed, s, h, 2, key, scores.column_count),
               begun ? into::accumulate : into::overwrite);
    }
    if constexpr (has_relative_row<E>)
      if (!t.relative_values.empty())
        contract(output, relative_scores(value_weights, rows, relative_count()),
                 relative(t.relative_values, h, relative_count()), into::accumulate);
    for (int r = 0; r < rows; ++r) {
      kernels().scale(output.row(r), real(1) / sum[r], d);
      log_sum_of(s, h)[first + r] = maximum[r] + math::log(sum[r]);
    }
  }

  void backward_tile(int s, int h, int first) {
    const int rows = std::min(query_tile, x.time - first);
    const query_rows queries = tile_queries(s, h, first, rows);
    const auto output = output_rows(static_cast<const real*>(a.output), s, h, first, rows);
    const auto d_output = output_rows(g->d_output, s, h, first, rows);
    const query_rows d_packed_queries = head_part<query_axis>(g->d_packed, s, h, 0, first, rows);
    const query_rows d_queries =
        has_relative_feature<E> ? query_rows(query_gradient, rows, x.head_width) : d_packed_queries;
    real* delta = sums;  // sum over keys of p dp, which is output . d_output
    for (int r = 0; r < rows; ++r)
      delta[r] = kernels().dot(output.row(r), d_output.row(r), static_cast<std::size_t>(x.head_width));
    if constexpr (has_relative || has_row<E>)
      std::fill_n(d_relative_memory,
                  static_cast<std::size_t>(rows * (has_row<E> ? relative_count() : relative_reach(first, rows))),
                  real(0));
    real *value_weights = value_memory, *value_scores = value_memory;
    if constexpr (has_relative_row<E>) {
      value_scores = value_memory + static_cast<std::ptrdiff_t>(query_tile) * relative_count();
      std::fill_n(value_weights, static_cast<std::size_t>(rows * relative_count()), real(0));
      if (!t.relative_values.empty())
        contract(relative_scores(value_scores, rows, relative_count()), d_output,
                 relative(t.relative_values, h, relative_count()));
    }
    bool begun = false;
    for (int key = last_block(first, rows); key >= 0; key -= block(), begun = true) {
      const int columns = std::min(block(), first + rows - key);
      const tile_matrix p(scores_memory, rows, columns), d_scores(d_scores_memory, rows, columns);
      block_logits(s, h, first, queries, key, p);
      contract(d_scores, d_output, head_part<key_axis>(a.packed, s, h, 2, key, columns));
      for (int r = 0; r < rows; ++r) {
        const int n = std::min(columns, first + r - key + 1);
        kernels().probabilities(p.row(r), log_sum_of(s, h)[first + r], static_cast<std::size_t>(n));
        std::fill(p.row(r) + n, p.row(r) + columns, real(0));
        if constexpr (has_relative_row<E>)
          if (!t.relative_values.empty())
            for (int j = 0; j < n; ++j) {
              const std::ptrdiff_t at =
                  static_cast<std::ptrdiff_t>(r) * relative_count() + relative_index(first + r, key + j);
              value_weights[at] += p.row(r)[j];
              d_scores.row(r)[j] += value_scores[at];
            }
        kernels().softmax_gradient(p.row(r), d_scores.row(r), delta[r], static_cast<std::size_t>(n));
      }
      contract(head_part<key_axis>(g->d_packed, s, h, 2, key, columns), p, d_output, into::accumulate);
      block_logits_backward(s, h, first, key, d_scores);
      contract(d_queries, d_scores, head_part<key_axis>(a.packed, s, h, 1, key, columns),
               begun ? into::accumulate : into::overwrite);
      contract(head_part<key_axis>(g->d_packed, s, h, 1, key, columns), d_scores, queries, into::accumulate);
    }
    if constexpr (has_relative_row<E>)
      if (!t.relative_values.empty())
        contract(d_relative(slices.relative_values, h, relative_count()),
                 relative_scores(value_weights, rows, relative_count()), d_output, into::accumulate);
    if constexpr (has_relative_row<E>) relative_backward(h, first, queries, d_queries);
    if constexpr (has_relative_feature<E>) feature_backward(h, first, d_queries, d_packed_queries);
    if constexpr (has_row<E>) {
      const relative_scores d_scores(d_relative_memory, rows, e.positions);
      contract(d_queries, d_scores, content_rows(h), into::accumulate);
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(e.per_head ? h : 0) * e.positions * x.head_width;
      contract(matrix<real, relative_axis, head_channel>(g->d_tables + slices.content_rows.offset + at, e.positions,
                                                         x.head_width),
               d_scores, queries, into::accumulate);
    }
  }
  void relative_backward(int h, int first, const query_rows& queries, const query_rows& d_queries) const {
    const relative_scores d_scores = relative_tile(d_relative_memory, first, queries.row_count);
    contract(d_queries, d_scores, relative(t.relative_keys, h, d_scores.column_count), into::accumulate);
    contract(d_relative(slices.relative_keys, h, d_scores.column_count), d_scores, queries, into::accumulate);
  }
  // Content and distance queries are the same rows plus u and v: their gradients join in the queries' own.
  void feature_backward(int h, int first, const query_rows& d_content, const query_rows& d_queries) const {
    add_columns(d_content, slices.content_query, h);
    for (int r = 0; r < d_content.row_count; ++r) std::copy_n(d_content.row(r), x.head_width, d_queries.row(r));
    std::fill_n(query_gradient, static_cast<std::size_t>(d_content.row_count * x.head_width), real(0));
    relative_backward(h, first, query_rows(distance_queries, d_content.row_count, x.head_width), d_content);
    add_columns(d_content, slices.distance_query, h);
    for (int r = 0; r < d_content.row_count; ++r)
      kernels().add(d_queries.row(r), d_content.row(r), static_cast<std::size_t>(x.head_width));
  }
  void add_columns(const query_rows& rows, const table_slice& slice, int h) const {
    for (int r = 0; r < rows.row_count; ++r)
      kernels().add(g->d_tables + slice.offset + static_cast<std::ptrdiff_t>(h) * x.head_width, rows.row(r),
                    static_cast<std::size_t>(x.head_width));
  }
};

}  // namespace lengthwise
