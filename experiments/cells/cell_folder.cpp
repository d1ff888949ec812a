#include "experiments/cells/cell_folder.hpp"

#include <fmt/format.h>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/safetensors.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/json_record.hpp"
#include "experiments/records/result.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/system/folder.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

void rename_or_refuse(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code)
    throw io_error(
        fmt::format("cannot rename the damaged {}: {}; remove it", printable(from.string()), code.message()));
}

// Our own messages have two lines at most.
std::string in_one_line(std::string_view message) {
  const std::size_t end = message.find('\n');
  return end == message.npos ? std::string(message)
                             : fmt::format("{}; {}", message.substr(0, end), message.substr(end + 1));
}

// Whether a config was cut before anything was written to it.
bool is_empty_file(const fs::path& file) {
  std::error_code code;
  return fs::is_regular_file(file, code) && fs::file_size(file, code) == 0;
}

}  // namespace

void prepare_cell(const cell_config& config, const fs::path& folder) {
  make_folder(folder);
  const fs::path file = folder / "config.toml";
  if (fs::exists(file) && !is_empty_file(file)) {
    const cell_config there = read_cell_config(folder);
    if (config_hash(there) != config_hash(config))
      refuse_difference(folder, config_values(there), config_values(config));
  }
  write_config(config, folder);
}

void write_config(const cell_config& config, const fs::path& folder) {
  // A text is found from the folder, so that both can be moved together.
  cell_config from_here = config;
  std::error_code code;
  if (const fs::path own = fs::weakly_canonical(folder, code); !config.corpus.path.empty() && !code)
    from_here.corpus.path = config.corpus.path.lexically_relative(own);
  write_atomically(folder / "config.toml", fmt::format("# The resolved config; lengthwise run repeats it. Hash {}\n{}",
                                                       config_hash(config), toml_text(from_here)));
}

std::string_view name_of(cell_state::kind kind) {
  using enum cell_state::kind;
  switch (kind) {
    case finished: return "finished";
    case damaged: return "damaged";
    case running: return "running";
    case queued: return "queued";
    case interrupted: return "interrupted";
    case failed: return "failed";
    case missing: return "missing";
  }
  return "";
}

std::vector<damaged_part> damage_in(const fs::path& folder) {
  std::vector<damaged_part> all;
  const auto look = [&](const fs::path& file, const auto& read) {
    try {
      read();
    } catch (const damaged_record& problem) {
      all.push_back({file, problem.what()});
    } catch (const damaged_file& problem) {
      all.push_back({file, problem.what()});
    }
  };
  std::optional<cell_result> result;
  for (const char* name : {"evaluation.partial.json", "result.json"}) {
    const fs::path file = folder / name;
    look(file, [&] {
      if (std::optional<cell_result> there = read_result(file)) result = std::move(there);
    });
  }
  for (const evaluation_record& e : result ? result->evaluation : std::vector<evaluation_record>())
    for (damaged_part& part : damaged_losses(folder, e.length, e.protocol, e.extension)) all.push_back(std::move(part));
  const checkpoints saved(folder / "checkpoints", {});
  if (const std::vector<int> steps = saved.steps(); !steps.empty())
    look(saved.file(steps.front()), [&] { read_safetensors(saved.file(steps.front()), checksums::with); });
  return all;
}

void set_aside_damage(const fs::path& folder, observer& told) {
  const std::vector<damaged_part> all = damage_in(folder);
  if (all.empty()) return;
  for (const damaged_part& part : all) {
    if (part.file.extension() == ".safetensors") continue;  // who loads it finds the one before it
    told.note(fmt::format("warning: {}; set aside, and made again", part.problem));
    rename_or_refuse(part.file, part.file.string() + ".damaged");
  }
  // What the record says of the other lengths holds, if the model comes out as it was.
  if (fs::exists(folder / "result.json")) rename_or_refuse(folder / "result.json", folder / "evaluation.partial.json");
}

cell_state state_of_cell(const fs::path& folder) {
  using enum cell_state::kind;
  const bool has_result = fs::exists(folder / "result.json");
  if (const std::optional<read_text> process = folder_lock::holder(folder); process && !has_result)
    return {running, *process};
  try {
    if (const std::vector<damaged_part> all = damage_in(folder); !all.empty())
      return {damaged, read_text(fmt::format("{}{}", all.front().problem,
                                             all.size() > 1 ? fmt::format(", and {} more", all.size() - 1) : ""))};
  } catch (const error& problem) {  // of another version, or not to be read: not for us to make again
    return {has_result ? finished : failed, read_text(problem.what())};
  }
  if (has_result) return {finished, {}};
  try {
    if (const std::optional<failure_record> f = read_failure(folder / "failure.json"))
      return {failed, read_text(fmt::format("exit code {}: {}", f->exit_code, in_one_line(f->message.unescaped())))};
  } catch (const error& problem) {
    return {failed, read_text(problem.what())};
  }
  // A cell that waits for its turn has its config already.
  if (!fs::exists(folder / "manifest.json")) return {missing, {}};
  const std::vector<int> steps = checkpoints(folder / "checkpoints", {}).steps();
  return {cell_state::kind::interrupted,
          read_text(steps.empty() ? "before its first checkpoint" : fmt::format("saved at step {}", steps.front()))};
}

}  // namespace lengthwise
