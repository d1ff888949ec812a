// Composition of permutations of three things, one after the other: the group S3, a small one that does not commute.
#pragma once
#include "core/hooks/task_defaults.hpp"

namespace lengthwise::tasks {

struct permutations : task_defaults {
  static constexpr task_card about{"permutation composition", "> p1 ... pn = (pn o ... o p1), p in S3",
                                   "arXiv 2210.10749"};
  constexpr int tokens(int n) const { return n + 3; }
  constexpr double guess() const { return 1.0 / 6; }
  constexpr void write(task_writer& w, const task_draws& drawn, int n) const {
    w.give('>');
    std::array<int, 3> all{0, 1, 2};  // where each thing has got to
    for (int i = 0; i < n; ++i) {
      const int p = drawn.below(6, i);
      w.give(static_cast<char>('a' + p));
      for (int& place : all) place = permutation(p)[static_cast<std::size_t>(place)];
    }
    w.give('=');
    for (int p = 0; p < 6; ++p)
      if (permutation(p) == all) w.answer(static_cast<char>('a' + p));
  }

 private:
  static constexpr std::array<int, 3> permutation(int p) {
    constexpr std::array<std::array<int, 3>, 6> all{{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
    return all[static_cast<std::size_t>(p)];
  }
};
static_assert(writes(permutations{}, 5, ">aefec=(e)"));

}  // namespace lengthwise::tasks
