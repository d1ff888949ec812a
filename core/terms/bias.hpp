// A number added to the logit that depends on head and distance: the hook `bias`, by formula.
#pragma once
#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/terms/formula_gradient.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

// The table [zones][heads, distances], whoever fills it.
class bias_table : public term {
 public:
  explicit bias_table(const term_site& s) : x_(s.extents), distances_(s.distances) {
    for (const pair_distances& d : distances_) {
      offsets_.push_back(values_.size());
      values_.resize(values_.size() + static_cast<std::size_t>(x_.heads * d.count()));
    }
  }
  term_stage stage() const final { return term_stage::bias; }
  std::size_t bytes() const override { return values_.size() * sizeof(real); }

  const real* addend(const attention_tile& t, const key_row& r, term_memory) const final {
    const pair_distances& d = of(t.zone);
    return d.stepped() ? values_.data() + row_of(t.zone, t.head) + d.slot(r.query, r.key) : nullptr;
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const final {
    if (const real* row = addend(t, r, m)) return kernels().add(r.at, row, static_cast<std::size_t>(r.count));
    const real* bias = values_.data() + row_of(t.zone, t.head);
    for (int j = 0; j < r.count; ++j) r.at[j] += bias[of(t.zone).slot(r.query, r.key + j)];
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const final {
    if (gradient_count() == 0) return;
    const pair_distances& d = of(t.zone);
    real* d_bias = m.d_table + row_of(t.zone, t.head);
    if (d.stepped())
      kernels().add(d_bias + d.slot(r.query, r.key), r.at, static_cast<std::size_t>(r.count));
    else
      for (int j = 0; j < r.count; ++j) d_bias[d.slot(r.query, r.key + j)] += r.at[j];
  }

 protected:
  // Calls f(slot in the table, distance) for a head, near distances first where positions stand in order.
  template <class F>
  void for_each_slot(head h, F&& f) const {
    for (int z = 0; z < zone_count(); ++z)
      for (int slot = of(z).count(); slot-- > 0;)
        f(row_of(z, h.index) + slot, distance{of(z).values()[static_cast<std::size_t>(slot)]});
  }
  int zone_count() const { return static_cast<int>(distances_.size()); }
  const pair_distances& of(int zone) const { return distances_[static_cast<std::size_t>(zone)]; }
  std::ptrdiff_t row_of(int zone, int head) const {
    return static_cast<std::ptrdiff_t>(offsets_[static_cast<std::size_t>(zone)]) + head * of(zone).count();
  }
  model_extents x_;
  std::vector<real> values_;

 private:
  const std::vector<pair_distances>& distances_;
  std::vector<std::size_t> offsets_;
};

template <class E>
class bias_of final : public bias_table {
 public:
  bias_of(const E& e, const term_site& s) : bias_table(s), e_(e) {}
  std::size_t gradient_count() const override { return has_scalar_parameters<E> ? values_.size() : 0; }
  void fill(const real* parameters) override {
    for (head h{0, x_.heads}; h.index < h.count; ++h.index) {
      const auto p = as_values<E>(e_.learned_parameters(x_), parameters, h);
      for_each_slot(h, [&](std::ptrdiff_t slot, distance n) {
        values_[static_cast<std::size_t>(slot)] = static_cast<real>(e_.template bias<double>(p, h, n));
      });
    }
  }
  void collect(const real* parameters, const real* d_table, real* d_parameters) const override {
    if constexpr (has_scalar_parameters<E>) {
      const auto declared = e_.learned_parameters(x_);
      for (head h{0, x_.heads}; h.index < h.count; ++h.index) {
        formula_gradient<E> sums(declared, parameters, h);
        for_each_slot(h, [&](std::ptrdiff_t slot, distance n) {
          sums.add(d_table[slot], e_.template bias<sensitivity<E>>(sums.variables, h, n));
        });
        sums.add_to(d_parameters);
      }
    }
  }

 private:
  E e_;
};

}  // namespace lengthwise
