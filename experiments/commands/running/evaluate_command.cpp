#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/evaluations/trained_cell.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/system/allocation.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/system/standard_descriptors.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/progress.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/study_source.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// The cells of a study in this folder; none where it holds none.
std::vector<std::string> cells_of(const fs::path& study) {
  std::vector<std::string> cells;
  if (const std::optional<frozen_study> s = read_study(study / "study.json"))
    for (const frozen_cell& c : s->cells) cells.push_back(c.folder);
  return cells;
}

// The cell that the folder is, or the finished ones of the study that it holds. Throws usage_error, saying what could
// be meant, where it is neither.
std::vector<fs::path> cells_meant(const fs::path& folder) {
  std::error_code code;
  if (fs::exists(folder / "config.toml", code)) return {folder};
  const std::string name = printable(folder.string());
  if (const std::vector<std::string> cells = cells_of(folder); !cells.empty()) {
    std::vector<fs::path> finished;
    for (const std::string& cell : cells)
      if (whole_result(folder / cell / "result.json")) finished.push_back(folder / cell);
    if (finished.empty())
      throw usage_error(fmt::format("none of the {} cells of {} is finished; the same lengthwise run goes on with them",
                                    cells.size(), name));
    return finished;
  }
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  if (const std::vector<std::string> cells = cells_of(plain.parent_path()); !cells.empty())
    throw usage_error(
        fmt::format("no config at {}: it is no cell; did you mean {}?", name,
                    printable((plain.parent_path() / nearest(plain.filename().string(), cells)).string(), 1000)));
  throw usage_error(
      fmt::format("no config at {}: it is no cell; give the folder of one, below that which lengthwise run wrote, or "
                  "that of a study",
                  name));
}

struct evaluation {
  cell_config config;
  std::string name;  // of its folder
};

// The config of the cell with the words applied; they may change what is evaluated, not what was trained.
evaluation asked_for(const fs::path& folder, std::span<const std::string> words) {
  study_settings settings = read_toml(folder / "config.toml");
  for (const std::string& word : words) apply_override(settings, word);
  if (!settings.sweep.empty())
    throw usage_error("command line: evaluate takes one value a key; write lists in brackets");
  const resolved_config resolved = resolve(settings.settings);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < settings.settings.size(); ++i) {
    const setting& s = settings.settings[i];
    if (s.nearness < on_command_line) continue;
    constexpr std::string_view taken[] = {"evaluate.", "corpus.", "view.", "recall.", "task."};
    if (std::ranges::none_of(taken, [&](std::string_view section) { return s.key.starts_with(section); }))
      throw usage_error(
          fmt::format("command line: {} belongs to the training; evaluate takes keys of evaluate, view and corpus",
                      printable(s.key)));
    if (resolved.decides[i]) keys.push_back(s.key);
  }
  check(resolved.config, settings.settings);
  evaluation asked{resolved.config, ""};
  identify_text(asked.config.corpus);
  std::vector<named_value> changed;
  for (const named_value& v : config_values(asked.config)) {
    if (std::ranges::find(keys, v.name) == keys.end() || v.name == "corpus.sha256") continue;
    const corpus_config& c = asked.config.corpus;
    // What a text is, and not where it lies.
    if (v.name == "corpus.path")
      changed.push_back({v.name, fmt::format("{}-{}", c.path.filename().string(), c.sha256.substr(0, 12))});
    else
      changed.push_back(v);
  }
  asked.name = folder_of(changed);
  return asked;
}

void print_table(const std::vector<evaluation_record>& all) {
  std::size_t widest = 0;  // of the views; none has a name where all is raw
  for (const evaluation_record& e : all)
    if (e.extension != raw_extension) widest = std::max(widest, e.extension.size() + 1);
  const auto view_column = [&](const evaluation_record& e) {
    return fmt::format("{:<{}}", e.extension == raw_extension ? "raw" : e.extension, widest).substr(0, widest);
  };
  show("{:>8}  {:<16} {:<{}}{:>10} {:>12} {:>14} {:>8}\n", "length", "protocol", widest > 0 ? "view" : "", widest,
       "targets", "perplexity", "bits per byte", "+-");
  for (const evaluation_record& e : all) {
    const std::string begin =
        fmt::format("{:>8}  {:<16} {}{:>10}", e.length, name_of(e.protocol), view_column(e), e.targets);
    if (e.ok())
      show("{} {:>12} {:>14.4f} {:>8}{}\n", begin,
           std::isfinite(e.perplexity) ? fmt::format("{:.4f}", e.perplexity) : std::string(beyond_text),
           e.bits_per_byte,
           std::isfinite(e.nll_standard_error) ? fmt::format("{:.4f}", e.nll_standard_error / std::numbers::ln2) : "-",
           e.chosen_key.empty() || !std::isfinite(e.chosen) ? "" : fmt::format("  {} {}", e.chosen_key, e.chosen));
    else
      show("{} {}\n", begin, e.status == evaluation_status::out_of_domain ? "out of domain" : "not finite");
  }
}

// Views that are not for the cell's encoding: refused for one cell, left out of the many of a study.
void fit_views(cell_config& c, bool one_of_many, progress_view& told) {
  const std::vector<std::string> asked(c.evaluate.views.begin(), c.evaluate.views.end());
  c.evaluate.views = {};
  for (const std::string& name : asked) {
    const std::string problem = view_problem(*c.view_named(name), *c.encoding);
    if (problem.empty())
      c.evaluate.views.push_back(name);
    else if (!one_of_many)
      throw usage_error("evaluate.views: " + problem);
    else
      told.line("left out: " + problem);
  }
}

int evaluate_again(const arguments& a) {
  outlive_readers();
  const fs::path given = a.words.front();
  const std::vector<fs::path> cells = cells_meant(given);
  const bool many = cells.size() > 1 || cells.front() != given;
  const int threads = a.whole("--threads", allocated_cores(), 1, 1024);
  progress_view view(progress_view::fitting(a.has("--quiet")));
  catch_interruptions();
  std::string evaluated;
  for (const fs::path& cell : cells) {
    auto [config, name] = asked_for(cell, std::span(a.words).subspan(1));
    fit_views(config, many, view);
    if (config.evaluate.views.empty()) continue;
    refuse_links(cell);
    const fs::path folder = cell / "evaluations" / name;
    const auto text = load_text(config.corpus, 0, longest_length(config.evaluate));
    require_memory(config, threads, text->test().size());
    const trained_cell trained = load_trained_cell(cell, view);
    view.begin(many ? cell.filename().string() : name);
    const cell_result result = evaluate_into(folder, trained, config, *text, threads, view);
    evaluated = name;
    if (a.has("--json"))
      show("{}", json_text(result));
    else if (!many)
      print_table(result.evaluation);
    if (!many) view.line(fmt::format("written to {}", printable(folder.string(), 1000)));
  }
  if (many && !evaluated.empty())
    view.line(fmt::format("{} cells evaluated; lengthwise report {} --evaluation {} shows the table", cells.size(),
                          printable(given.string(), 1000), printable(evaluated, 1000)));
  return 0;
}

}  // namespace

command evaluate_command() {
  return {"evaluate",
          "DIR [KEY=VALUE ...]",
          "Evaluate a trained cell, or all of a study, again: other lengths, protocols or texts",
          "Takes the keys of [evaluate], [view.NAME] and [corpus], and of [recall] and [task]; the results go to "
          "CELL/evaluations, and lengthwise report STUDY --evaluation NAME makes its tables of them.\n\n"
          "Example:\n  lengthwise evaluate runs/quickstart evaluate.lengths=[4096]\n  lengthwise evaluate "
          "runs/baseline-rope/cell evaluate.lengths=[128,4096] "
          "evaluate.protocols=[sliding]\n  lengthwise evaluate runs/baseline-rope/cell "
          "evaluate.views=[raw,cropped,yarn,rerope+logn]",
          1,
          static_cast<std::size_t>(-1),
          {{"--threads", "N", "threads (all cores that this process was given)"},
           {"--json", "", "as JSON"},
           {"--quiet", "", "no progress"}},
          evaluate_again};
}

}  // namespace lengthwise
