// What is added to token embeddings for their positions: the hooks `input`, by formula, and `input_row`, a row of a
// learned table. [time, width].
#pragma once
#include <algorithm>

#include "core/hooks/hook.hpp"
#include "core/terms/formula_gradient.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class input_table : public table {
 public:
  explicit input_table(const term_site& s)
      : x_(s.extents),
        positions_(s.places.zones.front().queries->positions),
        values_(positions_.size() * static_cast<std::size_t>(x_.width)) {}
  std::size_t bytes() const override { return values_.size() * sizeof(real); }
  const std::vector<real>& values() const { return values_; }
  const real* row(int i) const { return values_.data() + static_cast<std::ptrdiff_t>(i) * x_.width; }

 protected:
  model_extents x_;
  const std::vector<double>& positions_;
  std::vector<real> values_;
};

template <class E>
class input_of final : public input_table {
 public:
  input_of(const E& e, const term_site& s) : input_table(s), e_(e) {}
  std::size_t gradient_count() const override { return has_scalar_parameters<E> ? values_.size() : 0; }
  void fill(const real* parameters) override {
    const auto p = as_values<E>(e_.learned_parameters(x_), parameters, head{0, x_.heads});
    for_each_slot([&](std::size_t slot, channel c, position at) {
      values_[slot] = static_cast<real>(e_.template input<double>(p, c, at));
    });
  }
  void collect(const real* parameters, const real* d_table, real* d_parameters) const override {
    if constexpr (has_scalar_parameters<E>) {
      const auto declared = e_.learned_parameters(x_);
      formula_gradient<E> sums(declared, parameters, head{0, x_.heads});  // the input knows no head
      for_each_slot([&](std::size_t slot, channel c, position at) {
        sums.add(d_table[slot], e_.template input<sensitivity<E>>(sums.variables, c, at));
      });
      sums.add_to(d_parameters);
    }
  }

 private:
  template <class F>
  void for_each_slot(F&& f) const {
    std::size_t slot = 0;
    for (const double at : positions_)
      for (int c = 0; c < x_.width; ++c, ++slot) f(slot, channel{c, x_.width}, position{at});
  }
  E e_;
};

template <class E>
class input_row_of final : public input_table {
 public:
  input_row_of(const E& e, const term_site& s) : input_table(s), e_(e) {}
  std::size_t gradient_count() const override { return values_.size(); }
  void fill(const real* parameters) override {
    for (std::size_t i = 0; i < positions_.size(); ++i)
      std::copy_n(parameters + row_of(i), x_.width, values_.begin() + static_cast<std::ptrdiff_t>(i) * x_.width);
  }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (std::size_t i = 0; i < positions_.size(); ++i)
      for (int c = 0; c < x_.width; ++c)
        d_parameters[row_of(i) + c] += d_table[static_cast<std::ptrdiff_t>(i) * x_.width + c];
  }

 private:
  std::ptrdiff_t row_of(std::size_t i) const {
    return static_cast<std::ptrdiff_t>(e_.input_row(position{positions_[i]})) * x_.width;
  }
  E e_;
};

}  // namespace lengthwise
