// What a user asked for, key by key, before it is a config: from a file or from the command line.
#pragma once
#include <string>
#include <vector>

#include "core/config/value.hpp"

namespace lengthwise {

// One key's value and where it was said.
struct setting {
  std::string key;  // dotted: "train.length"
  config_value value;
  std::string where;  // "study.toml:12", or "command line"
  std::string text;   // as typed, where it came from the command line; else empty
};

// A key that takes several values in turn; keys with commas between them take lists of values together.
struct sweep_axis {
  std::string key;
  std::vector<setting> choices;
};

// Settings that all cells share, and the axes whose combinations are the cells. A later setting of a key wins.
struct study_settings {
  std::vector<setting> settings;
  std::vector<sweep_axis> sweep;
  std::string question;  // the first line of the file, where it is a comment
};

}  // namespace lengthwise
