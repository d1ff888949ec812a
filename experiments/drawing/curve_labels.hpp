// Labels of curves, short enough to stand beside them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// How many characters a UTF-8 text shows.
std::size_t characters_of(std::string_view);

// Each label in at most `most` characters (32 or more). Where one is too long, parts that tell nothing apart are left
// out of all; then what all have in common, part by part between commas, the name of a key last: "rope,
// path=/a/long/way/first.txt" becomes "rope, path=…first.txt" beside "rope, path=/a/long/way/second.txt". Labels that
// differ stay different.
std::vector<std::string> short_labels(const std::vector<std::string>& labels, std::size_t most);

}  // namespace lengthwise
