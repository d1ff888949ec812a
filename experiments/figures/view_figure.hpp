// What a view makes of distances and frequencies, drawn.
#pragma once
#include <filesystem>

#include "core/reading/view.hpp"

namespace lengthwise {

// Two panels: the distance that the last query of a window is told of each key that it sees, against the distance in
// the text; and what each plane's frequency is multiplied by, for a head of 32 channels of rope. Draws an SVG, PDF or
// PNG, by the file's ending. Throws as draw_with_gnuplot.
void draw_view(const view&, reading_extents, const std::filesystem::path& file);

}  // namespace lengthwise
