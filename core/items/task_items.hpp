// Items of a task as batches: those that are trained on, of many lengths, and those that are asked, of one.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/items/task.hpp"
#include "core/text/batch_source.hpp"

namespace lengthwise {

struct task_item {
  std::string symbols;
  std::vector<bool> answers;  // which of them are
};

// Which items are whose is decided by what they are, by a hash of their symbols: what is asked was never trained on.
enum class item_part : std::uint8_t { train, validation, test };
item_part part_of(const task_item&);

// Item `index` of this length to validate or to test on, a function of its arguments: the same whatever the seed of a
// cell. Throws usage_error where hardly any item of this length is of the part: there are too few of them.
task_item asked_item(const task&, item_part, int n, std::uint64_t index);

// Items of one length, in their order, whatever the step: inputs are all but the last symbol, targets what follows
// where it is an answer. The task must outlive it.
class task_items final : public batch_source {
 public:
  task_items(std::shared_ptr<const task> asked, item_part part, int n) : task_(std::move(asked)), part_(part), n_(n) {}
  int time() const { return task_->tokens(n_) - 1; }
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override;

 private:
  std::shared_ptr<const task> task_;
  item_part part_;
  int n_;
};

// Items to train on, of lengths from `least` to `most`, all equally likely; what is left of a sequence behind a shorter
// one counts for nothing.
class task_sequences final : public batch_source {
 public:
  task_sequences(std::shared_ptr<const task> trained, int least, int most, std::uint64_t seed)
      : task_(std::move(trained)), least_(least), most_(most), seed_(seed) {}
  task_item item(std::uint32_t step, std::uint64_t sequence) const;
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override;

 private:
  std::shared_ptr<const task> task_;
  int least_, most_;
  std::uint64_t seed_;
};

}  // namespace lengthwise
