// Modular arithmetic without brackets: numbers joined by + - and *, products first.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct modular_arithmetic : task_defaults {
  int modulus = 5;

  static constexpr task_card about{"modular arithmetic", "> d1 op d2 op ... dn = (value mod m)", "arXiv 2207.02098"};
  static constexpr auto fields() {
    return std::tuple(field{"modulus", &modular_arithmetic::modulus, "numbers are 0 to one less than it", 2.0, 10.0});
  }
  constexpr int tokens(int n) const { return 2 * n + 2; }
  constexpr double guess() const { return 1.0 / modulus; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    int sum = 0, product = 0, sign = 1;
    for (int i = 0; i < n; ++i) {
      const int number = drawn.below(modulus, 2 * i), operation = i == 0 ? 0 : drawn.below(3, 2 * i + 1);
      if (i > 0) w.give("+-*"[operation]);
      w.give(static_cast<char>('0' + number));
      if (operation == 2) {
        product = product * number % modulus;
        continue;
      }
      sum += sign * product, sign = operation == 1 ? -1 : 1, product = number;
    }
    sum = (sum + sign * product) % modulus;
    w.give('=');
    w.answer(static_cast<char>('0' + (sum + modulus) % modulus));
  }
};
static_assert(writes(modular_arithmetic{}, 5, ">0*4*2-1-1=(3)"));

}  // namespace lengthwise::tasks
