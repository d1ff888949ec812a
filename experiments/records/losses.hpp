// Where the losses of every target lie.
#pragma once
#include <filesystem>

#include "core/text/windows.hpp"

namespace lengthwise {

// FOLDER/LENGTH-PROTOCOL.npy: the loss of each target of each window, [window, position], NaN where none is scored.
std::filesystem::path losses_file(const std::filesystem::path& folder, int length, protocol);

}  // namespace lengthwise
