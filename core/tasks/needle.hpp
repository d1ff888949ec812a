// Needle: a number of some digits hidden in n letters, at a given depth or anywhere; which was it?
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct needle : task_defaults {
  int digits = 4;
  double depth = -1;

  static constexpr task_card about{"needle in a haystack", "> x ... <d1 ... dk> ... x ? (d1 ... dk)",
                                   "passkey retrieval: arXiv 2305.16300"};
  static constexpr auto fields() {
    return std::tuple(field{"digits", &needle::digits, "of the number", 1.0, 16.0},
                      field{"depth", &needle::depth, "share of the letters before it; -1: anywhere", -1.0, 1.0});
  }
  constexpr int tokens(int n) const { return n + 2 * digits + 4; }
  constexpr double guess() const { return 0.1; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    const int before = depth < 0 ? drawn.below(n + 1, n) : static_cast<int>(depth * n);
    w.give('>');
    int first = 0;
    for (int i = 0; i <= n; ++i) {
      if (i == before) {
        w.give('<');
        first = w.count;
        for (int d = 0; d < digits; ++d) w.give(static_cast<char>('0' + drawn.below(10, n + 1 + d)));
        w.give('>');
      }
      if (i < n) w.give(task_symbols[static_cast<std::size_t>(drawn.below(26, i))]);
    }
    w.give('?');
    for (int d = 0; d < digits; ++d) w.answer(w[first + d]);
  }
};
static_assert(writes(needle{}, 6, ">e<6252>tztls?(6252)"));

}  // namespace lengthwise::tasks
