#include <fmt/format.h>

#include <algorithm>

#include "experiments/command_line/command.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/texts/study_source.hpp"

namespace lengthwise {
namespace {

// What all cells agree in.
std::vector<named_value> shared_values(const study& s) {
  std::vector<named_value> shared = config_values(s.cells.front().config);
  for (const study_cell& cell : s.cells) {
    const std::vector<named_value> values = config_values(cell.config);
    std::erase_if(shared, [&](const named_value& v) {
      const auto same = std::ranges::find(values, v.name, &named_value::name);
      return same == values.end() || same->value != v.value;
    });
  }
  std::erase_if(shared, does_not_say_which_text);
  return shared;
}

int show_config(const arguments& a) {
  const study s = study_from_words(a.words);
  if (a.has("--keys")) {
    for (const key_help& h : config_help(s.cells.front().config)) show("{:<26} {}\n", h.key, h.help);
    return 0;
  }
  for (const std::string& note : s.notes) show("# {}\n", note);
  // Without its text, a config has no hash yet.
  const auto hash = [](const cell_config& c) {
    return c.corpus.path.empty() || !c.corpus.sha256.empty() ? config_hash(c) : "unknown: its text is not there";
  };
  if (s.cells.size() == 1) {
    show("# hash {}\n{}", hash(s.cells.front().config), toml_text(s.cells.front().config));
    return 0;
  }
  show("# {} cells; what they share:\n{}\n", s.cells.size(), toml_text(shared_values(s)));
  for (const study_cell& cell : s.cells) show("# cell {}: hash {}\n", cell.folder, hash(cell.config));
  return 0;
}

}  // namespace

command show_command() {
  return {"show",
          "CONFIG [KEY=VALUE ...]",
          "Print the resolved config as TOML, with its hash",
          "Of a sweep it prints what the cells share, and each cell's folder and hash.\n\n"
          "Example:\n  lengthwise show configs/baseline-rope.toml train.steps=100",
          1,
          static_cast<std::size_t>(-1),
          {{"--keys", "", "say what each key means instead"}},
          show_config};
}

}  // namespace lengthwise
