// Logits of query i multiplied by s_h ln(i + 1) + b_h, s and b learned: scalable softmax (Nakanishi, 2025, arXiv
// 2501.19399).
#pragma once
#include <algorithm>
#include <cmath>

#include "core/kernels/kernels.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class row_scale_term final : public term {
 public:
  // Parameters: s, and b where it has one, [heads] each.
  row_scale_term(const term_site& s, bool has_bias, bool scales_bias)
      : heads_(s.extents.heads), scales_bias_(scales_bias), values_(count_of(heads_) * (has_bias ? 2 : 1)) {
    for (int i = 0; i < s.time(); ++i) logarithms_.push_back(static_cast<real>(std::log(i + 1.0)));
  }
  term_stage stage() const override { return scales_bias_ ? term_stage::bias_scale : term_stage::row_scale; }
  std::size_t bytes() const override { return (values_.size() + logarithms_.size()) * sizeof(real); }
  std::size_t gradient_count() const override { return values_.size(); }
  std::size_t scratch_count(const attention_extents&, int block) const override {
    return query_tile * static_cast<std::size_t>(block);
  }
  void fill(const real* parameters) override { std::copy_n(parameters, values_.size(), values_.begin()); }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (std::size_t i = 0; i < values_.size(); ++i) d_parameters[i] += d_table[i];
  }

  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    std::copy_n(r.at, r.count, raw(m, r));
    kernels().scale(r.at, factor(t.head, r.query), count_of(r.count));
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    const real d_factor = kernels().dot(r.at, raw(m, r), count_of(r.count));
    m.d_table[t.head] += d_factor * logarithms_[count_of(r.query)];
    if (values_.size() > count_of(heads_)) m.d_table[heads_ + t.head] += d_factor;
    kernels().scale(r.at, factor(t.head, r.query), count_of(r.count));
  }

 private:
  static std::size_t count_of(int n) { return static_cast<std::size_t>(n); }
  static real* raw(term_memory m, const key_row& r) { return m.scratch + r.row * static_cast<std::ptrdiff_t>(m.block); }
  real factor(int head, int query) const {
    const real bias = values_.size() > count_of(heads_) ? values_[count_of(heads_ + head)] : real(0);
    return values_[count_of(head)] * logarithms_[count_of(query)] + bias;
  }

  int heads_;
  bool scales_bias_;
  std::vector<real> values_, logarithms_;
};

}  // namespace lengthwise
