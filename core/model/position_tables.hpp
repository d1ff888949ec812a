// The tables of a model's layers at one length: one set for all layers, or one for each where layers learn their own.
#pragma once
#include <vector>

#include "core/attention/encoding.hpp"

namespace lengthwise {

struct position_tables {
  std::vector<attention_tables> sets;

  int time() const { return sets.front().time(); }
  const attention_tables& of_layer(int index) const {
    return sets[sets.size() == 1 ? 0 : static_cast<std::size_t>(index)];
  }
  std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const attention_tables& set : sets) bytes += set.bytes();
    return bytes;
  }
};

}  // namespace lengthwise
