#include "experiments/schedulers/emission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/studies/plan.hpp"
#include "experiments/studies/study_check.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// What is predicted is met within a quarter; the program, its libraries and its reading of the text come to it.
constexpr double memory_margin = 1.3, program_memory = 192.0 * 1024 * 1024;

struct needs {
  double largest_memory = 0, disk = 0;
};

needs needs_of(const std::vector<const study_cell*>& cells, int cpus) {
  std::map<std::string, std::shared_ptr<const corpus>> texts;
  needs all;
  for (const study_cell* cell : cells) {
    std::shared_ptr<const corpus>& text = texts[text_key(cell->config.corpus)];
    if (text == nullptr) text = load_text(cell->config.corpus, 0, 0);
    const cell_space space = space_of(cell->config, cpus, *text);
    all.largest_memory = std::max(all.largest_memory, space.memory);
    all.disk += space.disk;
  }
  return all;
}

void require_disk(const fs::path& folder, double needed) {
  fs::path there = folder;
  std::error_code code;
  while (!fs::exists(there, code) && there.has_relative_path()) there = there.parent_path();
  const fs::space_info space = fs::space(there, code);
  if (!code && static_cast<double>(space.available) < needed)
    throw io_error(fmt::format("these cells need {} on the disk, and {} has {} free; give another --output",
                               bytes_text(needed), printable(there.string()),
                               bytes_text(static_cast<double>(space.available))));
}

void make_cells(const study& asked, const fs::path& folder) {
  const folder_lock held(folder);
  remove_temporaries(folder, subfolders::leave);
  freeze(asked, folder);
  for (const study_cell& cell : asked.cells) {
    const fs::path own = folder / cell.folder;
    if (folder_lock::holder(own)) continue;  // it has its config, and is at work
    make_folder(own);
    const folder_lock alone(own);
    prepare_cell(cell.config, own);
  }
}

}  // namespace

std::vector<std::string> emission::command() const {
  return {program.string(), "run-cell", folder.string(), "--study", hash, "--threads", std::to_string(cpus)};
}

fs::path this_program() { return fs::read_symlink("/proc/self/exe"); }

emission emit(const study& asked, const fs::path& folder, int cpus) {
  emission e;
  e.folder = fs::absolute(folder).lexically_normal();
  if (!e.folder.has_filename()) e.folder = e.folder.parent_path();
  if (!is_printable(e.folder.string()))
    throw usage_error(
        fmt::format("{}: a script cannot hold such a name; give another --output", printable(e.folder.string())));
  e.program = this_program();
  const std::vector<const study_cell*> unfinished = unfinished_cells(asked, e.folder);
  check_texts(asked, unfinished, e.folder);
  const needs all = needs_of(unfinished, cpus);
  require_disk(e.folder, all.disk);

  make_folder(e.folder);
  make_cells(asked, e.folder);
  make_folder(e.logs());
  e.name = asked.name, e.hash = study_hash(frozen(asked)), e.cells = asked.cells.size(), e.cpus = cpus;
  e.memory = memory_margin * all.largest_memory + program_memory;
  return e;
}

}  // namespace lengthwise
