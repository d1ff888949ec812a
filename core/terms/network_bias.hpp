// A number added to the logit by a small network of features of the distance: the hook `network`. Learned: w1 [hidden,
// features], b1 [hidden], w2 [heads, hidden], and b2 [heads] where the encoding has it.
#pragma once
#include <algorithm>

#include "core/terms/bias.hpp"

namespace lengthwise {

// The network of one encoding, in double: where its parameters lie, and both ways through it.
template <class E>
class distance_network {
 public:
  distance_network(const E& e, const model_extents& x) : e_(e), x_(x) {
    const auto declared = e.learned_parameters(x);
    const std::size_t hidden = declared[1].count_each();
    inputs_.resize(declared[0].count_each() / hidden);
    before_.resize(hidden), units_.resize(hidden), d_units_.resize(hidden);
    has_b2_ = declared.size() > 3;
  }
  std::size_t parameter_count() const { return has_b2_ ? b2(x_.heads) : w2(x_.heads); }

  // The distance that the functions below are asked for.
  void look(const real* parameters, distance n) {
    for (std::size_t f = 0; f < inputs_.size(); ++f) inputs_[f] = e_.feature(x_, static_cast<int>(f), n);
    for (std::size_t u = 0; u < units_.size(); ++u) {
      double sum = static_cast<double>(parameters[b1() + u]);
      for (std::size_t f = 0; f < inputs_.size(); ++f)
        sum += static_cast<double>(parameters[u * inputs_.size() + f]) * inputs_[f];
      before_[u] = sum, units_[u] = e_.template unit<double>(sum), d_units_[u] = 0;
    }
  }
  template <class S = double>
  S output(const real* parameters, int head) const {
    double sum = has_b2_ ? static_cast<double>(parameters[b2(head)]) : 0;
    for (std::size_t u = 0; u < units_.size(); ++u) sum += static_cast<double>(parameters[w2(head) + u]) * units_[u];
    if constexpr (std::is_same_v<S, double>)
      return e_.template outlet<S>(sum);
    else
      return e_.template outlet<S>(S::variable(sum, 0));
  }
  // d += the gradient of the parameters; first every head's, then that of what they share.
  void head_backward(const real* parameters, int head, double d_output, std::vector<double>& d) {
    const double d_sum = d_output * output<number>(parameters, head).gradient[0];
    if (has_b2_) d[b2(head)] += d_sum;
    for (std::size_t u = 0; u < units_.size(); ++u) {
      d[w2(head) + u] += d_sum * units_[u];
      d_units_[u] += d_sum * static_cast<double>(parameters[w2(head) + u]);
    }
  }
  void units_backward(std::vector<double>& d) const {
    for (std::size_t u = 0; u < units_.size(); ++u) {
      const double d_before = d_units_[u] * e_.template unit<number>(number::variable(before_[u], 0)).gradient[0];
      d[b1() + u] += d_before;
      for (std::size_t f = 0; f < inputs_.size(); ++f) d[u * inputs_.size() + f] += d_before * inputs_[f];
    }
  }

 private:
  using number = dual<double, 1>;
  std::size_t b1() const { return units_.size() * inputs_.size(); }
  std::size_t w2(int head) const { return b1() + units_.size() * (1 + static_cast<std::size_t>(head)); }
  std::size_t b2(int head) const { return w2(x_.heads) + static_cast<std::size_t>(head); }

  E e_;
  model_extents x_;
  bool has_b2_;
  std::vector<double> inputs_, before_, units_, d_units_;
};

template <class E>
class network_bias_of final : public bias_table {
 public:
  network_bias_of(const E& e, const term_site& s)
      : bias_table(s), network_(e, s.extents), gradient_(network_.parameter_count()) {}
  std::size_t gradient_count() const override { return values_.size(); }
  void fill(const real* parameters) override {
    for_each_distance([&](int zone, int slot, distance n) {
      network_.look(parameters, n);
      for (int h = 0; h < x_.heads; ++h)
        values_[static_cast<std::size_t>(row_of(zone, h) + slot)] = static_cast<real>(network_.output(parameters, h));
    });
  }
  void collect(const real* parameters, const real* d_table, real* d_parameters) const override {
    std::ranges::fill(gradient_, 0.0);
    for_each_distance([&](int zone, int slot, distance n) {
      network_.look(parameters, n);
      for (int h = 0; h < x_.heads; ++h)
        network_.head_backward(parameters, h, static_cast<double>(d_table[row_of(zone, h) + slot]), gradient_);
      network_.units_backward(gradient_);
    });
    for (std::size_t k = 0; k < gradient_.size(); ++k) d_parameters[k] += static_cast<real>(gradient_[k]);
  }

 private:
  template <class F>
  void for_each_distance(F&& f) const {
    for (int z = 0; z < zone_count(); ++z)
      for (int slot = of(z).count(); slot-- > 0;) f(z, slot, distance{of(z).values()[static_cast<std::size_t>(slot)]});
  }
  // A table is filled, and its gradient collected, by one thread.
  mutable distance_network<E> network_;
  mutable std::vector<double> gradient_;
};

}  // namespace lengthwise
