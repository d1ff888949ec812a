#include "core/text/windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/math/random.hpp"
#include "core/storage/errors.hpp"

namespace lengthwise {

std::size_t training_window_start(std::uint64_t seed, std::uint32_t step, std::size_t index, std::size_t split_size,
                                  std::size_t length) {
  if (split_size <= length)
    throw data_error(
        fmt::format("the train part has {} tokens, and a window of {} needs {}; choose a longer text or a "
                    "shorter length",
                    split_size, length, length + 1));
  return random_source{seed, random_stream::training_windows, step}.below(split_size - length, index);
}

void copy_window(std::span<const token_id> split, std::size_t start, std::span<token_id> inputs,
                 std::span<token_id> targets) {
  const std::size_t length = inputs.size();
  if (targets.size() != length || length >= split.size() || start >= split.size() - length)
    throw std::out_of_range(fmt::format("a window of {} at {} does not fit {} tokens", length, start, split.size()));
  std::ranges::copy(split.subspan(start, length), inputs.begin());
  std::ranges::copy(split.subspan(start + 1, length), targets.begin());
}

namespace {

// Batches have fewer sequences than this, so that a second draw is not the first one of another sequence.
constexpr std::uint64_t draw_stride = std::uint64_t{1} << 32, most_draws = 10'000;

std::size_t start_within_document(std::span<const token_id> split, std::uint64_t seed, std::uint32_t step,
                                  std::size_t index, std::size_t length) {
  for (std::uint64_t draw = 0; draw < most_draws; ++draw) {
    const std::size_t start = training_window_start(seed, step, index + draw * draw_stride, split.size(), length);
    const std::span window = split.subspan(start, length + 1);
    if (std::ranges::find(window, document_end) == window.end()) return start;
  }
  throw data_error(
      fmt::format("hardly any window of {} tokens lies within one document of the train part; choose a shorter "
                  "train.length, longer documents or corpus.across_documents = true",
                  length + 1));
}

}  // namespace

void copy_training_windows(std::span<const token_id> split, std::uint64_t seed, std::uint32_t step, std::size_t first,
                           std::size_t length, std::span<token_id> inputs, std::span<token_id> targets) {
  if (length == 0 || inputs.size() % length != 0 || targets.size() != inputs.size())
    throw std::invalid_argument("inputs and targets must both be [sequences, length]");
  for (std::size_t row = 0; row < inputs.size() / length; ++row) {
    const std::size_t start = start_within_document(split, seed, step, first + row, length);
    copy_window(split, start, inputs.subspan(row * length, length), targets.subspan(row * length, length));
  }
}

namespace {

// Windows whose scored targets follow each other without gap: window k starts at first_start + k advance and scores its
// last `advance` targets; the last one scores what is left of `targets`.
std::vector<evaluation_window> row_of_windows(std::size_t split_size, std::size_t length, std::size_t first_start,
                                              std::size_t advance, std::size_t targets) {
  if (length == 0 || advance == 0 || targets == 0)
    throw usage_error("an evaluation needs a length, a stride and a number of targets above 0");
  if (split_size <= first_start + length)
    throw data_error(
        fmt::format("the part to evaluate has {} tokens, and a window of {} needs {}; choose a longer text "
                    "or shorter lengths",
                    split_size, first_start + length, first_start + length + 1));
  const std::size_t fitting = (split_size - 1 - length - first_start) / advance + 1;
  const std::size_t wanted = targets / advance + (targets % advance != 0 ? 1 : 0);
  std::vector<evaluation_window> windows;
  for (std::size_t k = 0; k < std::min(fitting, wanted); ++k)
    windows.push_back({.start = first_start + k * advance,
                       .first_scored = length - advance,
                       .scored = std::min(advance, targets - k * advance)});
  return windows;
}

}  // namespace

std::vector<evaluation_window> non_overlapping_windows(std::size_t split_size, std::size_t length,
                                                       std::size_t targets) {
  return row_of_windows(split_size, length, 0, length, targets);
}

std::vector<evaluation_window> sliding_windows(std::size_t split_size, std::size_t length, std::size_t stride,
                                               std::size_t targets) {
  return row_of_windows(split_size, length, 0, std::min(stride, length), targets);
}

std::vector<evaluation_window> fixed_target_windows(std::size_t split_size, std::size_t length,
                                                    std::span<const std::size_t> lengths, std::size_t stride,
                                                    std::size_t targets) {
  if (std::ranges::find(lengths, length) == lengths.end())
    throw std::invalid_argument("the length must be one of the evaluation's lengths");
  const auto [shortest, longest] = std::ranges::minmax(lengths);
  return row_of_windows(split_size, length, longest - length, std::min(stride, shortest), targets);
}

std::size_t most_targets(protocol cut, const evaluation_plan& plan) {
  const auto [shortest, longest] = std::ranges::minmax(plan.lengths);
  std::size_t least = static_cast<std::size_t>(-1);
  for (const std::size_t length : plan.lengths) {
    // As in row_of_windows().
    const std::size_t advance = cut == protocol::non_overlapping ? length
                                : cut == protocol::sliding       ? std::min(plan.stride, length)
                                                                 : std::min(plan.stride, shortest),
                      end = cut == protocol::fixed_targets ? longest : length;
    least = std::min(least, plan.split_size <= end ? 0 : ((plan.split_size - 1 - end) / advance + 1) * advance);
  }
  return least;
}

std::vector<evaluation_window> evaluation_windows(protocol cut, const evaluation_plan& plan, std::size_t length) {
  switch (cut) {
    case protocol::non_overlapping: return non_overlapping_windows(plan.split_size, length, plan.targets);
    case protocol::sliding: return sliding_windows(plan.split_size, length, plan.stride, plan.targets);
    case protocol::fixed_targets:
      return fixed_target_windows(plan.split_size, length, plan.lengths, plan.stride, plan.targets);
    case protocol::task: break;
  }
  throw std::invalid_argument("there is no such protocol");
}

}  // namespace lengthwise
