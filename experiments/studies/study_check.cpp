#include "experiments/studies/study_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

std::vector<const study_cell*> unfinished_cells(const study& asked, const fs::path& folder) {
  if (fs::exists(fs::symlink_status(folder))) {
    refuse_links(folder);
    refuse_other_study(asked, folder);
  }
  std::vector<const study_cell*> unfinished;
  for (const study_cell& cell : asked.cells) {
    const fs::path own = folder / cell.folder;
    if (!fs::exists(own / "result.json") || !damage_in(own).empty())
      unfinished.push_back(&cell);
    else if (read_result(own / "result.json")->config_hash != config_hash(cell.config))
      prepare_cell(cell.config, own);  // of another config: refused before others are run
  }
  return unfinished;
}

std::map<std::string, std::size_t> check_texts(const study& asked, const std::vector<const study_cell*>& unfinished,
                                               const fs::path& folder) {
  struct need {
    const corpus_config* corpus;
    int train = 0, evaluation = 0;
  };
  std::map<std::string, need> needs;
  for (const study_cell* cell : unfinished) {
    const cell_config& c = cell->config;
    need& n = needs[text_key(c.corpus)];
    n = {&c.corpus, std::max(n.train, c.train.length), std::max(n.evaluation, longest_length(c.evaluate))};
  }
  std::map<std::string, std::size_t> targets;
  std::map<std::string, std::string> digests;
  for (const auto& [key, n] : needs) {
    const std::shared_ptr<const corpus> text = load_text(*n.corpus, n.train, n.evaluation);
    targets[key] = text->test().size();
    digests[key] = text->sha256;
  }
  for (const study_cell& cell : asked.cells) {
    const auto now = digests.find(text_key(cell.config.corpus));
    if (now == digests.end()) continue;
    if (const std::optional<cell_result> r = whole_result(folder / cell.folder / "result.json");
        r && r->corpus_sha256 != now->second)
      throw data_error(fmt::format(
          "the text has changed since cell {} was finished (SHA-256 {} there, {} now)\nbring back the text or give "
          "another --output",
          cell.folder, printable(r->corpus_sha256.substr(0, 12)), now->second.substr(0, 12)));
  }
  return targets;
}

void freeze(const study& asked, const fs::path& folder) {
  refuse_other_study(asked, folder);
  if (!fs::exists(folder / "study.json")) write_atomically(folder / "study.json", json_text(frozen(asked)));
}

}  // namespace lengthwise
