#include "experiments/progress/standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/cells/evaluate_lengths.hpp"
#include "experiments/records/json_record.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// Of a cell that is not finished: what its metrics and its records so far say, by its config.
void look_into(const fs::path& folder, cell_standing& cell) {
  cell.last = last_line(folder / "metrics.jsonl");
  try {
    const cell_config config = read_cell_config(folder);
    const cell_work work = work_of(config);
    cell.steps = config.train.steps, cell.records_asked = readings_asked(config);
    if (const std::optional<cell_result> partial = whole_result(folder / "evaluation.partial.json"))
      cell.records = std::min(partial->evaluation.size(), cell.records_asked);
    const double trained = cell.last && cell.steps > 0 ? static_cast<double>(cell.last->step) / cell.steps : 0;
    const double evaluated =
        cell.records_asked > 0 ? static_cast<double>(cell.records) / static_cast<double>(cell.records_asked) : 1;
    const double done = work.training * trained + work.evaluation * evaluated;
    cell.share = work.all() > 0 ? done / work.all() : 0;
    if (cell.state.state == cell_state::kind::running && cell.last && trained > 0 && cell.last->seconds > 0)
      cell.seconds_left = (work.all() - done) / (work.training * trained / cell.last->seconds);
  } catch (const error&) {
    // A config that cannot be read is said by its state; here nothing is known.
  }
}

}  // namespace

std::size_t study_standing::count(cell_state::kind kind) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(cells, [&](const cell_standing& c) { return c.state.state == kind; }));
}

study_standing study_watch::look() {
  const frozen_study study = read_study_folder(folder_);
  study_standing standing{read_text(study.name), {}, 0, {}};
  double whole = 0, left = 0;
  std::size_t running = 0;
  for (const frozen_cell& c : study.cells) {
    if (const auto known = finished_.find(c.folder); known != finished_.end()) {
      standing.cells.push_back(known->second);
      continue;
    }
    const fs::path path = cell_path(folder_, c);
    cell_standing cell{.folder = c.folder, .state = state_of_cell(path), .last = {}, .seconds_left = {}};
    if (cell.state.state == cell_state::kind::finished) {
      cell.share = 1;
      finished_.emplace(c.folder, cell);
    } else if (cell.state.state != cell_state::kind::missing) {
      look_into(path, cell);
    }
    if (cell.seconds_left && cell.share < 1)
      whole += *cell.seconds_left / (1 - cell.share), left += *cell.seconds_left, ++running;
    standing.cells.push_back(std::move(cell));
  }
  double cells_left = 0;
  for (const cell_standing& cell : standing.cells) {
    standing.share += cell.share / static_cast<double>(standing.cells.size());
    if (cell.state.state != cell_state::kind::running) cells_left += 1 - cell.share;
  }
  // What waits takes what the running ones take, as many at once.
  if (running > 0) {
    const auto count = static_cast<double>(running);
    standing.seconds_left = (left + cells_left * whole / count) / count;
    for (const cell_standing& cell : standing.cells)
      if (cell.seconds_left) standing.seconds_left = std::max(*standing.seconds_left, *cell.seconds_left);
  }
  return standing;
}

std::string detail_of(const cell_standing& c) {
  using enum cell_state::kind;
  if (c.state.state != running) return c.state.detail.shown();
  std::string text;
  if (!c.last)
    text = "starting";
  else if (c.records > 0 || c.last->step == c.steps)
    text = fmt::format("evaluated {} of {}", c.records, c.records_asked);
  else
    text = fmt::format("step {}/{}  loss {:.3f}  {} tokens/s", c.last->step, c.steps, c.last->loss,
                       grouped(c.last->tokens_per_second));
  if (c.seconds_left) text += fmt::format("  {} left", clock_text(*c.seconds_left));
  return fmt::format("{} ({})", text, c.state.detail);
}

std::string summary_of(const study_standing& s) {
  std::string line;
  for (int i = 0; i <= static_cast<int>(cell_state::kind::missing); ++i) {
    const auto kind = static_cast<cell_state::kind>(i);
    if (const std::size_t count = s.count(kind); count > 0)
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, name_of(kind));
  }
  return fmt::format("{} cell{}: {}{}", s.cells.size(), s.cells.size() == 1 ? "" : "s", line,
                     s.seconds_left ? fmt::format("; about {} left", clock_text(*s.seconds_left)) : "");
}

std::string standing_json(const study_standing& s) {
  record_json cells = record_json::array();
  for (const cell_standing& c : s.cells) {
    record_json cell = {
        {"folder", c.folder}, {"status", name_of(c.state.state)}, {"detail", c.state.detail}, {"share", c.share}};
    if (c.last)
      cell.update({{"step", c.last->step},
                   {"steps", c.steps},
                   {"loss", c.last->loss},
                   {"tokens_per_second", c.last->tokens_per_second}});
    if (c.records_asked > 0) cell.update({{"records", c.records}, {"records_asked", c.records_asked}});
    if (c.seconds_left) cell["seconds_left"] = *c.seconds_left;
    cells.push_back(std::move(cell));
  }
  record_json all = {{"name", s.name}, {"share", s.share}, {"cells", std::move(cells)}};
  if (s.seconds_left) all["seconds_left"] = *s.seconds_left;
  return all.dump(1, ' ', true, record_json::error_handler_t::replace);
}

}  // namespace lengthwise
