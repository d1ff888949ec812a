// Queries are taken in tiles, keys in blocks from the last to the first with a running softmax (Milakov and Gimelshein,
// 2018; Dao et al., 2022), so memory grows linearly with length, and blocks that no query of a tile sees cost nothing.
// Backward recomputes the probabilities from the kept log of each query's sum.
#include "core/mixers/softmax_attention.hpp"

#include <limits>

#include "core/mixers/attention_tiles.hpp"

namespace lengthwise {
namespace {

class attention_loop : attention_tiles {
 public:
  using attention_tiles::attention_tiles, attention_tiles::used_scratch;

  void forward() {
    rows.open(false);
    for_each_tile([this](const attention_tile& tile) { forward_tile(tile); });
  }
  void backward() {
    rows.open(true);
    for_each_tile([this](const attention_tile& tile) { backward_tile(tile); });
    for (const handed_term& each : all()) each.what->close(whole_pass(), each.memory);
    rows.close();
  }

 private:
  void forward_tile(attention_tile tile) const {
    tile.output = output_rows(a.output, tile);
    real *maximum = sums, *sum = sums + query_tile;
    const sink* const own_sink = t.sink();
    std::fill_n(maximum, tile.rows,
                own_sink == nullptr ? -std::numeric_limits<real>::infinity() : own_sink->logit(tile.head));
    std::fill_n(sum, tile.rows, real(own_sink == nullptr ? 0 : 1));
    const auto d = static_cast<std::size_t>(x.head_width);
    bool begun = false;
    for (tile.zone = 0; tile.zone < zones(); ++tile.zone) {
      tile.queries = rows.queries(tile);
      for (const handed_term& each : all()) each.what->begin(tile, each.memory);
      for_each_block(tile, [&](int key, int keys) {
        const tile_matrix scores(scores_memory, tile.rows, keys);
        contract(scores, tile.queries, rows_of<key_axis>(rows.of(tile.zone, part::key), tile, key, keys));
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = seen(tile, scores, key, r);
          if (row.count > 0) {
            logits(tile, row);
            const real scale = kernels().softmax_block(row.at, static_cast<std::size_t>(row.count), maximum[r], sum[r]);
            if (begun) kernels().scale(tile.output.row(r), scale, d);
            if (weighs)
              for (const handed_term& each : all()) each.what->weights(tile, row, scale, each.memory);
          }
          clear_unseen(scores, row);
        }
        contract(tile.output, scores, rows_of<key_axis>(rows.of(tile.zone, part::value), tile, key, keys),
                 begun ? into::accumulate : into::overwrite);
        begun = true;
      });
      for (const handed_term& each : all()) each.what->end(tile, each.memory);
    }
    for (int r = 0; r < tile.rows; ++r) {
      kernels().scale(tile.output.row(r), real(1) / sum[r], d);
      log_sums(tile)[r] = maximum[r] + math::log(sum[r]);
    }
  }

  // A sink has no value: what it takes is lost.
  void sink_backward(const attention_tile& tile, const real* delta) const {
    real* const d_logit = t.sink() == nullptr ? nullptr : t.slot_of(*t.sink(), g->d_tables);
    if (d_logit == nullptr) return;
    for (int r = 0; r < tile.rows; ++r)
      d_logit[tile.head] -= math::exp(t.sink()->logit(tile.head) - log_sums(tile)[r]) * delta[r];
  }

  void backward_tile(attention_tile tile) const {
    tile.output = output_rows(a.output, tile);
    tile.d_output = output_rows(const_cast<real*>(g->d_output), tile);
    real* delta = sums;  // sum over keys of p dp, which is output . d_output
    for (int r = 0; r < tile.rows; ++r)
      delta[r] = kernels().dot(tile.output.row(r), tile.d_output.row(r), static_cast<std::size_t>(x.head_width));
    sink_backward(tile, delta);
    for (tile.zone = 0; tile.zone < zones(); ++tile.zone) {
      const token_rows &keys_of = rows.of(tile.zone, part::key), &values_of = rows.of(tile.zone, part::value);
      const query_rows d_queries = rows.d_queries(tile);
      tile.queries = rows.queries(tile);
      tile.d_queries = d_queries;
      for (const handed_term& each : all()) each.what->begin_backward(tile, each.memory);
      bool begun = false;
      for_each_block(tile, [&](int key, int keys) {
        const tile_matrix p(scores_memory, tile.rows, keys), d_scores(d_scores_memory, tile.rows, keys);
        const auto these = [&](const token_rows& of) { return rows_of<key_axis>(of, tile, key, keys); };
        contract(p, tile.queries, these(keys_of));
        contract(d_scores, tile.d_output, these(values_of));
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = seen(tile, p, key, r), d_row = seen(tile, d_scores, key, r);
          if (row.count > 0) {
            logits(tile, row);
            kernels().probabilities(row.at, log_sums(tile)[r], static_cast<std::size_t>(row.count));
            if (weighs)
              for (const handed_term& each : all()) each.what->weights_backward(tile, row, d_row.at, each.memory);
            kernels().softmax_gradient(row.at, d_row.at, delta[r], static_cast<std::size_t>(row.count));
          }
          clear_unseen(p, row);
        }
        contract(these(rows.gradient(tile.zone, part::value)), p, tile.d_output, into::accumulate);
        for (int r = 0; r < tile.rows; ++r) {
          const key_row d_row = seen(tile, d_scores, key, r);
          if (d_row.count > 0) logits_backward(tile, d_row);
          clear_unseen(d_scores, d_row);
        }
        contract(tile.d_queries, d_scores, these(keys_of), begun ? into::accumulate : into::overwrite);
        contract(these(rows.gradient(tile.zone, part::key)), d_scores, tile.queries, into::accumulate);
        begun = true;
      });
      for (const handed_term& each : all()) each.what->end_backward(tile, each.memory);
      if (tile.d_queries.data != d_queries.data)
        for (int r = 0; r < tile.rows; ++r) std::copy_n(tile.d_queries.row(r), x.head_width, d_queries.row(r));
      rows.close(tile);
    }
  }
};

}  // namespace

std::size_t softmax_attention::scratch_count(const attention_tables& tables, const attention_extents& extents) const {
  return attention_loop({extents, &tables, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr}, nullptr)
      .used_scratch();
}
void softmax_attention::forward(const attention_arguments& a) const { attention_loop(a, nullptr).forward(); }
void softmax_attention::backward(const attention_arguments& a, const attention_gradients& g) const {
  attention_loop(a, &g).backward();
}

}  // namespace lengthwise
