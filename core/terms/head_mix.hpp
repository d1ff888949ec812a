// All heads' logits and biases of a pair seen by a small network that corrects the logits: the hook `mix`. Learned: w1
// [hidden, 2 heads], b1 [hidden], w2 [heads, hidden], b2 [heads].
#pragma once
#include <algorithm>
#include <vector>

#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class head_mix : public table {
 public:
  // Rows of one query: `count` neighbouring keys of each head. `units` is scratch [hidden, stride].
  struct rows {
    int count;
    std::ptrdiff_t stride;  // between heads
    real *logits, *biases;  // [heads, count]
    real* mixed;            // [heads, count]: e + B + f
    real* units;
  };
  virtual int hidden() const = 0;
  virtual void forward(const rows&) const = 0;
  // From the gradient of `mixed`, which is read, to those of logits and biases, which are written in their place.
  virtual void backward(const rows&, const real* d_mixed, real* d_table) const = 0;
};

template <class E>
class head_mix_of final : public head_mix {
 public:
  head_mix_of(const E& e, const term_site& s) : e_(e), heads_(s.extents.heads) {
    const auto declared = e.learned_parameters(s.extents);
    hidden_ = static_cast<int>(declared[1].count_each());
    std::size_t learned = 0;
    for (const parameter& p : declared) learned += p.count(heads_);
    parameters_.resize(learned);
  }
  std::size_t bytes() const override { return parameters_.size() * sizeof(real); }
  std::size_t gradient_count() const override { return parameters_.size(); }
  void fill(const real* parameters) override { std::copy_n(parameters, parameters_.size(), parameters_.begin()); }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (std::size_t k = 0; k < parameters_.size(); ++k) d_parameters[k] += d_table[k];
  }

  int hidden() const override { return hidden_; }
  void forward(const rows& r) const override {
    for (int h = 0; h < heads_; ++h)
      for (int j = 0; j < r.count; ++j)
        r.mixed[h * r.stride + j] = r.logits[h * r.stride + j] + r.biases[h * r.stride + j] + parameters_[b2(h)];
    for (int u = 0; u < hidden_; ++u) {
      real* const unit = before(r, u);
      for (int j = 0; j < r.count; ++j) unit[j] = e_.template mixed_unit<real>(unit[j]);
      for (int h = 0; h < heads_; ++h) add(r.mixed + h * r.stride, parameters_[w2(h, u)], unit, r.count);
    }
  }
  void backward(const rows& r, const real* d_mixed, real* d_table) const override {
    using S = dual<double, 1>;
    real* const d_units = r.units + hidden_ * r.stride;  // [hidden, stride]
    for (int u = 0; u < hidden_; ++u) {
      real *const unit = before(r, u), *const d_unit = d_units + u * r.stride;
      std::fill_n(d_unit, r.count, real(0));
      for (int h = 0; h < heads_; ++h) add(d_unit, parameters_[w2(h, u)], d_mixed + h * r.stride, r.count);
      for (int j = 0; j < r.count; ++j) {
        const S made = e_.template mixed_unit<S>(S::variable(static_cast<double>(unit[j]), 0));
        unit[j] = static_cast<real>(made.value), d_unit[j] *= static_cast<real>(made.gradient[0]);
      }
      for (int h = 0; h < heads_; ++h) {
        d_table[w2(h, u)] += dot(d_mixed + h * r.stride, unit, r.count);
        d_table[w1(u, h)] += dot(d_unit, r.logits + h * r.stride, r.count);
        d_table[w1(u, heads_ + h)] += dot(d_unit, r.biases + h * r.stride, r.count);
      }
      for (int j = 0; j < r.count; ++j) d_table[b1(u)] += d_unit[j];
    }
    for (int h = 0; h < heads_; ++h) {
      const real* d_own = d_mixed + h * r.stride;
      for (int j = 0; j < r.count; ++j) d_table[b2(h)] += d_own[j];
      std::copy_n(d_own, r.count, r.logits + h * r.stride), std::copy_n(d_own, r.count, r.biases + h * r.stride);
      for (int u = 0; u < hidden_; ++u) {
        add(r.logits + h * r.stride, parameters_[w1(u, h)], d_units + u * r.stride, r.count);
        add(r.biases + h * r.stride, parameters_[w1(u, heads_ + h)], d_units + u * r.stride, r.count);
      }
    }
  }

 private:
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  std::size_t w1(int unit, int input) const { return size(unit * 2 * heads_ + input); }
  std::size_t b1(int unit) const { return size(hidden_ * 2 * heads_ + unit); }
  std::size_t w2(int head, int unit) const { return b1(hidden_) + size(head * hidden_ + unit); }
  std::size_t b2(int head) const { return w2(heads_, head); }
  // What a hidden unit sees of each pair.
  real* before(const rows& r, int u) const {
    real* const unit = r.units + u * r.stride;
    std::fill_n(unit, r.count, parameters_[b1(u)]);
    for (int h = 0; h < heads_; ++h) {
      add(unit, parameters_[w1(u, h)], r.logits + h * r.stride, r.count);
      add(unit, parameters_[w1(u, heads_ + h)], r.biases + h * r.stride, r.count);
    }
    return unit;
  }
  static void add(real* to, real factor, const real* from, int n) {
    for (int j = 0; j < n; ++j) to[j] += factor * from[j];
  }
  static real dot(const real* a, const real* b, int n) { return kernels().dot(a, b, size(n)); }

  E e_;
  int heads_, hidden_;
  std::vector<real> parameters_;
};

}  // namespace lengthwise
