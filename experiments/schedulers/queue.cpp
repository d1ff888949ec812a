#include "experiments/schedulers/queue.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

#include "experiments/schedulers/scheduler_program.hpp"

namespace lengthwise {
namespace {

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::map<std::size_t, queued_cell> queued_cells(const std::string& study_hash) {
  std::map<std::size_t, queued_cell> cells;
  // Name, index in the array, state, job, node or reason.
  const std::optional<program_outcome> said =
      run_program({"squeue", "--noheader", "--array", "--format=%j|%K|%T|%i|%N|%r"}, 10);
  if (!said || said->code != 0) return cells;
  std::istringstream lines(said->output.unescaped());
  const std::string mark = "." + study_hash + "+";
  for (std::string line; std::getline(lines, line);) {
    std::array<std::string, 6> fields;
    std::istringstream in(line);
    for (std::string& field : fields) std::getline(in, field, '|');
    const auto& [name, index, state, job, node, reason] = fields;
    const std::size_t at = name.rfind(mark);
    if (at == name.npos) continue;
    const std::optional<std::size_t> first = number_in(std::string_view(name).substr(at + mark.size())),
                                     task = number_in(index);
    if (!first || !task) continue;
    const bool runs = state == "RUNNING" || state == "COMPLETING";
    if (!runs && state != "PENDING" && state != "SUSPENDED" && state != "CONFIGURING") continue;
    const queued_cell own{
        runs, read_text(runs ? fmt::format("job {} on {}", job, node) : fmt::format("job {}, {}", job, reason))};
    // One of two submissions may run while the other waits.
    if (const auto [there, is_new] = cells.emplace(*first + *task, own); !is_new && runs) there->second = own;
  }
  return cells;
}

}  // namespace lengthwise
