// Reversing: the symbols from the last to the first.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct reverse : task_defaults {
  int symbols = 26;

  static constexpr task_card about{"reverse", "> x1 ... xn = (xn ... x1)", "arXiv 2207.02098; arXiv 2305.19466"};
  static constexpr auto fields() {
    return std::tuple(field{"symbols", &reverse::symbols, "symbols that it is written in", 2.0, 62.0});
  }
  constexpr int tokens(int n) const { return 2 * n + 2; }
  constexpr double guess() const { return 1.0 / symbols; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    for (int i = 0; i < n; ++i) w.give(task_symbols[static_cast<std::size_t>(drawn.below(symbols, i))]);
    w.give('=');
    for (int i = n; i > 0; --i) w.answer(w[i]);
  }
};
static_assert(writes(reverse{}, 6, ">etztls=(sltzte)"));

}  // namespace lengthwise::tasks
