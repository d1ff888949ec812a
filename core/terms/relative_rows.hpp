// Learned vectors for distances, added to keys and, where the encoding says so, to values: the hook `relative_row`
// (Shaw et al., 2018). A query meets few rows, so it is multiplied with all of them once a tile.
#pragma once
#include <algorithm>

#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/tensor/contract.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

template <class E>
class relative_rows_of final : public term {
 public:
  relative_rows_of(const E& e, const term_site& s) : width_(s.extents.head_width()), distances_(s.distances) {
    const auto declared = e.learned_parameters(s.extents);
    rows_ = declared[0].rows;
    keys_.resize(declared[0].count(s.extents.heads));
    if (e.relative_values()) relative_values_.resize(declared[1].count(s.extents.heads));
    for (const pair_distances& d : distances_) {
      row_at_.emplace_back();
      for (const double n : d.values()) row_at_.back().push_back(e.relative_row(distance{n}));
    }
  }
  term_stage stage() const override { return term_stage::product; }
  std::size_t bytes() const override { return (keys_.size() + relative_values_.size()) * sizeof(real); }
  std::size_t gradient_count() const override { return keys_.size() + relative_values_.size(); }
  std::size_t scratch_count(const attention_extents&, int /*block*/) const override { return 4 * scores(); }
  void fill(const real* parameters) override {
    std::copy_n(parameters, keys_.size(), keys_.begin());
    std::copy_n(parameters + keys_.size(), relative_values_.size(), relative_values_.begin());
  }
  void collect(const real*, const real* d_table, real* d_parameters) const override {  // the table is the parameters
    for (std::size_t i = 0; i < gradient_count(); ++i) d_parameters[i] += d_table[i];
  }

  void begin(attention_tile& t, term_memory m) const override {
    contract(tile(m, 0, t), t.queries, table_rows(keys_));
    std::fill_n(tile(m, 2, t).data, reads_weights() ? scores() : 0, real(0));
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    for_each_row(t, r, [&, scored = tile(m, 0, t).row(r.row)](int j, int row) { r.at[j] += scored[row]; });
  }
  bool reads_weights() const override { return !relative_values_.empty(); }
  void weights(const attention_tile& t, const key_row& r, real factor, term_memory m) const override {
    if (!reads_weights()) return;
    real* sums = tile(m, 2, t).row(r.row);
    kernels().scale(sums, factor, static_cast<std::size_t>(rows_));
    for_each_row(t, r, [&](int j, int row) { sums[row] += r.at[j]; });
  }
  void end(const attention_tile& t, term_memory m) const override {
    if (reads_weights()) contract(t.output, tile(m, 2, t), table_rows(relative_values_), into::accumulate);
  }

  void begin_backward(attention_tile& t, term_memory m) const override {
    begin(t, m);
    std::fill_n(tile(m, 1, t).data, scores(), real(0));
    if (reads_weights()) contract(tile(m, 3, t), t.d_output, table_rows(relative_values_));
  }
  void weights_backward(const attention_tile& t, const key_row& r, real* d_weights, term_memory m) const override {
    if (!reads_weights()) return;
    real *sums = tile(m, 2, t).row(r.row), *d_sums = tile(m, 3, t).row(r.row);
    for_each_row(t, r, [&](int j, int row) { sums[row] += r.at[j], d_weights[j] += d_sums[row]; });
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    for_each_row(t, r, [&, d_scored = tile(m, 1, t).row(r.row)](int j, int row) { d_scored[row] += r.at[j]; });
  }
  void end_backward(attention_tile& t, term_memory m) const override {
    if (reads_weights()) contract(d_rows(m.d_table + keys_.size()), tile(m, 2, t), t.d_output, into::accumulate);
    contract(t.d_queries, tile(m, 1, t), table_rows(keys_), into::accumulate);
    contract(d_rows(m.d_table), tile(m, 1, t), t.queries, into::accumulate);
  }

 private:
  // Scratch, one piece each: the queries' products with relative keys, their gradient, sums of weights, their gradient.
  std::size_t scores() const { return query_tile * static_cast<std::size_t>(rows_); }
  matrix<real, query_axis, relative_axis> tile(term_memory m, std::size_t piece, const attention_tile& t) const {
    return {m.scratch + piece * scores(), t.rows, rows_};
  }
  matrix<const real, relative_axis, head_channel> table_rows(const std::vector<real>& rows) const {
    return {rows.data(), rows_, width_};
  }
  matrix<real, relative_axis, head_channel> d_rows(real* at) const { return {at, rows_, width_}; }
  // Calls f(j, the row that key j meets).
  template <class F>
  void for_each_row(const attention_tile& t, const key_row& r, F&& f) const {
    const pair_distances& d = distances_[static_cast<std::size_t>(t.zone)];
    const std::vector<int>& row_at = row_at_[static_cast<std::size_t>(t.zone)];
    for (int j = 0; j < r.count; ++j) f(j, row_at[static_cast<std::size_t>(d.slot(r.query, r.key + j))]);
  }

  int width_, rows_;
  const std::vector<pair_distances>& distances_;
  std::vector<real> keys_, relative_values_;
  std::vector<std::vector<int>> row_at_;  // [zones][distances]
};

}  // namespace lengthwise
