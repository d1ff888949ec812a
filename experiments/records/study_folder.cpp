#include "experiments/records/study_folder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// Folders that the first list has and the second has not.
std::string missing_from(const std::vector<frozen_cell>& cells, const std::vector<frozen_cell>& others) {
  std::vector<std::string> names;
  for (const frozen_cell& c : cells)
    if (std::ranges::find(others, c.folder, &frozen_cell::folder) == others.end()) names.push_back(c.folder);
  if (names.size() > 3) names = {names[0], names[1], fmt::format("{} more", names.size() - 2)};
  return fmt::format("{}", fmt::join(names, " and "));
}

}  // namespace

frozen_study frozen(const study& s) {
  frozen_study f{s.name, read_text(s.question), {}};
  for (const study_cell& c : s.cells)
    f.cells.push_back({c.folder, config_hash(c.config), c.varied, config_values(c.config)});
  return f;
}

std::string study_hash(const frozen_study& s) {
  std::string cells;
  for (const frozen_cell& c : s.cells) cells += fmt::format("{} {}\n", c.folder, c.config_hash);
  return sha256_of(std::as_bytes(std::span(cells))).substr(0, 12);
}

void refuse_difference(const fs::path& folder, std::span<const named_value> there, std::span<const named_value> here) {
  const std::string where = printable(folder.string()), found = printable(difference(there, here), 1000);
  if (differing_keys(there, here) == std::vector<std::string>{"corpus.sha256"})
    throw data_error(
        fmt::format("the text has changed since {}: {}\nbring back the text or give another --output", where, found));
  throw usage_error(fmt::format(
      "{} holds the results of another config: {}\ngive another --output, or the config that made it", where, found));
}

void keep_folders(study& asked, const fs::path& folder) {
  const std::optional<frozen_study> there = read_study(folder / "study.json");
  if (!there || there->cells.size() != asked.cells.size()) return;
  std::map<std::string, std::string> folders;
  for (const frozen_cell& c : there->cells) folders[c.config_hash] = c.folder;
  if (folders.size() != asked.cells.size()) return;
  for (const study_cell& c : asked.cells)
    if (!folders.contains(config_hash(c.config))) return;
  for (study_cell& c : asked.cells) c.folder = folders[config_hash(c.config)];
}

void refuse_other_study(const study& asked, const fs::path& folder) {
  const std::optional<frozen_study> there = read_study(folder / "study.json");
  if (!there) return;
  const frozen_study here = frozen(asked);
  for (const frozen_cell& c : here.cells) {
    const auto same = std::ranges::find(there->cells, c.folder, &frozen_cell::folder);
    if (same != there->cells.end() && same->config_hash != c.config_hash)
      refuse_difference(folder, same->config, c.config);
  }
  std::string found;
  const std::string gone = missing_from(there->cells, here.cells), added = missing_from(here.cells, there->cells);
  if (!gone.empty()) found = fmt::format("it has the cells {}, which this config has not", gone);
  if (!added.empty())
    found += fmt::format("{}this config has the cells {}, which it has not", found.empty() ? "" : "; ", added);
  if (!found.empty())
    throw usage_error(
        fmt::format("{} holds the results of another config: {}\ngive another --output, or the config that made it",
                    printable(folder.string()), printable(found, 1000)));
}

frozen_study read_study_folder(const fs::path& folder) {
  if (std::optional<frozen_study> study = read_study(folder / "study.json")) return *study;
  if (!fs::exists(folder / "config.toml"))
    throw usage_error(
        fmt::format("{} is no results folder: it has no study.json; give the folder that lengthwise run wrote",
                    printable(folder.string())));
  const cell_config c = read_cell_config(folder);
  return {c.name, read_text(), {{".", config_hash(c), {}, config_values(c)}}};
}

fs::path cell_path(const fs::path& folder, const frozen_cell& c) {
  return c.folder == "." ? folder : folder / c.folder;
}

cell_config read_cell_config(const fs::path& folder) {
  const study_settings settings = read_toml(folder / "config.toml");
  return config_of(settings.settings);
}

}  // namespace lengthwise
