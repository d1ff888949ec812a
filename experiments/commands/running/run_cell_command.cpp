// `lengthwise run-cell`: one cell and no more. With --index, of a frozen study, for a scheduler; without, of run
// --jobs.
#include <fmt/format.h>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/cells/cell_memory.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/studies/cell_processes.hpp"
#include "experiments/system/allocation.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/progress.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

int run_of_study(const arguments& a) {
  catch_interruptions();
  end_with_parent();
  child_reporter reporter;
  const fs::path folder = a.words.front();
  try {
    run_cell(read_cell_config(folder), folder, {a.whole("--threads", 1, 1, 1024), {}}, reporter);
    return 0;
  } catch (const interrupted& stopped) {
    return stopped.exit_code();  // the study says it once
  }
}

// The config of a frozen cell, unless it or the study was changed since.
cell_config frozen_config(const arguments& a, const frozen_study& study, const frozen_cell& cell, const fs::path& own) {
  const std::string name = printable(a.words.front());
  if (const std::string now = study_hash(study); a.has("--study") && a.text("--study") != now)
    throw usage_error(
        fmt::format("{} now holds the study {} of {} cells, and this task was made for the study {}\n"
                    "emit it again, into a folder of its own",
                    name, now, study.cells.size(), printable(a.text("--study"))));
  cell_config config = read_cell_config(own);
  const std::vector<named_value> here = config_values(config);
  if (!differing_keys(cell.config, here).empty()) refuse_difference(own, cell.config, here);
  if (cell.config_hash != config_hash(config))
    throw usage_error(fmt::format(
        "{}: study.json knows it by {}, and its config is {}\nmake the folder again with emit", printable(own.string()),
        printable(cell.config_hash.substr(0, 12)), config_hash(config).substr(0, 12)));
  return config;
}

int run_one(const arguments& a) {
  if (!a.has("--index")) return run_of_study(a);
  const fs::path folder = a.words.front();
  const frozen_study study = read_study_folder(folder);
  const auto last = static_cast<int>(study.cells.size()) - 1;
  const frozen_cell& cell = study.cells[static_cast<std::size_t>(a.whole("--index", 0, 0, last))];
  const fs::path own = cell_path(folder, cell);
  if (fs::exists(fs::symlink_status(own))) refuse_links(own);
  const cell_config config = frozen_config(a, study, cell, own);
  progress_view view(progress_view::fitting(a.has("--quiet")));
  if (whole_result(own / "result.json") && damage_in(own).empty()) {
    view.line(fmt::format("cell {} is finished already", printable(cell.folder, 1000)));
    return 0;
  }
  const int threads = a.whole("--threads", allocated_cores(), 1, 1024);
  if (const double need = cell_memory(config, threads).bytes, there = available_memory(); need > there)
    throw usage_error(fmt::format("cell {} needs {} of memory, and {} are free; give it more, or fewer --threads",
                                  printable(cell.folder, 1000), bytes_text(need), bytes_text(there)));
  catch_interruptions();
  view.begin(cell.folder);
  run_cell(config, own, {.on = threads, .trace = {}, .patience_seconds = 0}, view);
  view.line(fmt::format("cell {} finished", printable(cell.folder, 1000)));
  return 0;
}

}  // namespace

command run_cell_command() {
  return {"run-cell",
          "DIR --index I",
          "Run one cell of a frozen study, as the scripts of emit do",
          "A finished cell is left at once. Asked to save (SIGTERM, SIGUSR2), it does and exits with 75; begun again, "
          "here or on another machine, it goes on.\n\nExample:\n  lengthwise run-cell runs/three --index 4",
          1,
          1,
          {{"--index", "I", "which of the study's cells, from 0 on (lengthwise status lists them in order)"},
           {"--study", "HASH", "the study that is meant: refused if the folder holds another"},
           {"--threads", "N", "threads (all cores that this process was given)"},
           {"--quiet", "", "no progress"}},
          run_one};
}

}  // namespace lengthwise
