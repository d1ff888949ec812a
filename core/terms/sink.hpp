// A logit without a key that joins each softmax, so that a query may attend to nothing: 0, or learned by each head. It
// is neither scaled nor windowed nor biased.
#pragma once
#include <algorithm>
#include <vector>

#include "core/terms/table.hpp"

namespace lengthwise {

class sink : public table {
 public:
  sink(int heads, bool learned) : learned_(learned), logits_(static_cast<std::size_t>(heads)) {}
  std::size_t bytes() const override { return logits_.size() * sizeof(real); }
  std::size_t gradient_count() const override { return learned_ ? logits_.size() : 0; }
  void fill(const real* parameters) override {
    if (learned_) std::copy_n(parameters, logits_.size(), logits_.begin());
  }
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    for (std::size_t h = 0; h < gradient_count(); ++h) d_parameters[h] += d_table[h];
  }
  real logit(int head) const { return logits_[static_cast<std::size_t>(head)]; }

 private:
  bool learned_;
  std::vector<real> logits_;
};

}  // namespace lengthwise
