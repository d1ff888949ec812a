#include "experiments/reuse/study_of_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/texts/study_source.hpp"

namespace lengthwise {
namespace {

bool is_of_evaluation(const setting& s) { return s.key.starts_with("evaluate.") || s.key.starts_with("view."); }

// The words as axes: one value is a choice of one.
std::vector<sweep_axis> axes_of(std::span<const std::string> words, std::vector<setting>& of_evaluation) {
  study_settings said;
  for (const std::string& word : words) apply_override(said, word);
  std::vector<sweep_axis> axes;
  for (setting& s : said.settings)
    if (is_of_evaluation(s))
      of_evaluation.push_back(std::move(s));
    else
      axes.push_back({{s.key}, {{s}}});
  for (sweep_axis& axis : said.sweep) {
    if (is_of_evaluation(axis.choices.front().front()))
      throw usage_error(
          fmt::format("command line: {} changes the evaluation of every cell and has one value; write a "
                      "list in brackets",
                      printable(axis.keys.front())));
    axes.push_back(std::move(axis));
  }
  return axes;
}

// A cell with what else is said of it. Notes go to the study.
study_cell cell_with(const frozen_cell& there, std::span<const setting> added, study& made) {
  std::vector<setting> settings;
  for (const named_value& v : there.config)
    if (!does_not_say_which_text(v)) settings.push_back({v.name, v.value, "study.json", "", in_file, "."});
  settings.insert(settings.end(), added.begin(), added.end());
  resolved_config resolved = resolve(settings);
  check(resolved.config, settings);
  for (std::string& note : resolved.notes)
    if (std::ranges::find(made.notes, note) == made.notes.end()) made.notes.push_back(std::move(note));
  study_cell cell{there.folder, there.varied, {}, std::move(resolved.config)};
  bool renamed = false;
  const std::vector<named_value> values = config_values(cell.config);
  for (const setting& s : added) {
    cell.said.push_back(s);
    if (is_of_evaluation(s)) continue;
    renamed = true;
    const std::string key = key_in(cell.config, s);
    const auto value = std::ranges::find(values, key, &named_value::name);
    if (value == values.end()) continue;
    const auto varied = std::ranges::find(cell.varied, s.key, &named_value::name);
    if (varied != cell.varied.end())
      varied->value = value->value;
    else
      cell.varied.push_back({s.key, value->value});
  }
  // A hyper-parameter that another encoding has not is nothing that it varies in.
  std::erase_if(cell.varied, [&](const named_value& v) {
    const setting as_said{v.name, v.value, "", "", in_file, "."};
    const std::string key = key_in(cell.config, as_said);
    return std::ranges::find(values, key, &named_value::name) == values.end();
  });
  if (renamed) cell.folder = folder_of(cell.varied);
  return cell;
}

}  // namespace

study study_of_folder(const std::filesystem::path& folder, std::span<const std::string> words) {
  const frozen_study there = read_study_folder(folder);
  if (!std::filesystem::exists(folder / "study.json"))
    throw usage_error(
        fmt::format("{0} is one cell and no study; lengthwise run {0}/config.toml --output DIR repeats it",
                    printable(folder.string(), 1000)));
  for (const frozen_cell& c : there.cells)
    if (c.config.empty())
      throw usage_error(fmt::format("{} was written by an older version that kept no configs; run its config again",
                                    printable((folder / "study.json").string(), 1000)));
  std::vector<setting> of_evaluation;
  const std::vector<sweep_axis> axes = axes_of(words, of_evaluation);
  study made;
  made.name = there.name, made.question = there.question.shown();
  std::set<std::string> hashes;
  for (const frozen_cell& c : there.cells) {
    made.cells.push_back(cell_with(c, of_evaluation, made));
    hashes.insert(config_hash(made.cells.back().config));
  }
  std::size_t count = axes.empty() ? 0 : 1;
  for (const sweep_axis& axis : axes) count *= axis.choices.size();
  for (std::size_t index = 0; index < count; ++index)
    for (const frozen_cell& c : there.cells) {
      std::vector<setting> added = of_evaluation;
      std::size_t rest = index;
      for (std::size_t i = axes.size(); i-- > 0; rest /= axes[i].choices.size()) {
        const std::vector<setting>& choice = axes[i].choices[rest % axes[i].choices.size()];
        added.insert(added.end(), choice.begin(), choice.end());
      }
      study_cell cell = cell_with(c, added, made);
      if (hashes.insert(config_hash(cell.config)).second) made.cells.push_back(std::move(cell));
    }
  refuse_twins(made, [](const study_cell& cell) { return cell.folder; });
  identify_texts(made);
  if (const std::size_t more = made.cells.size() - there.cells.size(); more > 0)
    made.notes.push_back(fmt::format("{} cell{} to the {} of {}", more, more == 1 ? " is added" : "s are added",
                                     there.cells.size(), printable(folder.string(), 1000)));
  return made;
}

}  // namespace lengthwise
