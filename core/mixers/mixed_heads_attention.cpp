#include "core/mixers/mixed_heads_attention.hpp"

#include <limits>

#include "core/mixers/attention_tiles.hpp"

namespace lengthwise {
namespace {

class mixed_heads_loop : attention_tiles {
 public:
  mixed_heads_loop(const attention_arguments& arguments, const attention_gradients* gradients)
      : attention_tiles(arguments, gradients), mix(*t.mix()), of_head(query_tile * static_cast<std::ptrdiff_t>(block)) {
    const std::size_t all = static_cast<std::size_t>(x.heads) * static_cast<std::size_t>(of_head);
    for (real** p : {&products, &biases, &mixed, &d_mixed}) *p = cutter.cut(all);
    units = cutter.cut(2 * static_cast<std::size_t>(mix.hidden()) * static_cast<std::size_t>(block));
    row_memory = cutter.cut(4 * static_cast<std::size_t>(x.heads) * static_cast<std::size_t>(block));
    statistics = cutter.cut(2 * static_cast<std::size_t>(x.heads) * query_tile);
  }
  using attention_tiles::used_scratch;

  void forward() {
    rows.open(false);
    for_each_tile_of_heads([this](const attention_tile& tile) { forward_tile(tile); });
  }
  void backward() {
    rows.open(true);
    for_each_tile_of_heads([this](const attention_tile& tile) { backward_tile(tile); });
    for (const handed_term& each : all()) each.what->close(whole_pass(), each.memory);
    rows.close();
  }

 private:
  // Calls f(tile of the first head) for all sequences; what terms prepare of a head is prepared in `biases_of`.
  template <class F>
  void for_each_tile_of_heads(F&& f) {
    for (const handed_term& each : all()) each.what->open(whole_pass(), each.memory);
    for (int s = 0; s < x.sequences; ++s)
      for (int first = a.first_query / query_tile * query_tile; first < x.time; first += query_tile)
        f({x, 0, s, 0, first, std::min(query_tile, x.time - first), no_rows(), no_rows(), no_rows(), no_rows()});
  }
  template <class F>
  void for_each_head(attention_tile tile, F&& f) const {
    for (tile.head = 0; tile.head < x.heads; ++tile.head) {
      tile.queries = rows.queries(tile);
      f(tile);
    }
  }
  tile_matrix of(real* memory, const attention_tile& tile, int keys) const {
    return {memory + tile.head * of_head, tile.rows, keys};
  }

  // Logits and biases of all heads for a block of keys, and what the network makes of them.
  void logits_of(const attention_tile& first_head, int key, int keys) const {
    for_each_head(first_head, [&](attention_tile tile) {
      const tile_matrix own = of(products, tile, keys), bias = of(biases, tile, keys);
      contract(own, tile.queries, rows_of<key_axis>(rows.of(0, part::key), tile, key, keys));
      std::fill_n(bias.data, static_cast<std::ptrdiff_t>(tile.rows) * keys, real(0));
      for (const handed_term& each : all()) each.what->prepare(0, tile.head, tile.first, each.memory);
      for (const handed_term& each : all()) each.what->begin(tile, each.memory);
      for (int r = 0; r < tile.rows; ++r) {
        const key_row row = seen(tile, own, key, r), bias_row = seen(tile, bias, key, r);
        kernels().scale(row.at, factor(row.query), static_cast<std::size_t>(row.count));
        for (const handed_term& each : all()) each.what->logits(tile, bias_row, each.memory);
      }
    });
    for (int r = 0; r < first_head.rows; ++r) {
      const head_mix::rows own = gathered(first_head, key, keys, r);
      mix.forward(own);
      scatter(own.mixed, mixed, first_head, key, keys, r);
    }
  }
  // One row of all heads, side by side.
  head_mix::rows gathered(attention_tile tile, int key, int keys, int r) const {
    const key_row seen_there = seen(tile, of(products, tile, keys), key, r);
    const std::ptrdiff_t wide = block, all_heads = x.heads * wide;
    const head_mix::rows own{seen_there.count,           wide, row_memory, row_memory + all_heads,
                             row_memory + 2 * all_heads, units};
    for (tile.head = 0; tile.head < x.heads; ++tile.head) {
      std::copy_n(seen(tile, of(products, tile, keys), key, r).at, own.count, own.logits + tile.head * wide);
      std::copy_n(seen(tile, of(biases, tile, keys), key, r).at, own.count, own.biases + tile.head * wide);
    }
    return own;
  }
  void scatter(const real* from, real* to, attention_tile tile, int key, int keys, int r) const {
    for (tile.head = 0; tile.head < x.heads; ++tile.head) {
      const key_row row = seen(tile, of(to, tile, keys), key, r);
      std::copy_n(from + tile.head * static_cast<std::ptrdiff_t>(block), row.count, row.at);
    }
  }

  void forward_tile(const attention_tile& first_head) const {
    real *maximum = statistics, *sum = statistics + x.heads * query_tile;
    for_each_head(first_head, [&](const attention_tile& tile) {
      const sink* const own = t.sink();
      std::fill_n(maximum + tile.head * query_tile, tile.rows,
                  own == nullptr ? -std::numeric_limits<real>::infinity() : own->logit(tile.head));
      std::fill_n(sum + tile.head * query_tile, tile.rows, real(own == nullptr ? 0 : 1));
    });
    const auto d = static_cast<std::size_t>(x.head_width);
    bool begun = false;
    for_each_block(first_head, [&](int key, int keys) {
      logits_of(first_head, key, keys);
      for_each_head(first_head, [&](const attention_tile& tile) {
        const query_rows output = output_rows(a.output, tile);
        const tile_matrix scores = of(mixed, tile, keys);
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = seen(tile, scores, key, r);
          if (row.count > 0) {
            const std::ptrdiff_t at = tile.head * query_tile + r;
            const real scale =
                kernels().softmax_block(row.at, static_cast<std::size_t>(row.count), maximum[at], sum[at]);
            if (begun) kernels().scale(output.row(r), scale, d);
          }
          clear_unseen(scores, row);
        }
        contract(output, scores, rows_of<key_axis>(rows.of(0, part::value), tile, key, keys),
                 begun ? into::accumulate : into::overwrite);
      });
      begun = true;
    });
    for_each_head(first_head, [&](const attention_tile& tile) {
      for (int r = 0; r < tile.rows; ++r) {
        const std::ptrdiff_t at = tile.head * query_tile + r;
        kernels().scale(output_rows(a.output, tile).row(r), real(1) / sum[at], d);
        log_sums(tile)[r] = maximum[at] + math::log(sum[at]);
      }
    });
  }

  void backward_tile(const attention_tile& first_head) const {
    real* const delta = statistics;
    const auto d_output_of = [&](const attention_tile& tile) {
      return output_rows(const_cast<real*>(g->d_output), tile);
    };
    for_each_head(first_head, [&](const attention_tile& tile) {
      real* const d_sink = t.sink() == nullptr ? nullptr : t.slot_of(*t.sink(), g->d_tables);
      for (int r = 0; r < tile.rows; ++r) {
        real& own = delta[tile.head * query_tile + r];
        own = kernels().dot(output_rows(a.output, tile).row(r), d_output_of(tile).row(r),
                            static_cast<std::size_t>(x.head_width));
        if (d_sink != nullptr) d_sink[tile.head] -= math::exp(t.sink()->logit(tile.head) - log_sums(tile)[r]) * own;
      }
    });
    bool begun = false;
    for_each_block(first_head, [&](int key, int keys) {
      logits_of(first_head, key, keys);
      for_each_head(first_head, [&](const attention_tile& tile) {
        const tile_matrix p = of(mixed, tile, keys), d_scores = of(d_mixed, tile, keys);
        contract(d_scores, query_values(d_output_of(tile)),
                 rows_of<key_axis>(rows.of(0, part::value), tile, key, keys));
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = seen(tile, p, key, r), d_row = seen(tile, d_scores, key, r);
          if (row.count > 0) {
            kernels().probabilities(row.at, log_sums(tile)[r], static_cast<std::size_t>(row.count));
            kernels().softmax_gradient(row.at, d_row.at, delta[tile.head * query_tile + r],
                                       static_cast<std::size_t>(row.count));
          }
          clear_unseen(p, row);
        }
        contract(rows_of<key_axis>(rows.gradient(0, part::value), tile, key, keys), p, query_values(d_output_of(tile)),
                 into::accumulate);
      });
      real* const d_mix = t.slot_of(mix, g->d_tables);
      for (int r = 0; r < first_head.rows; ++r) {
        const head_mix::rows own = gathered(first_head, key, keys, r);
        real* const d_row = row_memory + 3 * static_cast<std::ptrdiff_t>(x.heads) * block;
        attention_tile tile = first_head;
        for (tile.head = 0; tile.head < x.heads; ++tile.head)
          std::copy_n(seen(tile, of(d_mixed, tile, keys), key, r).at, own.count,
                      d_row + tile.head * static_cast<std::ptrdiff_t>(block));
        mix.backward(own, d_row, d_mix);
        scatter(own.logits, products, first_head, key, keys, r), scatter(own.biases, biases, first_head, key, keys, r);
      }
      for_each_head(first_head, [&](attention_tile tile) {
        const tile_matrix d_products = of(products, tile, keys), d_biases = of(biases, tile, keys);
        tile.d_queries = rows.d_queries(tile);
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = seen(tile, d_products, key, r);
          for (std::size_t i = all().size(); i-- > 0;)
            all()[i].what->backward(tile, seen(tile, d_biases, key, r), all()[i].memory);
          kernels().scale(row.at, factor(row.query), static_cast<std::size_t>(row.count));
          clear_unseen(d_products, row);
        }
        contract(tile.d_queries, d_products, rows_of<key_axis>(rows.of(0, part::key), tile, key, keys),
                 begun ? into::accumulate : into::overwrite);
        contract(rows_of<key_axis>(rows.gradient(0, part::key), tile, key, keys), d_products, tile.queries,
                 into::accumulate);
      });
      begun = true;
    });
  }

  const head_mix& mix;
  std::ptrdiff_t of_head;
  real *products, *biases, *mixed, *d_mixed;  // [heads, queries of a tile, keys of a block]
  real *units, *row_memory, *statistics;
};

}  // namespace

std::size_t mixed_heads_attention::scratch_count(const attention_tables& tables,
                                                 const attention_extents& extents) const {
  return mixed_heads_loop({.extents = extents, .tables = &tables}, nullptr).used_scratch();
}
void mixed_heads_attention::forward(const attention_arguments& a) const { mixed_heads_loop(a, nullptr).forward(); }
void mixed_heads_attention::backward(const attention_arguments& a, const attention_gradients& g) const {
  mixed_heads_loop(a, &g).backward();
}

}  // namespace lengthwise
