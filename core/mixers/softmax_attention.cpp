// Queries are taken in tiles, keys in blocks from the last to the first with a running softmax (Milakov and Gimelshein,
// 2018; Dao et al., 2022), so memory grows linearly with length, and blocks that no query of a tile sees cost nothing.
// Backward recomputes the probabilities from the kept log of each query's sum.
#include "core/mixers/softmax_attention.hpp"

#include <limits>

#include "core/mixers/tile_loop.hpp"

namespace lengthwise {
namespace {

class attention_loop : tile_loop {
 public:
  using tile_loop::tile_loop, tile_loop::used_scratch;

  void forward() {
    forward_pass([this](const attention_tile& tile) { forward_tile(tile); });
  }
  void backward() {
    backward_pass([this](const attention_tile& tile) { backward_tile(tile); });
  }

 private:
  auto everything_seen() const {
    return [this](const attention_tile& tile, const tile_matrix& scores, int key, int row) {
      return seen(tile, scores, key, row);
    };
  }

  void forward_tile(const attention_tile& tile) const {
    real *maximum = sums, *sum = sums + query_tile;
    const sink* const own = t.sink();
    std::fill_n(maximum, tile.rows, own == nullptr ? -std::numeric_limits<real>::infinity() : own->logit(tile.head));
    std::fill_n(sum, tile.rows, real(own == nullptr ? 0 : 1));
    sum_values(tile, everything_seen(), [&](const key_row& row) {
      return kernels().softmax_block(row.at, static_cast<std::size_t>(row.count), maximum[row.row], sum[row.row]);
    });
    for (int r = 0; r < tile.rows; ++r) {
      kernels().scale(output_rows(a.output, tile).row(r), real(1) / sum[r], static_cast<std::size_t>(x.head_width));
      log_sums(tile)[r] = maximum[r] + math::log(sum[r]);
    }
  }

  void backward_tile(const attention_tile& tile) const {
    real* const delta = sums;  // sum over keys of p dp
    output_products(tile, delta);
    sink_backward(tile, delta);
    sum_values_backward(
        tile, everything_seen(),
        [&](const key_row& row) {
          kernels().probabilities(row.at, log_sums(tile)[row.row], static_cast<std::size_t>(row.count));
        },
        [&](const key_row& row, const key_row& d_row) {
          kernels().softmax_gradient(row.at, d_row.at, delta[row.row], static_cast<std::size_t>(row.count));
        });
  }
  // A sink has no value: what it takes is lost.
  void sink_backward(const attention_tile& tile, const real* delta) const {
    real* const d_logit = t.sink() == nullptr ? nullptr : t.slot_of(*t.sink(), g->d_tables);
    if (d_logit == nullptr) return;
    for (int r = 0; r < tile.rows; ++r)
      d_logit[tile.head] -= math::exp(t.sink()->logit(tile.head) - log_sums(tile)[r]) * delta[r];
  }
};

}  // namespace

std::size_t softmax_attention::scratch_count(const attention_tables& tables, const attention_extents& extents) const {
  return attention_loop({.extents = extents, .tables = &tables}, nullptr).used_scratch();
}
void softmax_attention::forward(const attention_arguments& a) const { attention_loop(a, nullptr).forward(); }
void softmax_attention::backward(const attention_arguments& a, const attention_gradients& g) const {
  attention_loop(a, &g).backward();
}

}  // namespace lengthwise
