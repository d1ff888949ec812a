#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "experiments/cells/cell_folder.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

int status(const arguments& a) {
  const std::filesystem::path folder = a.words.front();
  const frozen_study study = read_study_folder(folder);
  nlohmann::ordered_json cells = nlohmann::ordered_json::array();
  std::map<std::string_view, int> counts;
  for (const frozen_cell& c : study.cells) {
    const cell_state s = state_of_cell(cell_path(folder, c));
    ++counts[name_of(s.state)];
    if (a.has("--json"))
      cells.push_back({{"folder", c.folder}, {"status", name_of(s.state)}, {"detail", s.detail}});
    else
      show("{:<12} {}{}{}\n", name_of(s.state), c.folder, s.detail.empty() ? "" : "  ", s.detail);
  }
  if (a.has("--json")) {
    show("{}\n", nlohmann::ordered_json{{"name", study.name}, {"cells", cells}}.dump(
                     1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
    return 0;
  }
  std::string line;
  for (const auto& [name, count] : counts) line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, name);
  show("{} cells: {}\n", study.cells.size(), line);
  if (counts.contains("damaged")) show("the same lengthwise run makes again what is damaged\n");
  return 0;
}

}  // namespace

command status_command() {
  return {"status",
          "DIR",
          "Say which cells are finished, running, interrupted, failed (and why) or missing",
          "Example:\n  lengthwise status runs/quickstart",
          1,
          1,
          {{"--json", "", "as JSON"}},
          status};
}

}  // namespace lengthwise
