#include "core/items/task_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/storage/errors.hpp"

namespace lengthwise {
namespace {

constexpr std::uint64_t asked_seed = 1;       // the same items whatever the seed of a cell
constexpr std::uint64_t most_attempts = 256;  // to meet an item of a part

// Of all items of a length the one of these draws.
task_item drawn_item(const task& t, const task_draws& drawn, int n) {
  const auto tokens = static_cast<std::size_t>(t.tokens(n));
  task_item item{std::string(tokens, ' '), std::vector<bool>(tokens)};
  const std::unique_ptr<bool[]> answers = std::make_unique<bool[]>(tokens);
  task_writer w{item.symbols, {answers.get(), tokens}};
  t.write(w, drawn, n);
  std::copy_n(answers.get(), tokens, item.answers.begin());
  return item;
}

// Numbers an attempt to draw item `index`: with the draws of an item these are less than 2^64.
std::uint64_t number_of(std::uint64_t index, std::uint64_t attempt) { return index * most_attempts + attempt; }

void copy_item(const task_item& item, std::span<token_id> inputs, std::span<token_id> targets) {
  const std::size_t used = item.symbols.size() - 1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] = i < used ? static_cast<unsigned char>(item.symbols[i]) : token_id{' '};
    targets[i] = i < used && item.answers[i + 1] ? static_cast<unsigned char>(item.symbols[i + 1]) : unscored;
  }
}

}  // namespace

item_part part_of(const task_item& item) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bits
  for (const char c : item.symbols) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  const std::uint64_t share = (hash ^ hash >> 32) % 8;
  return share == 0 ? item_part::test : share == 1 ? item_part::validation : item_part::train;
}

task_item asked_item(const task& t, item_part part, int n, std::uint64_t index) {
  const random_source source{asked_seed, random_stream::task_items, static_cast<std::uint32_t>(n)};
  for (std::uint64_t attempt = 0; attempt < most_attempts; ++attempt)
    if (task_item item = drawn_item(t, {source, number_of(2 * index + (part == item_part::test), attempt)}, n);
        part_of(item) == part)
      return item;
  throw usage_error(fmt::format(
      "task {} has too few items of length {} to hold some out of the training; ask longer ones", t.name(), n));
}

void task_items::copy(std::uint32_t /*step*/, std::size_t first, std::size_t length, std::span<token_id> inputs,
                      std::span<token_id> targets) const {
  for (std::size_t row = 0; row < inputs.size() / length; ++row)
    copy_item(asked_item(*task_, part_, n_, first + row), inputs.subspan(row * length, length),
              targets.subspan(row * length, length));
}

task_item task_sequences::item(std::uint32_t step, std::uint64_t sequence) const {
  const random_source lengths{seed_, random_stream::task_lengths, step},
      items{seed_, random_stream::task_training, step};
  const auto range = static_cast<std::uint64_t>(most_ - least_ + 1);
  for (std::uint64_t attempt = 0; attempt < most_attempts; ++attempt) {
    const std::uint64_t number = number_of(sequence, attempt);
    const int n = least_ + static_cast<int>(lengths.below(range, number));
    if (task_item drawn = drawn_item(*task_, {items, number}, n); part_of(drawn) == item_part::train) return drawn;
  }
  throw usage_error(fmt::format("task {} has no items of length {} to {} to train on", task_->name(), least_, most_));
}

void task_sequences::copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
                          std::span<token_id> targets) const {
  for (std::size_t row = 0; row < inputs.size() / length; ++row)
    copy_item(item(step, first + row), inputs.subspan(row * length, length), targets.subspan(row * length, length));
}

}  // namespace lengthwise
