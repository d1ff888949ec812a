#include <fmt/format.h>

#include <thread>

#include "core/model/transformer.hpp"
#include "core/storage/atomic_file.hpp"
#include "core/storage/printable.hpp"
#include "core/text/text_batches.hpp"
#include "core/training/trainer.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/cells/evaluate_lengths.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/progress.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// The config of the cell with the words applied; they may change what is evaluated, not what was trained.
cell_config changed_config(const fs::path& folder, std::span<const std::string> words, std::string& name) {
  study_settings settings = read_toml(folder / "config.toml");
  const std::size_t own = settings.settings.size();
  for (const std::string& word : words) {
    if (!word.starts_with("evaluate.") && !word.starts_with("corpus."))
      throw usage_error(fmt::format(
          "command line: {} belongs to the training; evaluate takes keys of evaluate and corpus", printable(word)));
    apply_override(settings, word);
  }
  if (!settings.sweep.empty())
    throw usage_error("command line: evaluate takes one value a key; write lists in brackets");
  std::vector<named_value> changed;
  for (std::size_t i = own; i < settings.settings.size(); ++i)
    changed.push_back({settings.settings[i].key, settings.settings[i].value});
  name = folder_of(changed);
  // A name given here stands in place of the path that the cell was trained on.
  for (std::size_t i = own; i < settings.settings.size(); ++i)
    if (settings.settings[i].key == "corpus.name")
      settings.settings.push_back({"corpus.path", std::string(), "command line", ""});
  const cell_config config = config_of(settings.settings);
  check(config, settings.settings);
  return config;
}

void print_table(const std::vector<evaluation_record>& all) {
  fmt::print("{:>8}  {:<16} {:>10} {:>12} {:>14} {:>10}\n", "length", "protocol", "targets", "perplexity",
             "bits per byte", "+-");
  for (const evaluation_record& e : all) {
    if (e.ok())
      fmt::print("{:>8}  {:<16} {:>10} {:>12.4f} {:>14.4f} {:>10.4f}\n", e.length, name_of(e.protocol), e.targets,
                 e.perplexity, e.bits_per_byte, e.nll_standard_error * (e.bits_per_byte / e.nll));
    else
      fmt::print("{:>8}  {:<16} {:>10} {}\n", e.length, name_of(e.protocol), e.targets,
                 e.status == evaluation_status::out_of_domain ? "out of domain" : "not finite");
  }
}

int evaluate_again(const arguments& a) {
  const fs::path cell = a.words.front();
  const cell_config trained = read_cell_config(cell);
  std::string name;
  const cell_config config = changed_config(cell, std::span(a.words).subspan(1), name);
  refuse_links(cell);
  const fs::path folder = cell / "evaluations" / name;
  const int threads = a.whole("--threads", std::max(1, static_cast<int>(std::thread::hardware_concurrency())), 1, 1024);
  progress_view view(progress_view::fitting(a.has("--quiet")));

  const auto text = load_text(config.corpus, 0, longest_length(config.evaluate));
  const auto own_text = load_text(trained.corpus, trained.train.length, 0);
  select_numerics(trained.numerics);
  trainer t(trained.model, trained.train, trained.encoding,
            std::make_shared<drawn_windows>(own_text->train(), trained.seed), trained.seed, threads);
  checkpoints::notes notes{};
  const std::string hash = config_hash(trained);
  const checkpoints saved(cell / "checkpoints", {hash, own_text->sha256});
  {
    const folder_lock held(cell);
    if (!saved.load_newest(t, notes, view))
      throw usage_error(
          fmt::format("{} has no checkpoint; train it with lengthwise run first", printable(cell.string())));
  }
  if (t.steps_done() < trained.train.steps)
    view.note(
        fmt::format("warning: this model was trained for {} of its {} steps", t.steps_done(), trained.train.steps));

  catch_interruptions();
  make_folder(folder);
  const folder_lock held(folder);
  remove_temporaries(folder, subfolders::enter);
  view.begin(name);
  cell_result result{.config_hash = config_hash(config),
                     .digest = t.digest(),
                     .encoding = std::string(trained.encoding->name()),
                     .corpus = text->name,
                     .corpus_sha256 = text->sha256,
                     .seed = trained.seed,
                     .parameters = t.model().layout().count(),
                     .train_length = trained.train.length,
                     .steps = t.steps_done(),
                     .tokens = static_cast<std::int64_t>(t.steps_done()) * trained.train.batch * trained.train.length,
                     .final_loss = notes.last_loss,
                     .seconds = notes.seconds,
                     .evaluation = {}};
  result.evaluation =
      evaluate_lengths(t.model(), text->test(), config.evaluate, threads, folder / "nll", {}, view, [](const auto&) {});
  write_atomically(folder / "result.json", json_text(result));
  if (a.has("--json"))
    fmt::print("{}", json_text(result));
  else
    print_table(result.evaluation);
  view.line(fmt::format("written to {}", folder.string()));
  return 0;
}

}  // namespace

command evaluate_command() {
  return {"evaluate",
          "CELL_DIR [KEY=VALUE ...]",
          "Evaluate a trained cell again: other lengths, protocols or texts",
          "Takes the keys of [evaluate] and [corpus]; the results go to CELL_DIR/evaluations.\n\n"
          "Example:\n  lengthwise evaluate runs/baseline-rope/cell evaluate.lengths=[128,4096] "
          "evaluate.protocols=[sliding]",
          1,
          static_cast<std::size_t>(-1),
          {{"--threads", "N", "threads (all cores)"}, {"--json", "", "as JSON"}, {"--quiet", "", "no progress"}},
          evaluate_again};
}

}  // namespace lengthwise
