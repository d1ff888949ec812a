// A logit rewritten by a formula of head, distance and the logit itself: the hook `score`, evaluated pair by pair.
#pragma once
#include <algorithm>

#include "core/hooks/hook.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

template <class E>
class score_of final : public term {
 public:
  score_of(const E& e, const term_site& s) : e_(e), x_(s.extents), distances_(s.distances) {
    std::size_t learned = 0;
    for (const parameter& p : e.learned_parameters(x_)) learned += p.count(x_.heads);
    parameters_.resize(learned);
  }
  term_stage stage() const override { return term_stage::score; }
  std::size_t bytes() const override { return parameters_.size() * sizeof(real); }
  std::size_t gradient_count() const override { return static_cast<std::size_t>(x_.heads) * count; }
  std::size_t scratch_count(const attention_extents&, int block) const override {
    return query_tile * static_cast<std::size_t>(block);
  }
  void fill(const real* parameters) override { std::copy_n(parameters, parameters_.size(), parameters_.begin()); }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (int h = 0; h < x_.heads; ++h)
      for (std::size_t k = 0; k < count; ++k)
        d_parameters[storage_index(e_.learned_parameters(x_), x_.heads, h, k)] +=
            d_table[static_cast<std::size_t>(h) * count + k];
  }

  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    const head h{t.head, x_.heads};
    const auto p = as_values<E>(e_.learned_parameters(x_), parameters_.data(), h);
    std::copy_n(r.at, r.count, raw(m, r));
    for (int j = 0; j < r.count; ++j)
      r.at[j] = static_cast<real>(e_.template score<double>(p, h, between(t, r, j), static_cast<double>(r.at[j])));
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    using S = dual<double, count + 1>;  // the parameters, then the raw score itself
    const head h{t.head, x_.heads};
    std::array<S, count> flat;
    for (std::size_t k = 0; k < count; ++k)
      flat[k] = S::variable(
          static_cast<double>(parameters_[storage_index(e_.learned_parameters(x_), x_.heads, t.head, k)]), k);
    const auto p = as_parameters<E, S>(flat);
    real* sums = m.d_table + static_cast<std::size_t>(t.head) * count;
    for (int j = 0; j < r.count; ++j) {
      const S f = e_.template score<S>(p, h, between(t, r, j), S::variable(static_cast<double>(raw(m, r)[j]), count));
      for (std::size_t k = 0; k < count; ++k) sums[k] += r.at[j] * static_cast<real>(f.gradient[k]);
      r.at[j] *= static_cast<real>(f.gradient[count]);
    }
  }

 private:
  static constexpr std::size_t count = scalar_parameter_count<E>;
  static real* raw(term_memory m, const key_row& r) { return m.scratch + r.row * static_cast<std::ptrdiff_t>(m.block); }
  distance between(const attention_tile& t, const key_row& r, int j) const {
    const pair_distances& d = distances_[static_cast<std::size_t>(t.zone)];
    return {d.values()[static_cast<std::size_t>(d.slot(r.query, r.key + j))]};
  }

  E e_;
  model_extents x_;
  const std::vector<pair_distances>& distances_;
  std::vector<real> parameters_;
};

}  // namespace lengthwise
