// A log-decay for each token, added up between key and query: the hook `gate` (Lin et al., 2025). With c_i the sum of
// ln sigmoid(gate) up to i, a logit gets c_i - c_j. Sums are double: over long texts they grow large while their
// differences stay small.
#pragma once
#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class gate_term final : public term {
 public:
  // With sign -1 the logits of gates are those of 1 less the gate. What is summed is multiplied by the scale.
  gate_term(const term_site& s, double sign, double scale) : places_(s.places), sign_(sign), scale_(scale) {}
  term_stage stage() const override { return term_stage::gate; }
  std::size_t bytes() const override { return 0; }
  void fill(const real*) override {}
  std::size_t scratch_count(const attention_extents& x, int /*block*/) const override {
    return 2 * count(x) * sizeof(double) / sizeof(real);
  }

  void open(const attention_pass& p, term_memory m) const override {
    const attention_extents& x = p.extents;
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h) {
        double sum = 0, *c = sums(m) + row_of(x, s, h);
        for (int i = 0; i < x.time; ++i)
          c[i] = sum +=
              scale_ * math::log_sigmoid(sign_ * static_cast<double>(p.gate_logits[token_of(x, s, i) * x.heads + h]));
      }
    if (p.d_gate_logits != nullptr) std::fill_n(d_sums(x, m), count(x), 0.0);
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    const double* c = sums(m) + row_of(t);
    const std::vector<int>& tokens = tokens_of(t);
    if (tokens.empty()) return kernels().add_decay(r.at, c[r.query], c + r.key, static_cast<std::size_t>(r.count));
    for (int j = 0; j < r.count; ++j)
      r.at[j] += static_cast<real>(c[r.query] - c[tokens[static_cast<std::size_t>(r.key + j)]]);
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    double *d_c = d_sums(t.extents, m) + row_of(t), sum = 0;
    const std::vector<int>& tokens = tokens_of(t);
    for (int j = 0; j < r.count; ++j) {
      const int token = tokens.empty() ? r.key + j : tokens[static_cast<std::size_t>(r.key + j)];
      sum += static_cast<double>(r.at[j]), d_c[token] -= static_cast<double>(r.at[j]);
    }
    d_c[r.query] += sum;
  }
  // The gate of token l stands in every c_i with i >= l.
  void close(const attention_pass& p, term_memory m) const override {
    const attention_extents& x = p.extents;
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h) {
        double sum = 0;
        const double* d_c = d_sums(x, m) + row_of(x, s, h);
        for (int l = x.time; l-- > 0;) {
          sum += d_c[l];
          const std::ptrdiff_t at = token_of(x, s, l) * x.heads + h;
          p.d_gate_logits[at] =
              static_cast<real>(sign_ * scale_ * sum * math::sigmoid(-sign_ * static_cast<double>(p.gate_logits[at])));
        }
      }
  }

 private:
  static std::size_t count(const attention_extents& x) {
    return static_cast<std::size_t>(x.tokens()) * static_cast<std::size_t>(x.heads);
  }
  static std::ptrdiff_t row_of(const attention_extents& x, int s, int h) {
    return (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time;
  }
  static std::ptrdiff_t row_of(const attention_tile& t) { return row_of(t.extents, t.sequence, t.head); }
  static std::ptrdiff_t token_of(const attention_extents& x, int s, int i) {
    return static_cast<std::ptrdiff_t>(s) * x.time + i;
  }
  // [sequences, heads, time]
  static double* sums(term_memory m) { return reinterpret_cast<double*>(m.scratch); }
  static double* d_sums(const attention_extents& x, term_memory m) { return sums(m) + count(x); }
  const std::vector<int>& tokens_of(const attention_tile& t) const {
    return places_.zones[static_cast<std::size_t>(t.zone)].keys->tokens;
  }
  const attention_places& places_;
  double sign_, scale_;
};

}  // namespace lengthwise
