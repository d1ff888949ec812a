// What a trained model's attention has learned, against distance.
#pragma once
#include <filesystem>

#include "experiments/inspection/learned.hpp"

namespace lengthwise {

// Throws usage_error where there is no bias to draw.
void draw_learned(const learned_attention&, const std::filesystem::path& file);

}  // namespace lengthwise
