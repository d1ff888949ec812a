#include <fmt/format.h>

#include "experiments/cells/cell.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/studies/cell_processes.hpp"
#include "experiments/system/interruption.hpp"

namespace lengthwise {
namespace {

int run_one(const arguments& a) {
  catch_interruptions();
  end_with_parent();
  child_reporter reporter;
  const std::filesystem::path folder = a.words.front();
  try {
    run_cell(read_cell_config(folder), folder, {a.whole("--threads", 1, 1, 1024), {}}, reporter);
    return 0;
  } catch (const interrupted& stopped) {
    return stopped.exit_code();  // the study says it once
  }
}

}  // namespace

command run_cell_command() {
  return {"run-cell",
          "CELL_DIR",
          "Run one prepared cell of a study (run --jobs does this)",
          "",
          1,
          1,
          {{"--threads", "N", "threads"}},
          run_one,
          true};
}

}  // namespace lengthwise
