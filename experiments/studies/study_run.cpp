#include "experiments/studies/study_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/training/rank_sum.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/cells/cell_memory.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/ranks/launch.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/reuse/adoption.hpp"
#include "experiments/studies/cell_processes.hpp"
#include "experiments/studies/study_check.hpp"
#include "experiments/studies/study_progress.hpp"
#include "experiments/sweeps/part_of_study.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

void check_memory(const std::vector<const study_cell*>& cells, const std::map<std::string, std::size_t>& targets,
                  const run_options& options) {
  memory_need most;
  const study_cell* largest = nullptr;
  for (const study_cell* cell : cells) {
    const memory_need need =
        cell_memory(cell->config, {options.threads, options.together}, targets.at(text_key(cell->config.corpus)));
    if (need.bytes > most.bytes) most = need, largest = cell;
  }
  // Of several ranks, those of this machine.
  const int at_once =
      options.together.count() > 1 ? launched_here() : std::min(options.jobs, static_cast<int>(cells.size()));
  if (const double there = available_memory(); most.bytes * at_once > there)
    throw usage_error(fmt::format("cell {} needs {} of memory, {} at once need {}, and {} are free\n{}",
                                  largest->folder, bytes_text(most.bytes), at_once, bytes_text(most.bytes * at_once),
                                  bytes_text(there), most.advice));
}

std::vector<cell_outcome> run_here(const std::vector<const study_cell*>& cells, const run_options& options,
                                   study_progress& progress, progress_view& view) {
  std::vector<cell_outcome> outcomes;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    progress.progress(i, 0, "starting");
    try {
      run_cell(cells[i]->config, options.output / cells[i]->folder,
               {{options.threads, options.together}, options.trace}, *progress.of_cell(i));
      outcomes.push_back({cells[i]->folder, 0, {}});
    } catch (const interrupted&) {
      throw;
    } catch (const lost_rank&) {
      throw;
    } catch (const error& problem) {
      outcomes.push_back({cells[i]->folder, problem.exit_code(), read_text(problem.what())});
      if (cells.size() > 1) view.note(fmt::format("cell {} failed: {}", cells[i]->folder, problem.what()));
    }
    progress.ended(i);
    if (cells.size() > 1 && outcomes.back().exit_code == 0)
      view.line(fmt::format("cell {} finished", cells[i]->folder));
  }
  return outcomes;
}

std::vector<cell_outcome> run_apart(const std::vector<const study_cell*>& cells, const run_options& options,
                                    study_progress& progress, progress_view& view) {
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  std::vector<std::vector<std::string>> commands;
  std::vector<cell_outcome> outcomes;
  for (const study_cell* cell : cells) {
    const fs::path folder = options.output / cell->folder;
    make_folder(folder);
    {
      const folder_lock held(folder, cell_patience_seconds);  // a cell of a killed study may still be saving there
      prepare_cell(cell->config, folder);
    }
    commands.push_back({program, "run-cell", folder.string(), "--threads", std::to_string(options.threads)});
    outcomes.push_back({cell->folder, 0, {}});
  }
  run_in_processes(commands, options.jobs, progress, [&](std::size_t i, int status) {
    outcomes[i].exit_code = status;
    if (status == 0) return view.line(fmt::format("cell {} finished", cells[i]->folder));
    if (status == 75) return;
    const fs::path record = options.output / cells[i]->folder / "failure.json";
    if (status > 128)
      write_atomically(record,
                       json_text(failure_record{status, read_text(fmt::format("ended by signal {}", status - 128))}));
    const std::optional<failure_record> failure = read_failure(record);
    outcomes[i].message = failure ? failure->message : read_text(fmt::format("ended with exit code {}", status));
    view.note(fmt::format("cell {} failed: {}", cells[i]->folder, outcomes[i].message));
  });
  return outcomes;
}

}  // namespace

namespace {

// Cells that are to be run, and how the others ended. A finished cell of another config or schema is refused before
// others are run; in a study that is extended, one of the same training is evaluated as it is wanted now.
std::vector<const study_cell*> unfinished_of(const std::vector<const study_cell*>& cells, const run_options& options,
                                             std::vector<cell_outcome>& outcomes) {
  std::vector<const study_cell*> unfinished;
  for (const study_cell* cell : cells) {
    const fs::path own = options.output / cell->folder;
    bool finished = fs::exists(own / "result.json") && damage_in(own).empty();
    if (finished && read_result(own / "result.json")->config_hash != config_hash(cell->config)) {
      if (options.extend && training_hash(read_cell_config(own)) == training_hash(cell->config))
        finished = false;
      else
        prepare_cell(cell->config, own);
    }
    if (finished)
      outcomes.push_back({cell->folder, 0, {}});
    else
      unfinished.push_back(cell);
  }
  return unfinished;
}

// What is trained already, in the cell's own folder or elsewhere.
void take_over(const std::vector<const study_cell*>& cells, const run_options& options, progress_view& view) {
  trained_cells elsewhere;
  for (const fs::path& study : options.reuse) elsewhere.look_in(study);
  for (const study_cell* cell : cells) {
    const fs::path own = options.output / cell->folder;
    if (options.extend && fs::exists(own / "result.json"))
      adopt(own, cell->config, own, view);
    else if (const fs::path from = elsewhere.of(cell->config); !from.empty())
      adopt(from, cell->config, own, view);
  }
}

}  // namespace

std::vector<cell_outcome> run_study(const study& asked, const run_options& options, progress_view& view) {
  const fs::path& folder = options.output;
  std::vector<cell_outcome> outcomes;
  for (const study_cell& cell : asked.cells) own_shards(cell.config.train.shards, options.together);
  if (fs::exists(fs::symlink_status(folder))) {
    refuse_links(folder);
    if (!options.extend) refuse_other_study(asked, folder);
  }
  const std::vector<const study_cell*> chosen = cells_where(asked, options.only),
                                       unfinished = unfinished_of(chosen, options, outcomes);
  if (unfinished.empty()) return outcomes;
  check_memory(unfinished, check_texts(asked, unfinished, folder), options);

  make_folder(folder);
  const folder_lock held(folder);
  remove_temporaries(folder, subfolders::leave);
  if (!options.extend) refuse_other_study(asked, folder);
  if (options.extend || !fs::exists(folder / "study.json"))
    write_atomically(folder / "study.json", json_text(frozen(asked)));
  take_over(unfinished, options, view);
  if (!outcomes.empty()) view.line(fmt::format("{} of {} cells are finished already", outcomes.size(), chosen.size()));
  catch_interruptions();
  const bool apart = options.jobs > 1 && unfinished.size() > 1;
  study_progress progress(view, unfinished, chosen.size(), apart ? options.jobs : 1);
  for (cell_outcome& o :
       apart ? run_apart(unfinished, options, progress, view) : run_here(unfinished, options, progress, view))
    outcomes.push_back(std::move(o));
  return outcomes;
}

void raise_failures(const std::vector<cell_outcome>& outcomes) {
  struct as_it_ended : error {
    explicit as_it_ended(const cell_outcome& o) : error(printable_lines(o.message.unescaped()), o.exit_code) {}
  };
  std::vector<const cell_outcome*> failed;
  for (const cell_outcome& o : outcomes)
    if (o.exit_code != 0) failed.push_back(&o);
  if (failed.empty()) return;
  if (outcomes.size() == 1) throw as_it_ended(*failed.front());
  const std::string& reason = failed.front()->message.unescaped();
  throw cells_failed(fmt::format(
      "{} of {} cells failed; the first, {}: {}\nlengthwise status says why each did; run the same command "
      "again to try them again",
      failed.size(), outcomes.size(), failed.front()->folder, printable(reason.substr(0, reason.find('\n')), 1000)));
}

}  // namespace lengthwise
