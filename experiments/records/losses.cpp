#include "experiments/records/losses.hpp"

#include <fmt/format.h>

#include <xtensor/xadapt.hpp>

#include "core/storage/npy.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

fs::path file_of(const fs::path& folder, const char* kind, int length, protocol p, std::string_view extension) {
  return folder / kind /
         fmt::format("{}-{}{}{}.npy", length, name_of(p), extension == raw_extension ? "" : "-",
                     extension == raw_extension ? "" : extension);
}

// A matrix of so many columns; nothing where the file is not there or holds something else.
template <class T>
std::optional<xt::xtensor<T, 2>> matrix_in(const fs::path& file, std::size_t columns) {
  if (!fs::exists(file)) return std::nullopt;
  const npy_array<T> array = read_npy<T>(file);
  if (array.shape.size() != 2 || array.shape[1] != columns) return std::nullopt;
  return xt::xtensor<T, 2>(xt::adapt(array.values, array.shape));
}

}  // namespace

fs::path losses_file(const fs::path& folder, int length, protocol p, std::string_view extension) {
  return file_of(folder, "nll", length, p, extension);
}
// Views read the same windows.
fs::path windows_file(const fs::path& folder, int length, protocol p) {
  return file_of(folder, "windows", length, p, raw_extension);
}

std::optional<recorded_losses> read_losses(const fs::path& folder, int length, protocol p, std::string_view extension) {
  auto losses = matrix_in<float>(losses_file(folder, length, p, extension), static_cast<std::size_t>(length));
  if (!losses) return std::nullopt;
  recorded_losses found{*std::move(losses), xt::xtensor<std::int64_t, 2>::from_shape({0, 2})};
  if (auto windows = matrix_in<std::int64_t>(windows_file(folder, length, p), 2);
      windows && windows->shape(0) == found.losses.shape(0))
    found.windows = *std::move(windows);
  return found;
}

}  // namespace lengthwise
