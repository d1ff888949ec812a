#include "experiments/evaluations/trained_cell.hpp"

#include <fmt/format.h>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/training/checkpoint.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/cells/cell_memory.hpp"
#include "experiments/cells/evaluate_lengths.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// What another model, config or text left under this name is no one's to replace.
void refuse_other_evaluation(const fs::path& folder, const cell_result& asked) {
  const std::optional<cell_result> there = whole_result(folder / "result.json");
  if (!there) return;
  const auto refuse = [&](std::string_view what, const std::string& then, const std::string& now) {
    if (then != now)
      throw usage_error(
          fmt::format("{} holds the evaluation of another {} ({} there, {} here); remove that folder first",
                      printable(folder.string(), 1000), what, printable(then.substr(0, 12)), now.substr(0, 12)));
  };
  refuse("model", there->digest, asked.digest);
  refuse("text", there->corpus_sha256, asked.corpus_sha256);
  refuse("config", there->config_hash, asked.config_hash);
}

}  // namespace

trained_cell load_trained_cell(const fs::path& folder, observer& told) {
  trained_cell cell{read_cell_config(folder), nullptr, 0, {}};
  const cell_config& c = cell.config;
  use_numerics(c.numerics);
  auto model = std::make_unique<transformer>(c.model, c.encoding_at_end(), c.train.length);
  const checkpoints saved(folder / "checkpoints", {config_hash(c), ""});
  std::optional<int> steps;
  {
    const folder_lock held(folder);
    steps = saved.load_newest(*model, cell.notes, told);
  }
  if (!steps)
    throw usage_error(
        fmt::format("{} has no checkpoint; train it with lengthwise run first", printable(folder.string())));
  if (*steps < c.train.steps)
    told.note(fmt::format("warning: this model was trained for {} of its {} steps", *steps, c.train.steps));
  cell.model = std::move(model), cell.steps = *steps;
  return cell;
}

void require_memory(const cell_config& c, int threads, std::size_t targets) {
  const memory_need need = evaluation_memory(c, threads, targets);
  if (const double there = available_memory(); need.bytes > there)
    throw usage_error(fmt::format("this evaluation needs {} of memory, and {} are free\n{}", bytes_text(need.bytes),
                                  bytes_text(there), need.advice));
}

cell_result evaluate_into(const fs::path& folder, const trained_cell& cell, const cell_config& asked,
                          const corpus& text, int threads, observer& told) {
  const cell_config& c = cell.config;
  cell_result result{.config_hash = config_hash(asked),
                     .digest = digest_of(cell.model->layout(), cell.model->parameters()),
                     .encoding = std::string(c.encoding->name()),
                     .corpus = read_text(text.name),
                     .corpus_sha256 = text.sha256,
                     .seed = c.seed,
                     .parameters = cell.model->layout().count(),
                     .train_length = c.trained_length(),
                     .steps = cell.steps,
                     .tokens = static_cast<std::int64_t>(cell.steps) * c.train.batch * c.train.length,
                     .final_loss = cell.notes.last_loss,
                     .seconds = cell.notes.seconds,
                     .evaluation = {}};
  refuse_other_evaluation(folder, result);
  make_folder(folder);
  const folder_lock held(folder);
  remove_temporaries(folder, subfolders::enter);
  const fs::path partial = folder / "evaluation.partial.json";
  std::vector<evaluation_record> done;
  for (const fs::path& file : {folder / "result.json", partial})
    if (const std::optional<cell_result> before = whole_result(file);
        before && before->digest == result.digest && before->config_hash == result.config_hash)
      done.insert(done.end(), before->evaluation.begin(), before->evaluation.end());
  result.evaluation =
      evaluate_lengths(*cell.model, text, asked, threads, folder, std::move(done), told, [&](const auto& so_far) {
        result.evaluation = so_far;
        write_atomically(partial, json_text(result));
      });
  write_atomically(folder / "result.json", json_text(result));
  std::error_code none;
  fs::remove(partial, none);
  return result;
}

}  // namespace lengthwise
