// Files that are either the old one or the new one, whatever happens in between.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace lengthwise {

/// Whether a file of this name is a temporary one of write_atomically(): NAME.PROCESS-NUMBER.tmp. In a folder that one
/// process owns, such files are what a killed process left behind and may be deleted.
bool is_temporary_name(std::string_view name);

/// Replaces `path` by `bytes` so that a reader, or a machine that loses power, finds the whole old file or the whole
/// new one: writes a temporary file in the same folder, syncs it, renames it over `path` and syncs the folder. Throws
/// io_error (and removes the temporary) when the folder is missing, the disk is full or writing is not allowed; the old
/// file is then untouched.
///
/// The environment variable LENGTHWISE_SAVE_DELAY_MS makes it sleep between writing and renaming, for crash tests.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// The same for text.
void write_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace lengthwise
