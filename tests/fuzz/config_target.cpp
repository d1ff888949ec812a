// The config reader: TOML, keys, limits, sweeps. A cell that it makes comes back from its own resolved config.
#include "core/storage/errors.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/sweeps/study.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {
namespace {

constexpr std::size_t most_cells = 64;  // more cost time and show nothing new

cell_config resolved(std::string_view text) {
  const study_settings settings = parse_toml(text, "resolved.toml");
  const cell_config c = config_of(settings.settings);
  check(c, settings.settings);
  return c;
}

}  // namespace

bool read(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    const study_settings settings = parse_toml(text, "input.toml");
    std::size_t cells = 1;
    for (const sweep_axis& axis : settings.sweep)
      if ((cells *= axis.choices.size()) > most_cells) return false;
    const study made = make_study(settings);
    demand(!made.cells.empty() && made.cells.size() <= cells, "at most a cell for each combination");
    for (const study_cell& cell : made.cells) {
      demand(cell.folder.find('/') == cell.folder.npos && cell.folder != "." && cell.folder != "..",
             "a folder of its own");
      demand(config_hash(resolved(toml_text(cell.config))) == config_hash(cell.config),
             "the resolved config is the config");
    }
    return true;
  } catch (const usage_error& refusal) {
    demand_readable(refusal.what());
    return false;
  }
}

}  // namespace lengthwise::testing
