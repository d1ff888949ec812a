// How a corpus of several texts or documents is cut into train, validation and test.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lengthwise {

enum class split_kind : std::uint8_t {
  shares,    ///< every text is cut by its shares of bytes
  documents  ///< whole documents are held out
};
constexpr auto names_of(split_kind) { return std::array<std::string_view, 2>{"shares", "documents"}; }

}  // namespace lengthwise
