// What a user asked for, written where the user said: a file, a link to one, a device, a pipe or standard output.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace lengthwise {

/// Whether a product of this name goes to standard output: "-", or any name of the same file.
bool is_standard_output(const std::filesystem::path&);

/// Writes `bytes` under the name that a user gave. A regular file is replaced at once and keeps its mode
/// (write_atomically); of a link, what it leads to; anything else (a device, a pipe, a terminal) is opened and written,
/// and stays what it is. "-" is standard output. Throws io_error.
void write_product(const std::filesystem::path&, std::span<const std::byte> bytes);

/// The same for text.
void write_product(const std::filesystem::path&, std::string_view text);

}  // namespace lengthwise
