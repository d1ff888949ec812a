// From what was said to a config: which setting decides a key that several say, in whatever spelling.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace lengthwise {

struct resolved_config {
  cell_config config;
  std::vector<bool> decides;       // of each setting: whether the config has its value
  std::vector<std::string> notes;  // what was left out, and why
};

// Defaults, then the settings: the nearer and then the later wins, whichever way its key is written (encoding.KEY or
// encoding.TYPE.KEY; corpus.name or corpus.path, which are one choice). Hyper-parameters that a file gives another
// encoding than the command line names are left out. Throws usage_error, with the place, for a setting that is wrong,
// and where one file says two things of one. Does not check that the values fit together.
resolved_config resolve(std::span<const setting>);
cell_config config_of(std::span<const setting>);

// Throws usage_error, with the place of the setting at fault, unless all sections are sound and fit each other.
void check(const cell_config&, std::span<const setting>);

// The key of the resolved config that a setting is meant for: encoding.base for encoding.rope.base where the encoding
// is rope; "" for one that is meant for another encoding.
std::string key_in(const cell_config&, const setting&);

}  // namespace lengthwise
