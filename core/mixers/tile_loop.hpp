// The way of a tile through its blocks of keys, forward and back, whatever makes weights of logits.
#pragma once
#include "core/mixers/attention_tiles.hpp"

namespace lengthwise {

class tile_loop : protected attention_tiles {
 public:
  using attention_tiles::attention_tiles, attention_tiles::used_scratch;

 protected:
  template <class F>
  void forward_pass(F&& of_tile) {
    rows.open(false);
    for_each_tile(of_tile);
  }
  template <class F>
  void backward_pass(F&& of_tile) {
    rows.open(true);
    for_each_tile(of_tile);
    for (const handed_term& each : all()) each.what->close(whole_pass(), each.memory);
    rows.close();
  }

  // Sums values into the tile's output. see(tile, scores, key, row) is what a query sees of a block; weigh(row) makes
  // weights of its logits, and returns the factor by which what was summed of the query before must be multiplied.
  template <class See, class Weigh>
  void sum_values(attention_tile tile, See&& see, Weigh&& weigh) const {
    tile.output = output_rows(a.output, tile);
    bool begun = false;
    for (tile.zone = 0; tile.zone < zones(); ++tile.zone) {
      tile.queries = rows.queries(tile);
      for (const handed_term& each : all()) each.what->begin(tile, each.memory);
      for_each_block(tile, [&](int key, int keys) {
        const tile_matrix scores(scores_memory, tile.rows, keys);
        contract(scores, tile.queries, rows.laid<operand::transposed>(part::key, tile, key, keys));
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = see(tile, scores, key, r);
          if (row.count > 0) {
            logits(tile, row);
            const real factor = weigh(row);
            if (begun && factor != 1)
              kernels().scale(tile.output.row(r), factor, static_cast<std::size_t>(x.head_width));
            if (weighs)
              for (const handed_term& each : all()) each.what->weights(tile, row, factor, each.memory);
          }
          clear_unseen(scores, row);
        }
        contract(tile.output, scores, rows.laid<operand::plain>(part::value, tile, key, keys),
                 begun ? into::accumulate : into::overwrite);
        begun = true;
      });
      for (const handed_term& each : all()) each.what->end(tile, each.memory);
    }
  }

  // The way back of it. weigh(row) makes final weights of logits again; differentiate(row, d_row) makes the logits'
  // gradient of the weights' one.
  template <class See, class Weigh, class Differentiate>
  void sum_values_backward(attention_tile tile, See&& see, Weigh&& weigh, Differentiate&& differentiate) const {
    tile.output = output_rows(a.output, tile);
    tile.d_output = output_rows(const_cast<real*>(g->d_output), tile);
    for (tile.zone = 0; tile.zone < zones(); ++tile.zone) {
      const query_rows d_queries = rows.d_queries(tile);
      tile.queries = rows.queries(tile);
      tile.d_queries = d_queries;
      for (const handed_term& each : all()) each.what->begin_backward(tile, each.memory);
      bool begun = false;
      for_each_block(tile, [&](int key, int keys) {
        const tile_matrix p(scores_memory, tile.rows, keys), d_scores(d_scores_memory, tile.rows, keys);
        const auto these = [&](const token_rows& of) { return rows_of<key_axis>(of, tile, key, keys); };
        contract(p, tile.queries, rows.laid<operand::transposed>(part::key, tile, key, keys));
        contract(d_scores, tile.d_output, rows.laid<operand::transposed>(part::value, tile, key, keys));
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = see(tile, p, key, r), d_row = see(tile, d_scores, key, r);
          if (row.count > 0) {
            logits(tile, row);
            weigh(row);
            if (weighs)
              for (const handed_term& each : all()) each.what->weights_backward(tile, row, d_row.at, each.memory);
            differentiate(row, d_row);
          }
          clear_unseen(p, row);
        }
        contract(these(rows.gradient(tile.zone, part::value)), p, tile.d_output, into::accumulate);
        for (int r = 0; r < tile.rows; ++r) {
          const key_row d_row = see(tile, d_scores, key, r);
          if (d_row.count > 0) logits_backward(tile, d_row);
          clear_unseen(d_scores, d_row);
        }
        contract(tile.d_queries, d_scores, these(rows.of(tile.zone, part::key)),
                 begun ? into::accumulate : into::overwrite);
        contract(these(rows.gradient(tile.zone, part::key)), d_scores, tile.queries, into::accumulate);
        begun = true;
      });
      for (const handed_term& each : all()) each.what->end_backward(tile, each.memory);
      if (tile.d_queries.data != d_queries.data)
        for (int r = 0; r < tile.rows; ++r) std::copy_n(tile.d_queries.row(r), x.head_width, d_queries.row(r));
      rows.close(tile);
    }
  }
  // [rows] = output . d_output: what the weights of a query are, times the gradient of each, summed.
  void output_products(attention_tile tile, real* products) const {
    for (int r = 0; r < tile.rows; ++r)
      products[r] =
          kernels().dot(output_rows(a.output, tile).row(r), output_rows(const_cast<real*>(g->d_output), tile).row(r),
                        static_cast<std::size_t>(x.head_width));
  }
};

}  // namespace lengthwise
