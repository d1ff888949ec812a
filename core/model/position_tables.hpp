// The tables of a model's layers at one length: one set for layers that share theirs.
#pragma once
#include <vector>

#include "core/attention/encoding.hpp"

namespace lengthwise {

struct position_tables {
  std::vector<attention_tables> sets;
  std::vector<int> of_layers;  // which set each layer reads
  std::vector<int> copies;     // how many sets a model has that are like this one; empty: these are all

  int time() const { return sets.front().time(); }
  const attention_tables& of_layer(int index) const {
    return sets[static_cast<std::size_t>(of_layers[static_cast<std::size_t>(index)])];
  }
  bool gated() const {
    for (const attention_tables& set : sets)
      if (set.gated()) return true;
    return false;
  }
  // Bytes, and numbers of the gradients, of all sets.
  std::size_t bytes() const {
    return sum([](const attention_tables& set) { return set.bytes(); }, sets.size());
  }
  std::size_t gradient_count() const { return gradient_begin(static_cast<int>(sets.size())); }
  // Where a set's gradients begin among those of all.
  std::size_t gradient_begin(int set) const {
    return sum([](const attention_tables& t) { return t.gradient_count(); }, static_cast<std::size_t>(set));
  }

 private:
  template <class F>
  std::size_t sum(F&& f, std::size_t before) const {
    std::size_t all = 0;
    for (std::size_t s = 0; s < before; ++s)
      all += f(sets[s]) * (copies.empty() ? 1 : static_cast<std::size_t>(copies[s]));
    return all;
  }
};

}  // namespace lengthwise
