// The losses of every target, and where their windows lie in the text.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "core/evaluation/evaluator.hpp"
#include "core/text/windows.hpp"

namespace lengthwise {

// What a record calls the reading of a window as it is.
inline constexpr std::string_view raw_extension = "none";

// FOLDER is a cell's, or that of an evaluation after it.
// FOLDER/nll/LENGTH-PROTOCOL.npy, or LENGTH-PROTOCOL-VIEW.npy for a view (its extension in records): the loss of each
// target of each window, [window, position], NaN where none is scored.
std::filesystem::path losses_file(const std::filesystem::path& folder, int length, protocol,
                                  std::string_view extension = raw_extension);
// FOLDER/windows/LENGTH-PROTOCOL.npy: of each window its document's number in the part and its first byte there.
std::filesystem::path windows_file(const std::filesystem::path& folder, int length, protocol);

// FOLDER/answers/LENGTH-PROTOCOL.npy, with the view as for losses: of each target whose answer is known its window, its
// position there, how many tokens before it its definition begins, and what came of it (answer_outcome).
std::filesystem::path answers_file(const std::filesystem::path& folder, int length, protocol,
                                   std::string_view extension = raw_extension);

// A file that is not what was written, and what is wrong with it, in a line.
struct damaged_part {
  std::filesystem::path file;
  std::string problem;
};
// Which of these files are there and cut, or of another shape.
std::vector<damaged_part> damaged_losses(const std::filesystem::path& folder, int length, protocol,
                                         std::string_view extension = raw_extension);

struct recorded_losses {
  xt::xtensor<float, 2> losses;            // [windows, length], nats
  xt::xtensor<std::int64_t, 2> windows;    // [windows, 2]: document, first byte; [0, 2] where it was not recorded
  std::vector<known_answer> answers = {};  // none where the text has no such targets
};
// Nothing when there are none, or when they are damaged.
std::optional<recorded_losses> read_losses(const std::filesystem::path& folder, int length, protocol,
                                           std::string_view extension = raw_extension);

}  // namespace lengthwise
