#include "experiments/sweeps/part_of_study.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {
namespace {

std::string value_in(const study_cell& cell, std::string_view key) {
  for (const named_value& v : config_values(cell.config))
    if (v.name == key) return toml_text(v.value);
  return "";
}

// One condition as settings: what a command line's KEY=VALUE would mean.
std::set<std::string> wanted_values(const std::string& condition, std::string& key) {
  study_settings said;
  try {
    apply_override(said, condition);
  } catch (const usage_error&) {
    throw usage_error(fmt::format("--only: \"{}\" is no KEY=VALUE; write for example --only encoding.type=rope",
                                  printable(condition)));
  }
  std::set<std::string> values;
  for (const setting& s : said.settings) key = s.key, values.insert(toml_text(s.value));
  for (const sweep_axis& axis : said.sweep)
    for (const std::vector<setting>& choice : axis.choices)
      for (const setting& s : choice) key = s.key, values.insert(toml_text(s.value));
  return values;
}

}  // namespace

std::vector<const study_cell*> cells_where(const study& s, std::span<const std::string> conditions) {
  std::vector<const study_cell*> chosen;
  for (const study_cell& cell : s.cells) chosen.push_back(&cell);
  for (const std::string& condition : conditions) {
    std::string key;
    const std::set<std::string> wanted = wanted_values(condition, key);
    std::vector<std::string> keys;
    for (const named_value& v : config_values(s.cells.front().config)) keys.push_back(v.name);
    std::set<std::string> there;
    for (const study_cell& cell : s.cells)
      if (std::string value = value_in(cell, key); !value.empty()) there.insert(std::move(value));
    if (there.empty())
      throw usage_error(fmt::format("--only: no cell has a key \"{}\"{}", printable(key), did_you_mean(key, keys)));
    std::erase_if(chosen, [&](const study_cell* cell) { return !wanted.contains(value_in(*cell, key)); });
    if (chosen.empty())
      throw usage_error(fmt::format("--only: no cell has {}; {} is {}", printable(condition), printable(key),
                                    printable(fmt::format("{}", fmt::join(there, ", ")))));
  }
  return chosen;
}

}  // namespace lengthwise
