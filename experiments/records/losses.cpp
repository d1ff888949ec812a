#include "experiments/records/losses.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <xtensor/xadapt.hpp>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

fs::path file_of(const fs::path& folder, const char* kind, int length, protocol p, std::string_view extension) {
  return folder / kind /
         fmt::format("{}-{}{}{}.npy", length, name_of(p), extension == raw_extension ? "" : "-",
                     extension == raw_extension ? "" : extension);
}

constexpr std::int64_t farthest_definition = std::int64_t{1} << 31;

// Items of a task are as long as the task makes them.
constexpr std::size_t any_columns = 0;

// A matrix of so many columns; nothing where the file is not there. Throws damaged_file for anything else.
template <class T>
std::optional<xt::xtensor<T, 2>> matrix_in(const fs::path& file, std::size_t columns) {
  std::error_code code;
  if (!fs::exists(file, code)) return std::nullopt;
  const npy_array<T> array = read_npy<T>(file);
  if (array.shape.size() != 2 || (columns != any_columns && array.shape[1] != columns))
    throw damaged_file(fmt::format("{} is damaged: its shape is ({}) where (windows, {}) is wanted",
                                   printable(file.string()), fmt::join(array.shape, ", "),
                                   columns == any_columns ? "inputs" : std::to_string(columns)));
  return xt::xtensor<T, 2>(xt::adapt(array.values, array.shape));
}

// What the files of one length and protocol hold.
struct loss_files {
  std::optional<xt::xtensor<float, 2>> losses;
  std::optional<xt::xtensor<std::int64_t, 2>> windows;
  std::vector<known_answer> answers;
  std::vector<damaged_part> damaged;
};
// Those that are answers of these losses. Throws damaged_file.
std::vector<known_answer> answers_in(const fs::path& file, const xt::xtensor<float, 2>& losses) {
  std::vector<known_answer> all;
  const std::optional<xt::xtensor<std::int64_t, 2>> rows = matrix_in<std::int64_t>(file, 4);
  for (std::size_t i = 0; rows && i < rows->shape(0); ++i) {
    const auto window = static_cast<std::size_t>((*rows)(i, 0)), position = static_cast<std::size_t>((*rows)(i, 1));
    const std::int64_t distance = (*rows)(i, 2), outcome = (*rows)(i, 3);
    if (window >= losses.shape(0) || position >= losses.shape(1) || distance < 0 || distance >= farthest_definition ||
        outcome < 0 || outcome > 2 || (outcome == 0) != std::isnan(losses(window, position)))
      throw damaged_file(fmt::format("{} is damaged: its row {} is no answer", printable(file.string()), i));
    all.push_back({window, position, static_cast<std::uint32_t>(distance), static_cast<answer_outcome>(outcome)});
  }
  return all;
}
loss_files files_of(const fs::path& folder, int length, protocol p, std::string_view extension) {
  loss_files all;
  const fs::path losses = losses_file(folder, length, p, extension), windows = windows_file(folder, length, p);
  try {
    all.losses = matrix_in<float>(losses, p == protocol::task ? any_columns : static_cast<std::size_t>(length));
  } catch (const error& problem) {
    all.damaged.push_back({losses, problem.what()});
  }
  const fs::path answers = answers_file(folder, length, p, extension);
  try {
    if (all.losses) all.answers = answers_in(answers, *all.losses);
  } catch (const error& problem) {
    all.damaged.push_back({answers, problem.what()});
  }
  try {
    all.windows = matrix_in<std::int64_t>(windows, 2);
  } catch (const error& problem) {
    all.damaged.push_back({windows, problem.what()});
  }
  constexpr std::int64_t most = std::int64_t{1} << 40;  // bytes of a text
  if (all.windows &&
      std::any_of(all.windows->begin(), all.windows->end(), [](std::int64_t x) { return x < 0 || x > most; }))
    all.damaged.push_back(
        {windows, fmt::format("{} is damaged: a window lies outside any text", printable(windows.string()))});
  if (all.losses && all.windows && all.losses->shape(0) != all.windows->shape(0))
    all.damaged.push_back(
        {windows, fmt::format("{} is damaged: it has {} windows, and their losses {}", printable(windows.string()),
                              all.windows->shape(0), all.losses->shape(0))});
  return all;
}

}  // namespace

fs::path losses_file(const fs::path& folder, int length, protocol p, std::string_view extension) {
  return file_of(folder, "nll", length, p, extension);
}
fs::path answers_file(const fs::path& folder, int length, protocol p, std::string_view extension) {
  return file_of(folder, "answers", length, p, extension);
}
// Views read the same windows.
fs::path windows_file(const fs::path& folder, int length, protocol p) {
  return file_of(folder, "windows", length, p, raw_extension);
}

std::vector<damaged_part> damaged_losses(const fs::path& folder, int length, protocol p, std::string_view extension) {
  return files_of(folder, length, p, extension).damaged;
}

std::optional<recorded_losses> read_losses(const fs::path& folder, int length, protocol p, std::string_view extension) {
  loss_files files = files_of(folder, length, p, extension);
  if (!files.losses || !files.damaged.empty()) return std::nullopt;
  recorded_losses found{*std::move(files.losses), xt::xtensor<std::int64_t, 2>::from_shape({0, 2}),
                        std::move(files.answers)};
  if (files.windows) found.windows = *std::move(files.windows);
  return found;
}

}  // namespace lengthwise
