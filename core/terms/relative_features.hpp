// Features of the distance, projected to relative keys, with queries of their own for content and for distance: the
// hook `relative_feature` (Dai et al., 2019). Learned: u and v [heads, head_width], added to queries for either
// product, and a projection [width, heads x head_width].
#pragma once
#include <algorithm>

#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/tensor/contract.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

template <class E>
class relative_features_of final : public term {
 public:
  relative_features_of(const E& e, const term_site& s)
      : features_wide_(s.extents.width),
        heads_wide_(s.extents.heads * s.extents.head_width()),
        width_(s.extents.head_width()),
        places_(s.places),
        distances_(s.distances) {
    for (const pair_distances& d : distances_) first_.push_back(count_), count_ += d.count();
    features_.reserve(size(count_) * size(features_wide_));
    for (const pair_distances& d : distances_)  // near distances first where positions stand in order
      for (int slot = d.count(); slot-- > 0;)
        for (int c = 0; c < features_wide_; ++c)
          features_.push_back(static_cast<real>(
              e.template relative_feature<double>(channel{c, features_wide_}, distance{d.values()[size(slot)]})));
    keys_.resize(size(count_) * size(heads_wide_));
    content_.resize(size(heads_wide_)), distance_.resize(size(heads_wide_));
  }
  term_stage stage() const override { return term_stage::product; }
  std::size_t bytes() const override {
    return (features_.size() + keys_.size() + content_.size() + distance_.size()) * sizeof(real);
  }
  std::size_t gradient_count() const override { return keys_.size() + content_.size() + distance_.size(); }
  std::size_t scratch_count(const attention_extents&, int /*block*/) const override {
    return 3 * queries() + 2 * scores();
  }

  void fill(const real* parameters) override {
    std::copy_n(parameters, size(heads_wide_), content_.begin());
    std::copy_n(parameters + heads_wide_, size(heads_wide_), distance_.begin());
    contract(matrix<real, relative_axis, packed_heads>(keys_.data(), count_, heads_wide_), features(),
             matrix<const real, width_axis, packed_heads>(parameters + 2 * heads_wide_, features_wide_, heads_wide_));
  }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (int i = 0; i < 2 * heads_wide_; ++i) d_parameters[i] += d_table[keys_.size() + size(i)];
    contract(matrix<real, width_axis, packed_heads>(d_parameters + 2 * heads_wide_, features_wide_, heads_wide_),
             features(), matrix<const real, relative_axis, packed_heads>(d_table, count_, heads_wide_),
             into::accumulate);
  }

  void begin(attention_tile& t, term_memory m) const override {
    const query_rows content = rows(m, 0, t), away = rows(m, 1, t);
    for (int r = 0; r < t.rows; ++r)
      for (int c = 0; c < width_; ++c) {
        content.row(r)[c] = t.queries.row(r)[c] + content_[size(t.head * width_ + c)];
        away.row(r)[c] = t.queries.row(r)[c] + distance_[size(t.head * width_ + c)];
      }
    contract(scored(m, 0, t), away, keys_of(t, keys_.data()));
    t.queries = content;
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    for_each_key(t, r, [&, at = scored_row(m, 0, r.row)](int j, std::ptrdiff_t key) { r.at[j] += at[key]; });
  }

  void begin_backward(attention_tile& t, term_memory m) const override {
    begin(t, m);
    std::fill_n(scored_row(m, 1, 0), size(t.rows) * size(count_), real(0));
    t.d_queries = rows(m, 2, t);
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    for_each_key(t, r, [&, at = scored_row(m, 1, r.row)](int j, std::ptrdiff_t key) { at[key] += r.at[j]; });
  }
  // Both kinds of queries are the same rows plus u and v: their gradients join in the queries' own.
  void end_backward(attention_tile& t, term_memory m) const override {
    const query_rows content = rows(m, 2, t), away = rows(m, 0, t);
    add_columns(content, m.d_table + keys_.size() + t.head * width_);
    contract(away, scored(m, 1, t), keys_of(t, keys_.data()));
    contract(matrix<real, relative_axis, head_channel>(m.d_table + start(t), reach(t), width_, heads_wide_),
             scored(m, 1, t), rows(m, 1, t), into::accumulate);
    add_columns(away, m.d_table + keys_.size() + size(heads_wide_ + t.head * width_));
    for (int r = 0; r < t.rows; ++r) kernels().add(content.row(r), away.row(r), size(width_));
  }

 private:
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  std::size_t queries() const { return query_tile * size(width_); }
  std::size_t scores() const { return query_tile * size(count_); }
  query_rows rows(term_memory m, std::size_t piece, const attention_tile& t) const {
    return {m.scratch + piece * queries(), t.rows, width_};
  }
  // Rows stand `count` apart, however few numbers of them the tile can meet.
  matrix<real, query_axis, relative_axis> scored(term_memory m, std::size_t piece, const attention_tile& t) const {
    return {scored_row(m, piece, 0), t.rows, reach(t), count_};
  }
  real* scored_row(term_memory m, std::size_t piece, int row) const {
    return m.scratch + 3 * queries() + piece * scores() + static_cast<std::ptrdiff_t>(row) * count_;
  }
  matrix<const real, relative_axis, width_axis> features() const { return {features_.data(), count_, features_wide_}; }
  // Where the keys of the tile's head and zone begin.
  std::ptrdiff_t start(const attention_tile& t) const {
    return static_cast<std::ptrdiff_t>(first_[size(t.zone)]) * heads_wide_ + t.head * width_;
  }
  matrix<const real, relative_axis, head_channel> keys_of(const attention_tile& t, const real* keys) const {
    return {keys + start(t), reach(t), width_, heads_wide_};
  }
  // How many of them the tile's queries can meet, near ones first.
  int reach(const attention_tile& t) const {
    const pair_distances& d = distances_[size(t.zone)];
    if (!d.stepped()) return d.count();
    int most = 0;
    const attention_zone& z = places_.zones[size(t.zone)];
    for (int i = t.first; i < t.first + t.rows; ++i)
      if (z.begin[size(i)] < z.end[size(i)]) most = std::max(most, d.count() - d.slot(i, z.begin[size(i)]));
    return most;
  }
  // Calls f(j, the relative key that key j meets).
  template <class F>
  void for_each_key(const attention_tile& t, const key_row& r, F&& f) const {
    const pair_distances& d = distances_[size(t.zone)];
    const std::ptrdiff_t first = d.count() - 1 - d.slot(r.query, r.key);
    if (d.stepped())
      for (int j = 0; j < r.count; ++j) f(j, first - j);
    else
      for (int j = 0; j < r.count; ++j) f(j, d.count() - 1 - d.slot(r.query, r.key + j));
  }
  void add_columns(const query_rows& from, real* to) const {
    for (int r = 0; r < from.row_count; ++r) kernels().add(to, from.row(r), size(width_));
  }

  int features_wide_, heads_wide_, width_, count_ = 0;
  const attention_places& places_;
  const std::vector<pair_distances>& distances_;
  std::vector<int> first_;  // [zones]: its first distance
  std::vector<real> features_, keys_, content_, distance_;
};

}  // namespace lengthwise
