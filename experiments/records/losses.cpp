#include "experiments/records/losses.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

// A matrix of so many columns; nothing where the file is not there. Throws damaged_file for anything else.
template <class T>
std::optional<xt::xtensor<T, 2>> matrix_in(const fs::path& file, std::size_t columns) {
  std::error_code code;
  if (!fs::exists(file, code)) return std::nullopt;
  const npy_array<T> array = read_npy<T>(file);
  if (array.shape.size() != 2 || array.shape[1] != columns)
    throw damaged_file(fmt::format("{} is damaged: its shape is ({}) where (windows, {}) is wanted",
                                   printable(file.string()), fmt::join(array.shape, ", "), columns));
  return xt::xtensor<T, 2>(xt::adapt(array.values, array.shape));
}

// What the two files of one length and protocol hold.
struct loss_files {
  std::optional<xt::xtensor<float, 2>> losses;
  std::optional<xt::xtensor<std::int64_t, 2>> windows;
  std::vector<damaged_part> damaged;
};
loss_files files_of(const fs::path& folder, int length, protocol p, std::string_view extension) {
  loss_files all;
  const fs::path losses = losses_file(folder, length, p, extension), windows = windows_file(folder, length, p);
  try {
    all.losses = matrix_in<float>(losses, static_cast<std::size_t>(length));
  } catch (const error& problem) {
    all.damaged.push_back({losses, problem.what()});
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
  recorded_losses found{*std::move(files.losses), xt::xtensor<std::int64_t, 2>::from_shape({0, 2})};
  if (files.windows) found.windows = *std::move(files.windows);
  return found;
}

}  // namespace lengthwise
