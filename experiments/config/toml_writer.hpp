// A config as text, and the hash by which a result names its config.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace lengthwise {

// A value as TOML. Numbers are the shortest text that reads back as the same bits.
std::string toml_text(const config_value&);
// Keys with values as a TOML file, in their order, a section's keys under its [heading].
std::string toml_text(std::span<const named_value>);
// The resolved config: every key, whether it was set or not. Reading it gives the same config.
std::string toml_text(const cell_config&);

// One of corpus.name, corpus.path, corpus.sha256 that is empty: a config is written without it.
bool does_not_say_which_text(const named_value&);

// SHA-256 of the resolved config, without the name, and without the path of a text whose digest it has: what the result
// depends on.
std::string config_hash(const cell_config&);
// The same without how it is evaluated: what the trained parameters depend on.
std::string training_hash(const cell_config&);

// The keys in which two configs differ. The name is none, nor is where a text of the same digest lies.
std::vector<std::string> differing_keys(std::span<const named_value> there, std::span<const named_value> here);
// The same as "train.steps is 600 there and 100 here", at most `most` of them.
std::string difference(std::span<const named_value> there, std::span<const named_value> here, std::size_t most = 4);

}  // namespace lengthwise
