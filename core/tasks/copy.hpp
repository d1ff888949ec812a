// Copying: the same symbols again (Graves et al., 2014, arXiv 1410.5401).
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct copy : task_defaults {
  int symbols = 26;
  bool unique = false;

  static constexpr task_card about{"copy", "> x1 ... xn = (x1 ... xn)", "arXiv 1410.5401; arXiv 2305.19466"};
  static constexpr auto fields() {
    return std::tuple(field{"symbols", &copy::symbols, "symbols that it is written in", 2.0, 62.0},
                      field{"unique", &copy::unique, "whether no symbol comes up twice"});
  }
  constexpr config_problem problem(int n) const {
    if (!unique || n <= symbols) return {};
    return {"task.unique leaves no symbols for the longest of evaluate.lengths and task.most", "task.symbols",
            "evaluate.lengths"};
  }
  constexpr int tokens(int n) const { return 2 * n + 2; }
  constexpr double guess() const { return 1.0 / symbols; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    for (int i = 0; i < n; ++i) w.give(symbol(w, drawn, i));
    w.give('=');
    for (int i = 0; i < n; ++i) w.answer(w[1 + i]);
  }

 private:
  constexpr char symbol(const task_writer& w, const task_draws& drawn, int i) const {
    if (!unique) return task_symbols[static_cast<std::size_t>(drawn.below(symbols, i))];
    // One of those that are left, all equally likely.
    int rank = drawn.below(symbols - i, i);
    for (int s = 0;; ++s) {
      const char c = task_symbols[static_cast<std::size_t>(s)];
      bool taken = false;
      for (int j = 0; j < i; ++j) taken = taken || w[1 + j] == c;
      if (!taken && rank-- == 0) return c;
    }
  }
};
static_assert(writes(copy{}, 6, ">etztls=(etztls)"));
static_assert(writes((copy{{}, 4, true}), 4, ">adcb=(adcb)"));

}  // namespace lengthwise::tasks
