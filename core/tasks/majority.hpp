// Majority: the symbol that comes up most often; of several the first in their alphabet.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct majority : task_defaults {
  int symbols = 4;

  static constexpr task_card about{"majority", "> x1 ... xn = (most frequent x)", "arXiv 2305.16843"};
  static constexpr auto fields() {
    return std::tuple(field{"symbols", &majority::symbols, "symbols that it is written in", 2.0, 62.0});
  }
  constexpr int tokens(int n) const { return n + 3; }
  constexpr double guess() const { return 1.0 / symbols; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    std::array<int, task_symbols.size()> counts{};
    w.give('>');
    for (int i = 0; i < n; ++i) {
      const auto symbol = static_cast<std::size_t>(drawn.below(symbols, i));
      ++counts[symbol];
      w.give(task_symbols[symbol]);
    }
    std::size_t most = 0;
    for (std::size_t s = 1; s < counts.size(); ++s)
      if (counts[s] > counts[most]) most = s;
    w.give('=');
    w.answer(task_symbols[most]);
  }
};
static_assert(writes(majority{}, 9, ">acdcbcaca=(c)"));

}  // namespace lengthwise::tasks
