// A query's whole row of logits rewritten by hand: the hook `row`, for what no scalar can say. The encoding reads the
// row and its query's products with learned vectors, [positions, head_width], for all heads or for each.
#pragma once
#include <algorithm>
#include <span>

#include "core/kernels/kernels.hpp"
#include "core/tensor/contract.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

template <class E>
class row_rewrite_of final : public term {
 public:
  row_rewrite_of(const E& e, const term_site& s)
      : e_(e), width_(s.extents.head_width()), keys_(s.places.zones.front().keys->count()) {
    vectors_.resize(e.learned_parameters(s.extents)[0].count(s.extents.heads));
  }
  term_stage stage() const override { return term_stage::row; }
  bool wants_whole_rows() const override { return true; }
  std::size_t bytes() const override { return vectors_.size() * sizeof(real); }
  std::size_t gradient_count() const override { return vectors_.size(); }
  std::size_t scratch_count(const attention_extents&, int /*block*/) const override {
    return 2 * scores() + query_tile * keys() + E::template row_scratch<real>(keys());
  }
  void fill(const real* parameters) override { std::copy_n(parameters, vectors_.size(), vectors_.begin()); }
  void collect(const real*, const real* d_table, real* d_parameters) const override {  // the table is the parameters
    for (std::size_t i = 0; i < vectors_.size(); ++i) d_parameters[i] += d_table[i];
  }

  void begin(attention_tile& t, term_memory m) const override { contract(scored(m, 0, t), t.queries, vectors(t)); }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    std::copy_n(r.at, r.count, raw(m, r));
    e_.template rewrite<real>({r.at, size(r.count)}, scores_of(scored(m, 0, t), r), work(m, r));
  }

  void begin_backward(attention_tile& t, term_memory m) const override {
    begin(t, m);
    std::fill_n(scored(m, 1, t).data, scores(), real(0));
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    e_.template rewrite_backward<real>({raw(m, r), size(r.count)}, scores_of(scored(m, 0, t), r), work(m, r),
                                       {r.at, size(r.count)}, scores_of(scored(m, 1, t), r));
  }
  void end_backward(attention_tile& t, term_memory m) const override {
    contract(t.d_queries, scored(m, 1, t), vectors(t), into::accumulate);
    contract(matrix<real, relative_axis, head_channel>(m.d_table + start(t), e_.positions, width_), scored(m, 1, t),
             t.queries, into::accumulate);
  }

 private:
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  std::size_t scores() const { return query_tile * size(e_.positions); }
  std::size_t keys() const { return size(keys_); }
  matrix<real, query_axis, relative_axis> scored(term_memory m, std::size_t piece, const attention_tile& t) const {
    return {m.scratch + piece * scores(), t.rows, e_.positions};
  }
  std::span<real> scores_of(const matrix<real, query_axis, relative_axis>& all, const key_row& r) const {
    return {all.row(r.row), size(e_.positions)};
  }
  real* raw(term_memory m, const key_row& r) const { return m.scratch + 2 * scores() + size(r.row) * keys(); }
  std::span<real> work(term_memory m, const key_row& r) const {
    return {m.scratch + 2 * scores() + query_tile * keys(), E::template row_scratch<real>(size(r.count))};
  }
  std::ptrdiff_t start(const attention_tile& t) const {
    return static_cast<std::ptrdiff_t>(e_.per_head ? t.head : 0) * e_.positions * width_;
  }
  matrix<const real, relative_axis, head_channel> vectors(const attention_tile& t) const {
    return {vectors_.data() + start(t), e_.positions, width_};
  }

  E e_;
  int width_, keys_;
  std::vector<real> vectors_;
};

}  // namespace lengthwise
