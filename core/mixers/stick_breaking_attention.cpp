#include "core/mixers/stick_breaking_attention.hpp"

#include "core/mixers/attention_tiles.hpp"

namespace lengthwise {
namespace {

class stick_breaking_loop : attention_tiles {
 public:
  stick_breaking_loop(const attention_arguments& arguments, const attention_gradients* gradients)
      : attention_tiles(arguments, gradients),
        taken_(cutter.cut(static_cast<std::size_t>(block))),
        rest_(cutter.cut(query_tile)) {}
  using attention_tiles::used_scratch;

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
  // What query `row` of the tile sees of a block, its own key left out unless it is attended to.
  key_row broken(const attention_tile& tile, const tile_matrix& scores, int key, int row) const {
    key_row r = seen(tile, scores, key, row);
    if (r.count == 0 || t.choices().attend_current) return r;
    const std::vector<int>& tokens = zone(tile.zone).keys->tokens;
    const int newest = r.key + r.count - 1;
    if ((tokens.empty() ? newest : tokens[static_cast<std::size_t>(newest)]) == r.query) --r.count;
    return r;
  }
  // Logits become weights, and `rest` the logarithm of the stick that is left behind these keys.
  static void weights_of(const key_row& r, real& rest, real* taken) {
    for (int j = r.count; j-- > 0;) {
      const real logit = r.at[j], log_share = math::log_sigmoid(logit);
      taken[j] = math::exp(log_share);
      r.at[j] = math::exp(log_share + rest);
      rest += log_share - logit;  // ln(1 - sigmoid(e)) = ln sigmoid(e) - e
    }
  }

  void forward_tile(attention_tile tile) const {
    tile.output = output_rows(a.output, tile);
    real* const rest = log_sums(tile);
    std::fill_n(rest, tile.rows, real(0));
    bool begun = false;
    for (tile.zone = 0; tile.zone < zones(); ++tile.zone) {
      tile.queries = rows.queries(tile);
      for (const handed_term& each : all()) each.what->begin(tile, each.memory);
      for_each_block(tile, [&](int key, int keys) {
        const tile_matrix scores(scores_memory, tile.rows, keys);
        contract(scores, tile.queries, rows_of<key_axis>(rows.of(tile.zone, part::key), tile, key, keys));
        for (int r = 0; r < tile.rows; ++r) {
          const key_row row = broken(tile, scores, key, r);
          if (row.count > 0) {
            logits(tile, row);
            weights_of(row, rest[r], taken_);
            if (weighs)
              for (const handed_term& each : all()) each.what->weights(tile, row, 1, each.memory);
          }
          clear_unseen(scores, row);
        }
        contract(tile.output, scores, rows_of<key_axis>(rows.of(tile.zone, part::value), tile, key, keys),
                 begun ? into::accumulate : into::overwrite);
        begun = true;
      });
      for (const handed_term& each : all()) each.what->end(tile, each.memory);
    }
    if (t.choices().remainder == remainder_kind::value)
      for (int r = 0; r < tile.rows; ++r) add(tile.output.row(r), math::exp(rest[r]), own_value(a.packed, tile, r));
  }

  // With G_ij = dO_i . v_j, and what the older keys and the remainder got, O_i . dO_i less what the others did:
  // d e_ij = A_ij G_ij (1 - sigmoid(e_ij)) - sigmoid(e_ij) (O_i . dO_i - sum over l >= j of A_il G_il).
  void backward_tile(attention_tile tile) const {
    tile.output = output_rows(a.output, tile);
    tile.d_output = output_rows(const_cast<real*>(g->d_output), tile);
    real *older = sums, *rest = rest_;
    for (int r = 0; r < tile.rows; ++r) {
      older[r] = kernels().dot(tile.output.row(r), tile.d_output.row(r), static_cast<std::size_t>(x.head_width));
      rest[r] = 0;
      if (t.choices().remainder == remainder_kind::value)
        add(own_value(g->d_packed, tile, r), math::exp(log_sums(tile)[r]), tile.d_output.row(r));
    }
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
          const key_row row = broken(tile, p, key, r), d_row = broken(tile, d_scores, key, r);
          if (row.count > 0) {
            logits(tile, row);
            weights_of(row, rest[r], taken_);
            if (weighs)
              for (const handed_term& each : all()) each.what->weights_backward(tile, row, d_row.at, each.memory);
            for (int j = row.count; j-- > 0;) {
              const real got = row.at[j] * d_row.at[j];
              older[r] -= got;
              d_row.at[j] = got * (1 - taken_[j]) - taken_[j] * older[r];
            }
          }
          clear_unseen(p, row);
        }
        contract(these(rows.gradient(tile.zone, part::value)), p, tile.d_output, into::accumulate);
        for (int r = 0; r < tile.rows; ++r) {
          const key_row d_row = broken(tile, d_scores, key, r);
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

  real* own_value(real* packed, const attention_tile& tile, int row) const {
    return packed_part(x, packed, part::value).of_head<token>(tile.sequence, tile.head, tile.first + row, 1).data;
  }
  void add(real* to, real factor, const real* from) const {
    for (int c = 0; c < x.head_width; ++c) to[c] += factor * from[c];
  }

  real *taken_, *rest_;  // [keys of a block]: sigmoid of a logit; [queries of a tile]
};

}  // namespace

std::size_t stick_breaking_attention::scratch_count(const attention_tables& tables,
                                                    const attention_extents& extents) const {
  return stick_breaking_loop({extents, &tables, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr}, nullptr)
      .used_scratch();
}
void stick_breaking_attention::forward(const attention_arguments& a) const {
  stick_breaking_loop(a, nullptr).forward();
}
void stick_breaking_attention::backward(const attention_arguments& a, const attention_gradients& g) const {
  stick_breaking_loop(a, &g).backward();
}

}  // namespace lengthwise
