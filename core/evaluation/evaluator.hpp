// Evaluates a trained model at any length: the loss of every target of every window of a protocol. Several ranks, each
// with the same model, do it together: windows are dealt over them, every rank has the whole result, and `progress`
// stops all of them by throwing on rank 0, and may not throw elsewhere.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/evaluation/evaluate_config.hpp"
#include "core/model/transformer.hpp"
#include "core/parallel/ranks.hpp"
#include "core/reading/view.hpp"
#include "core/text/batch_source.hpp"
#include "core/text/documents.hpp"

namespace lengthwise {

enum class evaluation_status { ok, out_of_domain, non_finite };
constexpr auto names_of(evaluation_status) {
  return std::array<std::string_view, 3>{"ok", "out_of_domain", "non_finite"};
}

// A target whose answer is known: where its definition begins, tokens before it, and what the model said. One whose
// definition lies before its window is not scored.
enum class answer_outcome : std::uint8_t { not_scored, wrong, right };
struct known_answer {
  std::size_t window, position;
  std::uint32_t distance;
  answer_outcome outcome;
};

// Losses in nats. Numbers have a meaning only where the status is ok. All means are over targets. A perplexity that a
// double cannot hold is infinite.
struct evaluation_result {
  int length = 0;
  lengthwise::protocol protocol = lengthwise::protocol::non_overlapping;
  int stride = 0;
  evaluation_status status = evaluation_status::ok;
  std::int64_t targets = 0;
  double nll = 0, nll_standard_error = 0, perplexity = 0, bits_per_byte = 0;
  // Loss of every position of every window, [windows, length]; NaN where a position is not scored.
  int windows = 0;
  std::vector<float> losses;
  std::vector<window_place> places;   // of the windows
  std::vector<known_answer> answers;  // in their order; none where the text has no such targets
};

// How windows of one of the config's lengths are evaluated.
struct evaluation_request {
  int length;
  lengthwise::protocol protocol;
  const view* reading = nullptr;  // null: raw
};

// The windows of a part, of which a view leaves out the first `left_out` tokens.
std::vector<evaluation_window> windows_read(std::span<const token_id> text, const evaluate_config&, protocol,
                                            int length, std::size_t left_out);

// Whether windows cut by the protocol can be read by the view: one that reads the end of a window, or changes its
// beginning, needs targets that lie at the end.
bool is_readable(const view&, protocol, reading_extents);

// `text` is a part, of one document or several. `progress`, where given, is told the share done and may throw
// to stop. Throws data_error where not one window fits, usage_error where a target lies before what the view reads.
evaluation_result evaluate(const transformer&, text_part text, const evaluate_config&, evaluation_request, processors,
                           const std::function<void(double)>& progress = {});

// Sequences 0 .. count - 1 of a source, each of `time` inputs, as the raw text or by a view that reads all of them:
// every target that counts is an answer. They are one window each, and a document each. `length` only names the result.
evaluation_result evaluate_items(const transformer&, const batch_source&, std::size_t count, int time, int length,
                                 const view&, processors, const std::function<void(double)>& progress = {});

// The view with the key that it leaves open at what is best on a text: the fixed targets of the length, at most
// choice_targets of them. A view that leaves none open is copied.
inline constexpr int choice_targets = 4096;
std::unique_ptr<view> choose(const view&, const transformer&, text_part text, const evaluate_config&, int length,
                             processors, const std::function<void(double)>& progress = {});

}  // namespace lengthwise
