// A number added to the logit that depends on head, distance and how well the key matches a learned direction: the hook
// `probe`. Learned: the scalars of its formula, then the directions [heads, head_width], used at unit length.
#pragma once
#include <algorithm>

#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

template <class E>
class probe_of final : public term {
 public:
  probe_of(const E& e, const term_site& s)
      : e_(e), x_(s.extents), places_(s.places), distances_(s.distances), width_(s.extents.head_width()) {
    std::size_t learned = 0;
    for (const parameter& p : e.learned_parameters(x_)) learned += p.count(x_.heads);
    parameters_.resize(learned), units_.resize(size(x_.heads * width_)), lengths_.resize(size(x_.heads));
  }
  term_stage stage() const override { return term_stage::bias; }
  std::size_t bytes() const override { return (parameters_.size() + units_.size()) * sizeof(real); }
  std::size_t gradient_count() const override { return parameters_.size(); }
  // Matches of all keys, and their gradient.
  std::size_t scratch_count(const attention_extents& x, int /*block*/) const override { return 2 * count(x); }

  void fill(const real* parameters) override {
    std::copy_n(parameters, parameters_.size(), parameters_.begin());
    for (int h = 0; h < x_.heads; ++h) {
      const real* own = directions() + h * width_;
      double squares = 0;
      for (int c = 0; c < width_; ++c) squares += static_cast<double>(own[c]) * static_cast<double>(own[c]);
      lengths_[size(h)] = math::max(math::sqrt(squares), 1e-12);
      for (int c = 0; c < width_; ++c)
        units_[size(h * width_ + c)] = static_cast<real>(static_cast<double>(own[c]) / lengths_[size(h)]);
    }
  }
  // The slot is the parameters' own, but for directions that of their unit vectors.
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    const std::size_t before = parameters_.size() - units_.size();
    for (std::size_t k = 0; k < before; ++k) d_parameters[k] += d_table[k];
    for (int h = 0; h < x_.heads; ++h) {
      const real *d_unit = d_table + before + h * width_, *unit = units_.data() + h * width_;
      const double along = static_cast<double>(kernels().dot(d_unit, unit, size(width_)));
      for (int c = 0; c < width_; ++c)
        d_parameters[before + size(h * width_ + c)] += static_cast<real>(
            (static_cast<double>(d_unit[c]) - along * static_cast<double>(unit[c])) / lengths_[size(h)]);
    }
  }

  void open(const attention_pass& p, term_memory m) const override {
    const attention_extents& x = p.extents;
    for_each_key(x, [&](int s, int h, int j) {
      matches(m)[at(x, s, h) + j] = scale() * kernels().dot(key(p.packed, x, s, h, j), unit(h), size(width_));
    });
    if (p.d_packed != nullptr) std::fill_n(d_matches(x, m), count(x), real(0));
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    const head h{t.head, x_.heads};
    const auto p = as_values<E>(e_.learned_parameters(x_), parameters_.data(), h);
    for (int j = 0; j < r.count; ++j)
      r.at[j] += static_cast<real>(
          e_.template probe<double>(p, h, between(t, r, j), static_cast<double>(matches(m)[match(t, r, j)])));
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    using S = dual<double, scalars + 1>;  // the scalars, then the match
    const head h{t.head, x_.heads};
    const auto declared = e_.learned_parameters(x_);
    std::array<S, scalars> flat;
    for (std::size_t k = 0; k < scalars; ++k) flat[k] = S::variable(stored(parameters_.data(), declared, h, k), k);
    const auto p = as_parameters<E, S>(flat);
    for (int j = 0; j < r.count; ++j) {
      const std::ptrdiff_t own = match(t, r, j);
      const S b =
          e_.template probe<S>(p, h, between(t, r, j), S::variable(static_cast<double>(matches(m)[own]), scalars));
      for (std::size_t k = 0; k < scalars; ++k)
        m.d_table[storage_index(declared, x_.heads, t.head, k)] += r.at[j] * static_cast<real>(b.gradient[k]);
      d_matches(t.extents, m)[own] += r.at[j] * static_cast<real>(b.gradient[scalars]);
    }
  }
  void close(const attention_pass& p, term_memory m) const override {
    const attention_extents& x = p.extents;
    real* const d_units = m.d_table + (parameters_.size() - units_.size());
    for_each_key(x, [&](int s, int h, int j) {
      const real d = scale() * d_matches(x, m)[at(x, s, h) + j];
      const real* from = key(p.packed, x, s, h, j);
      real* to = key(p.d_packed, x, s, h, j);
      for (int c = 0; c < width_; ++c) to[c] += d * unit(h)[c], d_units[h * width_ + c] += d * from[c];
    });
  }

 private:
  static constexpr std::size_t scalars = scalar_parameter_count<E>;
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  static std::size_t count(const attention_extents& x) { return size(x.tokens()) * size(x.heads); }
  static std::ptrdiff_t at(const attention_extents& x, int s, int h) {
    return (static_cast<std::ptrdiff_t>(s) * x.heads + h) * x.time;
  }
  template <class F>
  static void for_each_key(const attention_extents& x, F&& f) {
    for (int s = 0; s < x.sequences; ++s)
      for (int h = 0; h < x.heads; ++h)
        for (int j = 0; j < x.time; ++j) f(s, h, j);
  }
  static real* key(real* packed, const attention_extents& x, int s, int h, int j) {
    return packed_part(x, packed, part::key).of_head<token>(s, h, j, 1).data;
  }
  real scale() const { return static_cast<real>(1 / math::sqrt(static_cast<double>(width_))); }
  const real* directions() const { return parameters_.data() + (parameters_.size() - units_.size()); }
  const real* unit(int h) const { return units_.data() + h * width_; }
  // [sequences, heads, time]
  static real* matches(term_memory m) { return m.scratch; }
  static real* d_matches(const attention_extents& x, term_memory m) { return m.scratch + count(x); }
  std::ptrdiff_t match(const attention_tile& t, const key_row& r, int j) const {
    const std::vector<int>& tokens = places_.zones[size(t.zone)].keys->tokens;
    return at(t.extents, t.sequence, t.head) + (tokens.empty() ? r.key + j : tokens[size(r.key + j)]);
  }
  distance between(const attention_tile& t, const key_row& r, int j) const {
    const pair_distances& d = distances_[size(t.zone)];
    return {d.values()[size(d.slot(r.query, r.key + j))]};
  }

  E e_;
  model_extents x_;
  const attention_places& places_;
  const std::vector<pair_distances>& distances_;
  int width_;
  std::vector<real> parameters_, units_;
  std::vector<double> lengths_;
};

}  // namespace lengthwise
