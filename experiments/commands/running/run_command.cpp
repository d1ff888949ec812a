#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/cells/cell_memory.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/drawing/curve_labels.hpp"
#include "experiments/ranks/launch.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/reuse/study_of_folder.hpp"
#include "experiments/studies/jobs.hpp"
#include "experiments/studies/plan.hpp"
#include "experiments/studies/study_run.hpp"
#include "experiments/system/allocation.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/standard_descriptors.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"
#include "experiments/texts/study_source.hpp"

namespace lengthwise {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t longest_label = 32;

// "type=rope, seed=1": keys by their last part.
std::vector<std::string> short_names(const study& asked, const std::vector<cell_plan>& plans) {
  std::vector<std::string> names;
  for (const cell_plan& p : plans) {
    std::vector<std::string> parts;
    for (const study_cell& cell : asked.cells)
      for (const named_value& v : cell.varied)
        if (cell.folder == p.folder) {
          const auto* text = std::get_if<std::string>(&v.value);
          parts.push_back(v.name.substr(v.name.rfind('.') + 1) + "=" + (text != nullptr ? *text : toml_text(v.value)));
        }
    names.push_back(parts.empty() ? p.folder : fmt::format("{}", fmt::join(parts, ", ")));
  }
  return short_labels(names, longest_label);
}

void print_plan(const study& asked, const std::vector<cell_plan>& plans, const run_options& options, bool as_json) {
  double disk = 0, flops = 0, memory = 0;
  const double seconds = seconds_together(plans, options.jobs);
  json cells = json::array();
  const std::vector<std::string> names = short_names(asked, plans);
  text_grid rows{{"cell", "parameters", "memory", "disk", "training", "evaluating"}};
  for (const cell_plan& p : plans) {
    disk += p.disk, flops += p.train_flops, memory = std::max(memory, p.memory);
    if (as_json)
      cells.push_back({{"folder", p.folder},
                       {"parameters", p.parameters},
                       {"train_flops", p.train_flops},
                       {"memory_bytes", p.memory},
                       {"disk_bytes", p.disk},
                       {"train_seconds", p.train_seconds},
                       {"evaluation_seconds", p.evaluation_seconds}});
    else
      rows.push_back({names[rows.size() - 1], grouped(static_cast<double>(p.parameters)), bytes_text(p.memory),
                      bytes_text(p.disk), clock_text(p.train_seconds), clock_text(p.evaluation_seconds)});
  }
  const int at_once = std::min(options.jobs, static_cast<int>(plans.size()));
  memory *= at_once;
  if (as_json)
    show("{}\n", json{{"name", asked.name},
                      {"cells", cells},
                      {"jobs", options.jobs},
                      {"threads", options.threads},
                      {"train_flops", flops},
                      {"memory_bytes", memory},
                      {"disk_bytes", disk},
                      {"seconds", seconds}}
                     .dump(1, ' ', true, json::error_handler_t::replace));
  else
    show("{}{}", drawn(rows),
         wrapped(fmt::format("{} cells with {} at once on {} threads each: {:.2f} TFLOP, {} of memory, {} on the disk, "
                             "about {}",
                             plans.size(), at_once, options.threads, flops / 1e12, bytes_text(memory), bytes_text(disk),
                             clock_text(seconds)),
                 std::clamp<std::size_t>(screen_of(STDOUT_FILENO).columns, 60, 200)));
}

void print_outcomes(const std::vector<cell_outcome>& outcomes, const run_options& options) {
  json cells = json::array();
  for (const cell_outcome& o : outcomes) {
    json cell = {{"folder", o.folder},
                 {"exit_code", o.exit_code},
                 {"status", name_of(state_of_cell(options.output / o.folder).state)}};
    if (!o.message.empty()) cell["message"] = o.message;
    if (const std::optional<cell_result> result = read_result(options.output / o.folder / "result.json"))
      cell["result"] = json::parse(json_text(*result));
    cells.push_back(std::move(cell));
  }
  show("{}\n",
       json{{"output", options.output.string()}, {"cells", cells}}.dump(1, ' ', true, json::error_handler_t::replace));
}

// What is not said: as many cells at once as end soonest, as far as memory goes. `threads` of each where that is said,
// else 0.
division_of_cores divided(const study& asked, const std::filesystem::path& output, int cores, int threads) {
  std::vector<const study_cell*> unfinished;
  for (const study_cell& cell : asked.cells)
    if (!std::filesystem::exists(output / cell.folder / "result.json")) unfinished.push_back(&cell);
  const double free = available_memory();
  const auto fits = [&](int jobs, int of_each) {
    return std::ranges::all_of(unfinished, [&](const study_cell* cell) {
      return jobs * cell_memory(cell->config, threads > 0 ? threads : of_each).bytes <= free;
    });
  };
  return divide_cores(threads > 0 ? std::max(1, cores / threads) : cores, unfinished.size(), fits);
}

// runs/NAME, and behind it what the command line says: what it changes is another study's.
std::string usual_folder(const study& asked, std::span<const std::string> words) {
  std::string folder = asked.name, said;
  for (const std::string& word : words)
    if (!word.starts_with("name=")) said += "," + word;
  return said.empty() ? "runs/" + folder : fmt::format("runs/{}-{}", folder, folder_name(said.substr(1)));
}

int run(const arguments& a) {
  outlive_readers();
  const bool goes_on = std::filesystem::is_directory(a.words.front());
  if (goes_on && a.has("--output"))
    throw usage_error("a study that goes on stays in its folder; --output belongs to a config");
  study asked = goes_on ? study_of_folder(a.words.front(), std::span(a.words).subspan(1)) : study_from_words(a.words);
  const int cores = a.together.count() > 1 ? cores_of_rank(allocated_cores()) : allocated_cores();
  run_options options{.output = {}, .together = a.together};
  options.output = goes_on ? a.words.front() : a.text("--output", usual_folder(asked, std::span(a.words).subspan(1)));
  options.extend = goes_on, options.only = a.texts("--only");
  for (const std::string& study : a.texts("--reuse")) options.reuse.emplace_back(study);
  if (options.output.empty()) throw usage_error("--output must name a folder");
  if (std::filesystem::exists(std::filesystem::symlink_status(options.output))) {
    refuse_links(options.output);
    if (!goes_on) keep_folders(asked, options.output);
  }
  const bool one_by_one = a.has("--trace") || a.together.count() > 1;
  const division_of_cores division = one_by_one
                                         ? division_of_cores{1, cores}
                                         : divided(asked, options.output, cores, a.whole("--threads", 0, 1, 1024));
  options.jobs = a.whole("--jobs", division.jobs, 1, 1024);
  options.threads =
      a.whole("--threads", a.has("--jobs") ? std::max(1, cores / options.jobs) : division.threads, 1, 1024);
  if (a.together.count() > 1 && std::exchange(options.jobs, 1) > 1)
    asked.notes.push_back(fmt::format("{} ranks compute one cell at a time: --jobs is 1", a.together.count()));
  options.trace = a.text("--trace");
  if (!options.trace.empty() && asked.cells.size() > 1)
    throw usage_error("--trace follows one cell, and this study has more");

  progress_view view(progress_view::fitting(a.has("--quiet")));
  for (const std::string& note : asked.notes) view.note(note);
  if (a.has("--dry-run")) {
    view.begin("plan");
    const std::vector<cell_plan> plans = plan_study(asked, options.threads, options.jobs, view);
    view.clear();
    print_plan(asked, plans, options, a.has("--json"));
    return 0;
  }
  const std::vector<cell_outcome> outcomes = run_study(asked, options, view);
  if (a.has("--json")) print_outcomes(outcomes, options);
  raise_failures(outcomes);
  view.line(fmt::format("{} cell{} finished in {}; lengthwise report {} shows the table", outcomes.size(),
                        outcomes.size() == 1 ? "" : "s", printable(options.output.string(), 1000),
                        printable(options.output.string(), 1000)));
  return 0;
}

}  // namespace

command run_command() {
  return {
      "run",
      "CONFIG|DIR [KEY=VALUE ...]",
      "Train and evaluate every cell of a study",
      "Finished cells are kept and interrupted ones resumed: running the same command again finishes the work.\n"
      "KEY=VALUE sets a key of the config; a list makes a cell of each value. Keys: lengthwise show CONFIG.\n"
      "A list-valued key takes its list in brackets: evaluate.lengths=[128,256].\n"
      "DIR goes on with a study: seed=4 or encoding.type=fire adds cells, evaluate.lengths=[128,4096] evaluates every\n"
      "cell anew; nothing is trained or measured twice.\n\n"
      "Example:\n"
      "  lengthwise run configs/quickstart.toml train.steps=100 encoding.type=rope,alibi seed=1,2,3",
      1,
      static_cast<std::size_t>(-1),
      {{"--output", "DIR", "where results go (runs/NAME, or runs/NAME-KEY=VALUE where the command line says more)"},
       {"--jobs", "N", "cells at once (as many as end soonest and fit the memory)"},
       {"--threads", "N", "threads for one cell (the cores, shared by the jobs)"},
       {"--only", "KEY=VALUE", "only some cells: --only encoding.type=rope,alibi; may be said several times", false,
        true},
       {"--reuse", "DIR", "take over what another study has trained the same; may be said several times", false, true},
       {"--dry-run", "", "only say what it would cost: parameters, FLOPs, memory, disk, time"},
       {"--json", "", "print the outcome as JSON on standard output"},
       {"--quiet", "", "no progress"},
       {"--trace", "DIR", "write initial parameters, batches, losses and final parameters of a single cell", true}},
      run,
      false,
      true};
}

}  // namespace lengthwise
