#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/progress/standing.hpp"
#include "experiments/schedulers/queue.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/progress.hpp"

namespace lengthwise {
namespace {

// Beside what the folder says, what a scheduler's queue holds of its cells.
void add_queue(const std::filesystem::path& folder, study_standing& s) {
  using enum cell_state::kind;
  for (const auto& [index, queued] : queued_cells(study_hash(read_study_folder(folder)))) {
    if (index >= s.cells.size()) continue;
    cell_state& there = s.cells[index].state;
    if (there.state == finished) continue;
    if (there.state != running)
      there = {queued.runs ? running : cell_state::kind::queued, queued.said};
    else if (queued.runs)
      there.detail = read_text(fmt::format("{}, {}", there.detail, queued.said));
  }
}

constexpr auto pause = std::chrono::seconds(1);

// In a narrow terminal the middle of a running cell's name gives way; what is wrong with others is said whole.
std::string line_of(const cell_standing& c, std::size_t columns) {
  constexpr std::size_t state = 13, least = 12;
  const std::string detail = detail_of(c);
  const std::size_t taken = state + 2 + detail.size();
  const bool cut = c.state.state == cell_state::kind::running && taken + c.folder.size() > columns;
  const std::string name = cut ? printable(c.folder, columns > taken + least ? columns - taken : least) : c.folder;
  return fmt::format("{:<12} {}{}{}", name_of(c.state.state), name, detail.empty() ? "" : "  ", detail);
}

// What is running, failed or waits to go on, as far as a screen shows it; the summary at the end.
std::vector<std::string> watched_lines(const study_standing& s, std::size_t most, std::size_t columns) {
  using enum cell_state::kind;
  std::vector<std::string> lines;
  for (const cell_state::kind kind : {running, failed, damaged, interrupted})
    for (const cell_standing& c : s.cells)
      if (c.state.state == kind && lines.size() + 1 < most) lines.push_back(line_of(c, columns));
  lines.push_back(summary_of(s));
  return lines;
}

// Until nothing runs any more, or a signal comes.
void watch(const std::filesystem::path& folder) {
  study_watch looking(folder);
  progress_view view(progress_view::fitting(false));
  catch_interruptions();
  for (study_standing s = looking.look();; s = looking.look()) {
    const screen there = screen_of(STDERR_FILENO);
    if (s.count(cell_state::kind::running) == 0 || interruption_requested()) break;
    if (view.is_due(s.share))
      view.draw(watched_lines(s, there.lines > 2 ? there.lines - 1 : 24, view.columns()), s.share);
    for (int i = 0; i < 10 && !interruption_requested(); ++i) std::this_thread::sleep_for(pause / 10);
  }
}

int status(const arguments& a) {
  const std::filesystem::path folder = a.words.front();
  if (a.has("--watch")) watch(folder);
  study_standing s = study_watch(folder).look();
  add_queue(folder, s);
  if (a.has("--json")) {
    show("{}\n", standing_json(s));
    return 0;
  }
  const screen there = screen_of(STDOUT_FILENO);
  for (const cell_standing& c : s.cells) show("{}\n", line_of(c, there.columns));
  show("{}\n", summary_of(s));
  if (s.count(cell_state::kind::damaged) > 0) show("the same lengthwise run makes again what is damaged\n");
  return 0;
}

}  // namespace

command status_command() {
  return {"status",
          "DIR",
          "Say which cells are finished, running, queued, interrupted, failed (and why) or missing",
          "Of running cells it says the step, the loss, the rate and what is left, from the folder alone, "
          "on any machine that has it; what Slurm's queue holds is added where there is squeue.\n\n"
          "Example:\n  lengthwise status runs/quickstart --watch",
          1,
          1,
          {{"--watch", "", "look again every second, until nothing runs any more"}, {"--json", "", "as JSON"}},
          status};
}

}  // namespace lengthwise
