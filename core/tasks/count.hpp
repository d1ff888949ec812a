// Counting: how often a symbol comes up, in four digits.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct count : task_defaults {
  int symbols = 4;

  static constexpr task_card about{"count", "> x1 ... xn ? y = (number of x that are y)", "arXiv 2305.19466"};
  static constexpr auto fields() {
    return std::tuple(field{"symbols", &count::symbols, "symbols that it is written in", 2.0, 62.0});
  }
  constexpr config_problem problem(int n) const {
    if (n < 10000) return {};
    return {"task count writes four digits: task.most and evaluate.lengths must be below 10000", "task.most",
            "evaluate.lengths"};
  }
  constexpr int tokens(int n) const { return n + 8; }
  constexpr double guess() const { return 0.1; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    const char wanted = task_symbols[static_cast<std::size_t>(drawn.below(symbols, n))];
    w.give('>');
    int found = 0;
    for (int i = 0; i < n; ++i) {
      const char symbol = task_symbols[static_cast<std::size_t>(drawn.below(symbols, i))];
      found += symbol == wanted;
      w.give(symbol);
    }
    w.give('?');
    w.give(wanted);
    w.give('=');
    for (int power = 1000; power > 0; power /= 10) w.answer(static_cast<char>('0' + found / power % 10));
  }
};
static_assert(writes(count{}, 9, ">acdcbcaca?c=(0004)"));

}  // namespace lengthwise::tasks
