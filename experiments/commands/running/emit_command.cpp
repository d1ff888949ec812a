// `lengthwise emit`: a study for a scheduler, which runs its cells on other machines.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/product.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/schedulers/scripts.hpp"
#include "experiments/schedulers/submission.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/progress.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/study_source.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

void write_script(const fs::path& file, const std::string& text) {
  write_product(file, text);
  std::error_code ignored;  // it can be given to a shell all the same
  fs::permissions(file, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add,
                  ignored);
  show("written: {}\n", printable(file.string(), 1000));
}

void emit_slurm(const arguments& a, const emission& e) {
  const int said = a.whole("--max-array", 0, 2, 1 << 22);
  const std::vector<array_piece> pieces =
      pieces_of(e.cells, said > 0 ? static_cast<std::size_t>(said) : largest_array());
  std::vector<std::pair<fs::path, std::string>> scripts;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    scripts.emplace_back(e.folder / (pieces.size() == 1 ? "slurm.sh" : fmt::format("slurm-{}.sh", i + 1)),
                         slurm_script(e, pieces[i], a.text("--partition")));
  std::vector<fs::path> files;
  for (const auto& [file, text] : scripts) {
    write_script(file, text);
    files.push_back(file);
  }
  if (!a.has("--submit")) {
    for (const fs::path& file : files) show("submit with: sbatch {}\n", shell_word(file.string()));
    return;
  }
  const std::vector<std::string> jobs = submit(files);
  show("submitted: {} cells as job{} {}; lengthwise status {} follows them\n", e.cells, jobs.size() == 1 ? "" : "s",
       fmt::join(jobs, ", "), shell_word(printable(e.folder.string(), 1000)));
}

int emit_for(const arguments& a) {
  const std::string& scheduler = a.words.front();
  const std::vector<std::string> known{"slurm", "parallel", "hq"};
  if (std::ranges::find(known, scheduler) == known.end())
    throw usage_error(fmt::format("emit knows {}, and not \"{}\"{}", fmt::join(known, ", "), printable(scheduler),
                                  did_you_mean(scheduler, known)));
  for (const char* option : {"--submit", "--partition", "--max-array"})
    if (a.has(option) && scheduler != "slurm")
      throw usage_error(fmt::format("{} is for slurm; start {} yourself", option, scheduler));
  if (a.has("--time") && scheduler == "parallel") throw usage_error("--time is for slurm and hq");
  if (a.has("--max-running") && scheduler == "hq") throw usage_error("--max-running is for slurm and parallel");
  study asked = study_from_words(std::span(a.words).subspan(1));
  const fs::path folder = a.text("--output", fmt::format("runs/{}", asked.name));
  if (folder.empty()) throw usage_error("--output must name a folder");
  if (fs::exists(fs::symlink_status(folder))) {
    refuse_links(folder);
    keep_folders(asked, folder);
  }
  if (scheduler == "slurm") require_slurm_words(folder, a.text("--time"), a.text("--partition"));
  progress_view view(progress_view::style::lines);
  for (const std::string& note : asked.notes) view.note(note);

  emission e = emit(asked, folder, a.whole("--cpus", 1, 1, 1024));
  e.at_once = a.whole("--max-running", 0, 1, 1 << 20), e.time = a.text("--time");
  show("{} cells, frozen as {}; each asks for {} core{} and {} of memory\n", e.cells, e.hash, e.cpus,
       e.cpus == 1 ? "" : "s", bytes_text(e.memory));
  if (scheduler == "slurm") emit_slurm(a, e);
  if (scheduler == "parallel") write_script(e.folder / "parallel.sh", parallel_script(e));
  if (scheduler == "hq") write_script(e.folder / "hq.sh", hq_script(e));
  return 0;
}

}  // namespace

command emit_command() {
  return {
      "emit",
      "slurm|parallel|hq CONFIG [KEY=VALUE ...]",
      "Write what a scheduler needs to run a study's cells on other machines",
      "Checks all of the study, freezes it in its folder and writes there a job array for Slurm, a call of GNU "
      "parallel or one of HyperQueue. Each task runs one cell by lengthwise run-cell, saves when it is asked to, "
      "and goes on when it is begun again. lengthwise status DIR follows them from any machine that has DIR.\n\n"
      "Example:\n  lengthwise emit slurm configs/quickstart.toml seed=1,2,3 --output runs/three --time 2:00:00 "
      "--submit",
      2,
      static_cast<std::size_t>(-1),
      {{"--output", "DIR", "the study's folder, which all machines see (runs/NAME)"},
       {"--cpus", "N", "cores for one cell (1)"},
       {"--time", "T", "time for one cell, as the scheduler writes it (left to the scheduler)"},
       {"--max-running", "K", "cells that may run at once; for parallel: on one machine (as many as there is room)"},
       {"--partition", "P", "slurm: the partition"},
       {"--max-array", "N", "slurm: MaxArraySize, where scontrol does not say (1001)"},
       {"--submit", "", "slurm: hand the arrays to sbatch"}},
      emit_for};
}

}  // namespace lengthwise
