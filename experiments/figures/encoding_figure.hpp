// An encoding against distance: its bias for each head, or its rotation with RoPE's decay bound.
#pragma once
#include <filesystem>

#include "core/attention/encoding.hpp"

namespace lengthwise {

// Draws into an SVG, PDF or PNG, by the file's ending. Throws usage_error for an encoding that neither adds a bias nor
// turns.
void draw_encoding(const encoding&, const model_extents&, int length, const std::filesystem::path& file);

}  // namespace lengthwise
