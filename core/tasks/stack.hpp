// Stack manipulation: n pushes of a or b and pops; what is left, from the top. A pop of nothing does nothing.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct stack : task_defaults {
  static constexpr task_card about{"stack manipulation", "> op1 ... opn = (what is left from the top) #",
                                   "arXiv 2207.02098"};
  constexpr int tokens(int n) const { return 2 * n + 3; }
  constexpr double guess() const { return 1.0 / 3; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    for (int i = 0; i < n; ++i) w.give("ab-"[drawn.below(3, i)]);
    w.give('=');
    // From the last operation back: a pop takes the push that it meets next.
    int popped = 0, left = 0;
    for (int i = n; i > 0; --i) {
      if (w[i] == '-')
        ++popped;
      else if (popped > 0)
        --popped;
      else
        w.answer(w[i]), ++left;
    }
    w.answer('#');
    while (left++ < n) w.give('#');  // items of a length have one size
  }
};
static_assert(writes(stack{}, 7, ">a---b-a=(a#)######"));

}  // namespace lengthwise::tasks
