// Addition of numbers of n digits, all written from the lowest digit on, so that carries run with the reading. With
// hints every digit stands behind a letter that says its place, from a random one on (Zhou et al., 2023, arXiv
// 2310.16028).
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct addition : task_defaults {
  bool hints = false;

  static constexpr task_card about{"addition, reversed", "> a1 ... an + b1 ... bn = (c1 ... cn+1), c = a + b",
                                   "arXiv 2310.16028; arXiv 2402.09371"};
  static constexpr auto fields() {
    return std::tuple(field{"hints", &addition::hints, "whether a letter before each digit says its place"});
  }
  constexpr config_problem problem(int n) const {
    if (!hints || n < places) return {};
    return {"task.hints has 52 letters: task.most and evaluate.lengths must be below 52", "task.most",
            "evaluate.lengths"};
  }
  constexpr int tokens(int n) const { return 3 + (3 * n + 1) * (hints ? 2 : 1); }
  constexpr double guess() const { return 0.1; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    const int first = hints ? drawn.below(places - n, 2 * n) : 0;
    const auto hint = [&](int i) {
      if (hints) w.give(task_symbols[static_cast<std::size_t>(first + i)]);
    };
    for (int number = 0; number < 2; ++number) {
      w.give(number == 0 ? '>' : '+');
      for (int i = 0; i < n; ++i) {
        hint(i);
        w.give(digit(drawn.below(10, 2 * i + number)));
      }
    }
    w.give('=');
    int carry = 0;
    for (int i = 0; i <= n; ++i) {
      hint(i);
      const int sum = carry + (i < n ? drawn.below(10, 2 * i) + drawn.below(10, 2 * i + 1) : 0);
      w.answer(digit(sum % 10));
      carry = sum / 10;
    }
  }

 private:
  static constexpr int places = 52;
  static constexpr char digit(int value) { return static_cast<char>('0' + value); }
};
static_assert(writes(addition{}, 4, ">1942+7776=(86290)"));
static_assert(writes(addition{{}, true}, 3, ">m1n9o4+m7n7o7=m(8)n(6)o(2)p(1)"));

}  // namespace lengthwise::tasks
