// Missing duplicate: bits, and again with one left out; which was it?
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct missing_duplicate : task_defaults {
  static constexpr task_card about{"missing duplicate", "> b1 ... bn | b1 ... _ ... bn = (what _ hides)",
                                   "arXiv 2207.02098"};
  constexpr int tokens(int n) const { return 2 * n + 4; }
  constexpr double guess() const { return 0.5; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    const int hidden = drawn.below(n, n);
    w.give('>');
    for (int i = 0; i < n; ++i) w.give("01"[drawn.below(2, i)]);
    w.give('|');
    for (int i = 0; i < n; ++i) w.give(i == hidden ? '_' : w[1 + i]);
    w.give('=');
    w.answer(w[1 + hidden]);
  }
};
static_assert(writes(missing_duplicate{}, 5, ">01110|011_0=(1)"));

}  // namespace lengthwise::tasks
