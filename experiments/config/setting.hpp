// What a user asked for, key by key, before it is a config: from a file or from the command line.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/config/value.hpp"

namespace lengthwise {

// How near a setting is: of two that decide the same, the nearer wins, and of equally near ones the later.
inline constexpr int in_file = 0, in_sweep = 1, on_command_line = 2;  // each word is nearer than the one before it
// A file that another extends is further by two, and its own base by two more.
constexpr bool is_swept(int nearness) { return nearness < on_command_line && nearness % 2 != 0; }

// One key's value and where it was said.
struct setting {
  std::string key;  // dotted: "train.length"
  config_value value;
  std::string where;  // "study.toml:12", or "command line"
  std::string text;   // as typed, where it came from the command line; else empty
  int nearness = in_file;
  std::filesystem::path folder = ".";  // where a relative path counts from
};

// Keys that take several values in turn: each choice has a setting for each key, mostly one.
struct sweep_axis {
  std::vector<std::string> keys;
  std::vector<std::vector<setting>> choices;
};
// The keys of "train.length,train.batch".
std::vector<std::string> keys_together(std::string_view joined);

// Settings that all cells share, and the axes whose combinations are the cells.
struct study_settings {
  std::vector<setting> settings;
  std::vector<sweep_axis> sweep;
  std::string question;  // the first line of the file, where it is a comment
  int words = 0;         // of the command line that were applied
};

}  // namespace lengthwise
