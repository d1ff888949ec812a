// Parity: whether the ones are odd in number.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct parity : task_defaults {
  static constexpr task_card about{"parity", "> b1 ... bn = (b1 xor ... xor bn)", "arXiv 2207.02098"};
  constexpr int tokens(int n) const { return n + 3; }
  constexpr double guess() const { return 0.5; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    int ones = 0;
    for (int i = 0; i < n; ++i) {
      const int bit = drawn.below(2, i);
      w.give(bit == 1 ? '1' : '0');
      ones += bit;
    }
    w.give('=');
    w.answer(ones % 2 == 1 ? '1' : '0');
  }
};
static_assert(writes(parity{}, 8, ">01110101=(1)"));

}  // namespace lengthwise::tasks
