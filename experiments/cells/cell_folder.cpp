#include "experiments/cells/cell_folder.hpp"

#include <fmt/format.h>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/result.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/system/folder.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

void prepare_cell(const cell_config& config, const fs::path& folder) {
  make_folder(folder);
  const fs::path file = folder / "config.toml";
  if (fs::exists(file)) {
    const cell_config there = read_cell_config(folder);
    if (config_hash(there) != config_hash(config))
      refuse_difference(folder, config_values(there), config_values(config));
  }
  // A text is found from the folder, so that both can be moved together.
  cell_config from_here = config;
  std::error_code code;
  if (const fs::path own = fs::weakly_canonical(folder, code); !config.corpus.path.empty() && !code)
    from_here.corpus.path = config.corpus.path.lexically_relative(own);
  write_atomically(file, fmt::format("# The resolved config; lengthwise run repeats it. Hash {}\n{}",
                                     config_hash(config), toml_text(from_here)));
}

std::string_view name_of(cell_state::kind kind) {
  using enum cell_state::kind;
  switch (kind) {
    case finished: return "finished";
    case running: return "running";
    case interrupted: return "interrupted";
    case failed: return "failed";
    case missing: return "missing";
  }
  return "";
}

cell_state state_of_cell(const fs::path& folder) {
  using enum cell_state::kind;
  if (fs::exists(folder / "result.json")) return {finished, ""};
  if (const std::optional<int> process = folder_lock::holder(folder))
    return {running, fmt::format("process {}", *process)};
  if (const std::optional<failure_record> f = read_failure(folder / "failure.json"))
    return {failed, fmt::format("exit code {}: {}", f->exit_code, f->message)};
  // A cell that waits for its turn has its config already.
  if (!fs::exists(folder / "manifest.json")) return {missing, ""};
  const std::vector<int> steps = checkpoints(folder / "checkpoints", {}).steps();
  return {cell_state::kind::interrupted,
          steps.empty() ? "before its first checkpoint" : fmt::format("saved at step {}", steps.front())};
}

}  // namespace lengthwise
