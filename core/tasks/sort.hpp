// Sorting: the symbols in the order of their alphabet.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct sort : task_defaults {
  int symbols = 26;

  static constexpr task_card about{"sort", "> x1 ... xn = (x sorted)", "arXiv 2305.16843; arXiv 2305.19466"};
  static constexpr auto fields() {
    return std::tuple(field{"symbols", &sort::symbols, "symbols that it is written in", 2.0, 62.0});
  }
  constexpr int tokens(int n) const { return 2 * n + 2; }
  constexpr double guess() const { return 1.0 / symbols; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    for (int i = 0; i < n; ++i) w.give(task_symbols[static_cast<std::size_t>(drawn.below(symbols, i))]);
    w.give('=');
    for (int s = 0; s < symbols; ++s)
      for (int i = 1; i <= n; ++i)
        if (w[i] == task_symbols[static_cast<std::size_t>(s)]) w.answer(w[i]);
  }
};
static_assert(writes(sort{}, 6, ">etztls=(elsttz)"));

}  // namespace lengthwise::tasks
