// A whole regular file in memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace lengthwise {

/// Every byte of the file at `path`.
/// Throws io_error when it is missing, is not a regular file (folder, pipe, device) or cannot be read; never blocks on
/// a pipe.
std::vector<std::byte> file_bytes(const std::filesystem::path& path);

}  // namespace lengthwise
