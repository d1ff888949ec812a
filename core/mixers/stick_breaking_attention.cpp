#include "core/mixers/stick_breaking_attention.hpp"

#include "core/mixers/tile_loop.hpp"

namespace lengthwise {
namespace {

class stick_breaking_loop : tile_loop {
 public:
  stick_breaking_loop(const attention_arguments& arguments, const attention_gradients* gradients)
      : tile_loop(arguments, gradients),
        taken_(cutter.cut(static_cast<std::size_t>(block))),
        rest_(cutter.cut(query_tile)) {}
  using tile_loop::used_scratch;

  void forward() {
    forward_pass([this](const attention_tile& tile) { forward_tile(tile); });
  }
  void backward() {
    backward_pass([this](const attention_tile& tile) { backward_tile(tile); });
  }

 private:
  // What a query sees of a block, its own key left out unless it is attended to.
  auto others_seen() const {
    return [this](const attention_tile& tile, const tile_matrix& scores, int key, int row) {
      key_row r = seen(tile, scores, key, row);
      if (r.count == 0 || t.choices().attend_current) return r;
      const std::vector<int>& tokens = zone(tile.zone).keys->tokens;
      const int newest = r.key + r.count - 1;
      if ((tokens.empty() ? newest : tokens[static_cast<std::size_t>(newest)]) == r.query) --r.count;
      return r;
    };
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

  void forward_tile(const attention_tile& tile) const {
    real* const rest = log_sums(tile);
    std::fill_n(rest, tile.rows, real(0));
    sum_values(tile, others_seen(), [&](const key_row& row) {
      weights_of(row, rest[row.row], taken_);
      return real(1);
    });
    if (t.choices().remainder == remainder_kind::value)
      for (int r = 0; r < tile.rows; ++r)
        add(output_rows(a.output, tile).row(r), math::exp(rest[r]), own_value(a.packed, tile, r));
  }

  // With G_ij = dO_i . v_j, and what the older keys and the remainder got, O_i . dO_i less what the others did:
  // d e_ij = A_ij G_ij (1 - sigmoid(e_ij)) - sigmoid(e_ij) (O_i . dO_i - sum over l >= j of A_il G_il).
  void backward_tile(const attention_tile& tile) const {
    real *const older = sums, *const rest = rest_;
    output_products(tile, older);
    std::fill_n(rest, tile.rows, real(0));
    if (t.choices().remainder == remainder_kind::value)
      for (int r = 0; r < tile.rows; ++r)
        add(own_value(g->d_packed, tile, r), math::exp(log_sums(tile)[r]),
            output_rows(const_cast<real*>(g->d_output), tile).row(r));
    sum_values_backward(
        tile, others_seen(), [&](const key_row& row) { weights_of(row, rest[row.row], taken_); },
        [&](const key_row& row, const key_row& d_row) {
          for (int j = row.count; j-- > 0;) {
            const real got = row.at[j] * d_row.at[j];
            older[row.row] -= got;
            d_row.at[j] = got * (1 - taken_[j]) - taken_[j] * older[row.row];
          }
        });
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
  return stick_breaking_loop({.extents = extents, .tables = &tables}, nullptr).used_scratch();
}
void stick_breaking_attention::forward(const attention_arguments& a) const {
  stick_breaking_loop(a, nullptr).forward();
}
void stick_breaking_attention::backward(const attention_arguments& a, const attention_gradients& g) const {
  stick_breaking_loop(a, &g).backward();
}

}  // namespace lengthwise
