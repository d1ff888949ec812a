#include "experiments/reuse/adoption.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "core/text/documents.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

void copy_whole(const fs::path& from, const fs::path& to) {
  if (fs::exists(from)) write_atomically(to, file_bytes(from));
}

// Whether both read a length by a protocol in the same windows and views.
bool reads_the_same(const cell_config& a, const cell_config& b, const evaluation_record& e, const corpus& text) {
  const auto views = [](const cell_config& c) {
    std::vector<named_value> values = config_values(c);
    std::erase_if(values, [](const named_value& v) { return !v.name.starts_with("view."); });
    return toml_text(values);
  };
  if (e.extension != raw_extension && views(a) != views(b)) return false;
  const auto windows = [&](const cell_config& c) {
    std::vector<std::size_t> lengths;
    for (const int length : c.evaluate.lengths) lengths.push_back(static_cast<std::size_t>(length));
    return evaluation_windows_of(e.protocol, text.test(), lengths, static_cast<std::size_t>(c.evaluate.stride),
                                 static_cast<std::size_t>(c.evaluate.targets), static_cast<std::size_t>(e.length));
  };
  return std::ranges::find(b.evaluate.lengths, e.length) != b.evaluate.lengths.end() && windows(a) == windows(b);
}

}  // namespace

void trained_cells::look_in(const fs::path& study) {
  bool any = false;
  for (const frozen_cell& c : read_study_folder(study).cells) {
    const fs::path cell = cell_path(study, c);
    if (!fs::exists(cell / "result.json")) continue;
    any = true;
    by_training_.emplace(training_hash(read_cell_config(cell)), cell);
  }
  if (!any) throw usage_error(fmt::format("--reuse: {} has no finished cell", printable(study.string())));
}

fs::path trained_cells::of(const cell_config& c) const {
  const auto found = by_training_.find(training_hash(c));
  return found == by_training_.end() ? fs::path() : found->second;
}

void adopt(const fs::path& from, const cell_config& wanted, const fs::path& into, observer& told) {
  const std::optional<cell_result> there = whole_result(from / "result.json");
  if (!there || !damage_in(from).empty()) return;
  const cell_config old = read_cell_config(from);
  if (training_hash(old) != training_hash(wanted)) return;
  const bool own = fs::exists(into) && fs::equivalent(from, into);
  make_folder(into);
  const folder_lock held(into, cell_patience_seconds);
  if (own && config_hash(old) == config_hash(wanted)) {  // a kill came before the old result was removed
    fs::remove(into / "result.json");
    return;
  }
  const std::shared_ptr<const corpus> text =
      load_text(wanted.corpus, wanted.train.length, longest_length(wanted.evaluate));
  if (text->sha256 != there->corpus_sha256) return;

  cell_result kept = *there;
  kept.config_hash = config_hash(wanted);
  std::erase_if(kept.evaluation, [&](const evaluation_record& e) { return !reads_the_same(old, wanted, e, *text); });
  if (!own) {
    std::error_code code;
    const fs::path origin = fs::weakly_canonical(from, code);
    if (kept.reused_from.empty()) kept.reused_from = read_text((code ? from : origin).string());
    for (const char* folder : {"checkpoints", "nll", "windows"}) make_folder(into / folder);
    const checkpoints theirs(from / "checkpoints", {}), ours(into / "checkpoints", {});
    if (const std::vector<int> steps = theirs.steps(); !steps.empty())
      copy_whole(theirs.file(steps.front()), ours.file(steps.front()));
    for (const char* name : {"metrics.jsonl", "manifest.json"}) copy_whole(from / name, into / name);
    for (const evaluation_record& e : kept.evaluation) {
      copy_whole(losses_file(from, e.length, e.protocol, e.extension),
                 losses_file(into, e.length, e.protocol, e.extension));
      copy_whole(windows_file(from, e.length, e.protocol), windows_file(into, e.length, e.protocol));
    }
  }
  // In this order: a kill leaves a cell that goes on from here, or one that is adopted again.
  write_atomically(into / "evaluation.partial.json", json_text(kept));
  write_config(wanted, into);
  if (own) fs::remove(into / "result.json");
  told.note(fmt::format("{}: trained already{}; {} of its {} measurements are kept", into.filename().string(),
                        own ? "" : fmt::format(", in {}", from.string()), kept.evaluation.size(),
                        there->evaluation.size()));
}

}  // namespace lengthwise
