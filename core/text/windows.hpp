// Which pieces of a text are trained on and scored. A window of length T has T inputs and T targets, the target of each
// input being the token after it, and so covers T + 1 tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.hpp"

namespace lengthwise {

// ---- Training

/// Where the window of sequence `index` of the batch of `step` begins in a part of `split_size` tokens: uniform over
/// the split_size - length places where a window of `length` fits, and a function of nothing but its arguments. Throws
/// data_error when none fits.
std::size_t training_window_start(std::uint64_t seed, std::uint32_t step, std::size_t index, std::size_t split_size,
                                  std::size_t length);

/// Copies the window that begins at `start`: inputs[t] = split[start + t], targets[t] = split[start + t + 1].
/// Both spans have the window's length. Throws std::out_of_range when the window does not fit.
void copy_window(std::span<const token_id> split, std::size_t start, std::span<token_id> inputs,
                 std::span<token_id> targets);

/// Sequences first, ..., first + n - 1 of a step's batch, n = inputs.size() / length, as inputs and targets [n,
/// length]. A shard asks only for its own sequences; the batch is the same however it is cut. A window that would run
/// across a document_end is drawn again, so that the others have equal chances; throws data_error where hardly any does
/// not.
void copy_training_windows(std::span<const token_id> split, std::uint64_t seed, std::uint32_t step, std::size_t first,
                           std::size_t length, std::span<token_id> inputs, std::span<token_id> targets);

// ---- Evaluation

/// A window of an evaluation: of its targets only those at positions first_scored, ..., first_scored + scored - 1
/// count.
struct evaluation_window {
  std::size_t start;         ///< of the first input, in the part
  std::size_t first_scored;  ///< position in the window, 0 to length - 1
  std::size_t scored;        ///< targets, at least 1

  bool operator==(const evaluation_window&) const = default;
};

/// How a text is cut for an evaluation.
enum class protocol : std::uint8_t {
  non_overlapping,  ///< windows stand side by side, every position is scored: contexts of 1 to T
  sliding,          ///< windows advance by the stride and score only their last stride targets: contexts near T
  fixed_targets,    ///< as sliding, and every length scores the same targets, each with as much context as it allows
  task              ///< items of a task, each by itself; no way to cut a text
};

/// The protocol's name in configs and results.
constexpr std::string_view name_of(protocol cut) {
  switch (cut) {
    case protocol::non_overlapping: return "non_overlapping";
    case protocol::sliding: return "sliding";
    case protocol::fixed_targets: return "fixed_targets";
    case protocol::task: return "task";
  }
  return "";
}

constexpr std::optional<protocol> protocol_named(std::string_view name) {
  for (const protocol cut : {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets, protocol::task})
    if (name_of(cut) == name) return cut;
  return std::nullopt;
}

/// Windows of `length` side by side from the part's beginning, until `targets` targets are scored or no further window
/// fits. The last window scores fewer when `targets` is not a multiple of the length. Throws data_error when not one
/// window fits, usage_error when an argument is 0; so do the other two.
std::vector<evaluation_window> non_overlapping_windows(std::size_t split_size, std::size_t length, std::size_t targets);

/// Windows that advance by min(stride, length), of which the last min(stride, length) targets are scored: no target is
/// scored twice or left out after the first window's context.
std::vector<evaluation_window> sliding_windows(std::size_t split_size, std::size_t length, std::size_t stride,
                                               std::size_t targets);

/// Windows of `length` (one of `lengths`) whose scored targets are the same tokens for each of `lengths`: window k ends
/// where window k of every other length ends, and the first ends where a window of the largest length fits.
/// Scores the last min(stride, smallest length) targets of each.
std::vector<evaluation_window> fixed_target_windows(std::size_t split_size, std::size_t length,
                                                    std::span<const std::size_t> lengths, std::size_t stride,
                                                    std::size_t targets);

/// What an evaluation asks of one part of a corpus.
struct evaluation_plan {
  std::size_t split_size;                ///< tokens in the part
  std::span<const std::size_t> lengths;  ///< all lengths of the evaluation
  std::size_t stride;
  std::size_t targets;  ///< wanted at each length; fewer where the part is too short
};

/// The targets that windows of every length of the plan can score in its part: what each is asked for, so that lengths
/// are compared on as many bytes. 0 where the longest does not fit.
std::size_t most_targets(protocol cut, const evaluation_plan& plan);

/// The windows of one length of the plan under a protocol.
std::vector<evaluation_window> evaluation_windows(protocol cut, const evaluation_plan& plan, std::size_t length);

}  // namespace lengthwise
