// Lookup: n pairs of a key of some symbols and a value, then keys whose values are asked for: associative recall of
// n-grams, of several of them. No two keys are the same.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct lookup : task_defaults {
  int symbols = 26, gram = 2, queries = 4;

  static constexpr task_card about{"n-gram lookup", "> k1 v1 ... kn vn ? kj (vj) ...", "arXiv 2312.04927"};
  static constexpr auto fields() {
    return std::tuple(
        field{"symbols", &lookup::symbols, "symbols of keys and of values", 2.0, 26.0},
        field{"gram", &lookup::gram, "symbols of a key", 1.0, 4.0},
        field{"queries", &lookup::queries, "keys that are asked for, but no more than there are", 1.0, 1000.0});
  }
  constexpr config_problem problem(int n) const {
    int keys = 1;
    for (int i = 0; i < gram; ++i) keys *= symbols;
    if (2 * n <= keys) return {};
    return {"task lookup needs twice as many keys as pairs: task.symbols to the power of task.gram", "task.symbols",
            "task.gram"};
  }
  constexpr int tokens(int n) const { return 2 + (gram + 1) * (n + asked(n)); }
  constexpr double guess() const { return 1.0 / symbols; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    int draw = 0;
    w.give('>');
    for (int pair = 0; pair < n; ++pair) {
      const int begin = w.count;
      do {  // until it is no other's key
        w.count = begin;
        for (int i = 0; i < gram; ++i) w.give(task_symbols[static_cast<std::size_t>(drawn.below(symbols, draw++))]);
      } while (is_taken(w, pair));
      w.give(static_cast<char>('A' + drawn.below(symbols, draw++)));
    }
    w.give('?');
    for (int q = 0; q < asked(n); ++q) {
      const int begin = 1 + (gram + 1) * drawn.below(n, draw++);
      for (int i = 0; i < gram; ++i) w.give(w[begin + i]);
      w.answer(w[begin + gram]);
    }
  }

 private:
  constexpr int asked(int n) const { return n < queries ? n : queries; }
  constexpr bool is_taken(const task_writer& w, int pair) const {
    for (int other = 0; other < pair; ++other) {
      bool same = true;
      for (int i = 0; i < gram; ++i) same = same && w[1 + (gram + 1) * other + i] == w[1 + (gram + 1) * pair + i];
      if (same) return true;
    }
    return false;
  }
};
static_assert(writes((lookup{{}, 26, 2, 2}), 3, ">etZtlSgqF?tl(S)et(Z)"));

}  // namespace lengthwise::tasks
