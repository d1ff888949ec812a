// A learned number added to the logit, one for each head and bucket of distances: the hook `bucket`.
#pragma once
#include "core/terms/bias.hpp"

namespace lengthwise {

template <class E>
class bucket_of final : public bias_table {
 public:
  bucket_of(const E& e, const term_site& s) : bias_table(s), e_(e), columns_(e.learned_parameters(x_)[0].columns) {}
  std::size_t gradient_count() const override { return values_.size(); }
  void fill(const real* parameters) override {
    for (head h{0, x_.heads}; h.index < h.count; ++h.index)
      for_each_slot(h, [&](std::ptrdiff_t slot, distance n) {
        values_[static_cast<std::size_t>(slot)] = parameters[h.index * columns_ + e_.bucket(n)];
      });
  }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (head h{0, x_.heads}; h.index < h.count; ++h.index)
      for_each_slot(h, [&](std::ptrdiff_t slot, distance n) {
        d_parameters[h.index * columns_ + e_.bucket(n)] += d_table[slot];
      });
  }

 private:
  E e_;
  int columns_;
};

}  // namespace lengthwise
