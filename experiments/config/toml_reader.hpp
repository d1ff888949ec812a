// Config files. The grammar is TOML 1.0; what the keys mean is config.hpp's business.
#pragma once
#include <filesystem>
#include <string_view>

#include "experiments/config/setting.hpp"

namespace lengthwise {

// The settings of a text, in order, each with `name`:LINE; the table [sweep] as axes. Relative paths count
// from `folder`. Throws usage_error with file, line and reason for anything that is not a config, whatever the bytes.
study_settings parse_toml(std::string_view text, std::string_view name, const std::filesystem::path& folder = ".");

// The same of a file. Throws usage_error when it cannot be read.
study_settings read_toml(const std::filesystem::path& file);

// Throws usage_error where the dotted keys of a line could nest deeper than a stack is.
void refuse_deep_nesting(std::string_view text, std::string_view name);

}  // namespace lengthwise
