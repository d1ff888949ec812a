// A task: made-up items, each a row of symbols some of which are answers. What the answers are follows from what stands
// before them; a model is trained on short items and asked longer ones.
//
// A task inherits these defaults and hides what it changes. It has to have `about`, tokens(n), guess() and write(): an
// item of length n is a function of n and of what is drawn, and of nothing else.
#pragma once
#include <array>
#include <span>
#include <string_view>
#include <tuple>

#include "core/config/field.hpp"
#include "core/math/random.hpp"

namespace lengthwise {

// Symbols that tasks are written in, beside those that structure them.
inline constexpr std::string_view task_symbols = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

struct task_card {
  std::string_view title, formula, source;
};

// What is drawn for one item: number `index` of its draws, less than 2^20 of them.
struct task_draws {
  random_source source;
  std::uint64_t item = 0;
  constexpr int below(int count, int index) const {
    return static_cast<int>(
        source.below(static_cast<std::uint64_t>(count), (item << 20) + static_cast<std::uint64_t>(index)));
  }
};

// Where an item is written.
struct task_writer {
  std::span<char> symbols;
  std::span<bool> answers;
  int count = 0;

  constexpr void give(char symbol) { put(symbol, false); }
  constexpr void give(std::string_view text) {
    for (const char symbol : text) put(symbol, false);
  }
  constexpr void answer(char symbol) { put(symbol, true); }
  // What was written.
  constexpr char operator[](int at) const { return symbols[static_cast<std::size_t>(at)]; }

 private:
  constexpr void put(char symbol, bool is_answer) {
    symbols[static_cast<std::size_t>(count)] = symbol;
    answers[static_cast<std::size_t>(count++)] = is_answer;
  }
};

struct task_defaults {
  static constexpr auto fields() { return std::tuple<>(); }
  constexpr int shortest() const { return 1; }
  // What is wrong with its keys for items of this length.
  constexpr config_problem problem(int /*n*/) const { return {}; }
};

// What item 0 of this length for seed 1 is to be, its answers in round brackets: ">abc=(abc)".
template <class Task>
constexpr bool writes(const Task& task, int n, std::string_view expected) {
  std::array<char, 256> symbols{};
  std::array<bool, 256> answers{};
  task_writer w{symbols, answers};
  task.write(w, task_draws{{1, random_stream::task_items}}, n);
  std::size_t at = 0;
  const auto next = [&](char c) { return at < expected.size() && expected[at++] == c; };
  for (int i = 0; i < w.count; ++i) {
    const auto here = static_cast<std::size_t>(i);
    if (answers[here] && (i == 0 || !answers[here - 1]) && !next('(')) return false;
    if (!next(symbols[here])) return false;
    if (answers[here] && (i + 1 == w.count || !answers[here + 1]) && !next(')')) return false;
  }
  return at == expected.size() && w.count == task.tokens(n);
}

}  // namespace lengthwise
