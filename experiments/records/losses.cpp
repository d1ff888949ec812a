#include "experiments/records/losses.hpp"

#include <fmt/format.h>

namespace lengthwise {

std::filesystem::path losses_file(const std::filesystem::path& folder, int length, protocol p) {
  return folder / fmt::format("{}-{}.npy", length, name_of(p));
}

}  // namespace lengthwise
