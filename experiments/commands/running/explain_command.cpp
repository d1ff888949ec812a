// `lengthwise explain`: why each encoding breaks or holds. It trains nothing and evaluates what is missing.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/product.hpp"
#include "experiments/causes/causes_figure.hpp"
#include "experiments/causes/explanations.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/evaluations/trained_cell.hpp"
#include "experiments/system/allocation.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/system/standard_descriptors.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/progress.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/study_source.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

constexpr int default_targets = 16384;  // paired differences are sharp: more cost more and say little more

// The cell's config with the views of a verdict, at the lengths beyond the trained one.
cell_config asked_of(const fs::path& folder, std::span<const std::string> words) {
  study_settings settings = read_toml(folder / "config.toml");
  const cell_config trained = config_of(settings.settings);
  for (const std::string& word : words) {
    if (!word.starts_with("evaluate.lengths=") && !word.starts_with("evaluate.targets=") &&
        !word.starts_with("evaluate.stride="))
      throw usage_error(
          fmt::format("command line: explain takes evaluate.lengths, evaluate.targets and evaluate.stride, and not {}",
                      printable(word)));
    apply_override(settings, word);
  }
  if (!settings.sweep.empty())
    throw usage_error("command line: explain takes one value a key; write lists in brackets");
  cell_config asked = config_of(settings.settings);
  if (std::ranges::none_of(words, [](const auto& w) { return w.starts_with("evaluate.targets="); }))
    asked.evaluate.targets = std::min(asked.evaluate.targets, default_targets);
  if (asked.corpus.is_task())
    throw usage_error(fmt::format(
        "{}: explain compares with the last trained length alone, which of an item of a task leaves no question; "
        "lengthwise evaluate CELL evaluate.views=[raw,crowd] reads items by views",
        printable(folder.string())));
  asked.evaluate.stride = std::min(asked.evaluate.stride, trained.train.length);
  asked.evaluate.protocols = {protocol::fixed_targets};
  asked.evaluate.views = {};
  for (const std::string_view name : views_of_causes) asked.evaluate.views.push_back(std::string(name));
  const auto lengths = asked.evaluate.lengths;
  asked.evaluate.lengths = {};
  for (const int length : lengths)
    if (length > trained.train.length) asked.evaluate.lengths.push_back(length);
  if (asked.evaluate.lengths.empty())
    throw usage_error(fmt::format("{}: no length beyond the trained {}; say evaluate.lengths=[{},{}]",
                                  printable(folder.string()), trained.train.length, 2 * trained.train.length,
                                  4 * trained.train.length));
  check(asked, settings.settings);
  identify_text(asked.corpus);
  return asked;
}

// The tokens that all evaluations of a cell read: what they cost, but for attention.
double tokens_of(const cell_config& c) {
  double tokens = 0;
  for (const std::string& name : c.evaluate.views) {
    const std::unique_ptr<view> v = c.view_named(name);
    if (!view_problem(*v, *c.encoding_at_end()).empty()) continue;
    for (const int length : c.evaluate.lengths)
      tokens += static_cast<double>(c.evaluate.targets) / std::min(c.evaluate.stride, length) *
                v->tokens({length, c.train.length});
  }
  return tokens;
}

bool is_measured(const fs::path& cell, const cell_config& asked) {
  const std::optional<cell_result> there = whole_result(explanation_folder(cell) / "result.json");
  return there && there->config_hash == config_hash(asked);
}

int explain(const arguments& a) {
  outlive_readers();
  const fs::path folder = a.words.front();
  const measurements m = gather(folder);
  const int threads = a.whole("--threads", allocated_cores(), 1, 1024);
  progress_view view(progress_view::fitting(a.has("--quiet")));
  std::vector<std::pair<fs::path, cell_config>> missing;
  double tokens = 0;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells) {
      refuse_links(cell.path);
      cell_config asked = asked_of(cell.path, std::span(a.words).subspan(1));
      if (is_measured(cell.path, asked)) continue;
      tokens += tokens_of(asked);
      missing.emplace_back(cell.path, std::move(asked));
    }
  if (!missing.empty())
    view.line(fmt::format("reading the texts of {} cell{} in {} views: {} million tokens", missing.size(),
                          missing.size() == 1 ? "" : "s", std::size(views_of_causes),
                          grouped(std::ceil(tokens / 1e6))));
  catch_interruptions();
  for (const auto& [cell, asked] : missing) {
    const auto text = load_text(asked.corpus, 0, longest_length(asked.evaluate));
    require_memory(asked, threads, text->test().size());
    const trained_cell trained = load_trained_cell(cell, view);
    const fs::path into = explanation_folder(cell);
    if (!is_measured(cell, asked)) {
      std::error_code none;  // another choice of lengths or targets takes its place
      fs::remove(into / "result.json", none);
    }
    view.begin(cell.filename().string());
    evaluate_into(into, trained, asked, *text, threads, view);
  }
  const std::vector<explanation> all = explanations_of(m);
  if (a.has("--figure")) draw_causes(all, a.text("--figure"));
  show("{}", a.has("--json") ? explanation_json(all) : explanation_text(all));
  return 0;
}

}  // namespace

command explain_command() {
  return {
      "explain",
      "DIR [KEY=VALUE ...]",
      "Say why each encoding breaks or holds beyond its trained length",
      "Reads the same targets in several views (lengthwise list views): the last trained length alone, every key at "
      "trained distances, few keys at unseen ones, unseen positions, another text far away. Trains nothing, "
      "evaluates what is missing and keeps it in CELL/evaluations/explain; run it again to go on.\n\n"
      "Example:\n  lengthwise explain runs/quickstart evaluate.lengths=[256,1024] evaluate.targets=4096",
      1,
      static_cast<std::size_t>(-1),
      {{"--json", "", "as JSON"},
       {"--figure", "FILE", "parts of the harm against length, as .svg, .pdf or .png (needs gnuplot)"},
       {"--threads", "N", "threads (all cores that this process was given)"},
       {"--quiet", "", "no progress"}},
      explain};
}

}  // namespace lengthwise
