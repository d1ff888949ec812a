#include "experiments/cells/cell.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <new>
#include <system_error>

#include "core/model/transformer.hpp"
#include "core/storage/atomic_file.hpp"
#include "core/storage/printable.hpp"
#include "core/tensor/openblas.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/cells/evaluate_lengths.hpp"
#include "experiments/cells/trace.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/ranks/orders.hpp"
#include "experiments/records/manifest.hpp"
#include "experiments/records/metrics.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A part of a cell, told as a share of the whole.
class part_of_cell final : public observer {
 public:
  part_of_cell(observer& whole, double from, double to) : whole_(whole), from_(from), to_(to) {}
  void progress(double share, std::string_view text) override { whole_.progress(from_ + (to_ - from_) * share, text); }
  void note(std::string_view text) override { whole_.note(text); }

 private:
  observer& whole_;
  double from_, to_;
};

// The training loop. Leaves a checkpoint of the last step.
void train(trainer& t, const cell_config& c, const corpus& text, const checkpoints& saved, checkpoints::notes& notes,
           metrics_file& metrics, trace_writer& trace, ranks& together, observer& told) {
  const int steps = c.train.steps, first = t.steps_done();
  const validation_set validation = validation_batches(c, text);
  const double tokens_in_step = static_cast<double>(c.train.batch) * c.train.length;
  const double seconds_before = notes.seconds, begin = seconds_now();
  double line_begin = begin;
  int line_step = first, saved_step = first;
  const auto save = [&] {
    notes.seconds = seconds_before + seconds_now() - begin;
    metrics.sync();
    saved.save(t, notes);
    saved_step = t.steps_done();
  };

  const auto take_step = [&] {
    try {
      give(together, {order::kind::step});
      return t.step();
    } catch (const lost_rank&) {  // nothing was updated
      if (saved_step != t.steps_done()) save();
      throw;
    }
  };

  for (int step = first; step < steps;) {
    if (stop_requested(together)) {
      if (saved_step != step) save();
      throw interrupted(
          fmt::format("interrupted and saved at step {} of {}; run the same command again to go on", step, steps));
    }
    const step_record r = take_step();
    step = r.step;
    notes.last_loss = r.loss;
    trace.step(r);

    std::optional<double> validated;
    const int every = c.train.validate_every;
    if (step == steps || (every > 0 && step % every == 0)) {
      give(together, {order::kind::validate});
      validated = t.validation_loss(*validation.source, validation.count);
    }
    const double now = seconds_now();
    const double rate = tokens_in_step * (step - line_step) / std::max(now - line_begin, 1e-9);
    if (validated || step % c.train.log_every == 0) {
      metrics.append(r, validated, seconds_before + now - begin, rate);
      line_begin = now, line_step = step;
    }
    told.progress(static_cast<double>(step) / steps,
                  fmt::format("step {}/{}  loss {:.3f}  {} tokens/s", step, steps, r.loss,
                              grouped(tokens_in_step * (step - first) / (now - begin))));
    if (step % c.train.checkpoint_every == 0 || step == steps) save();
  }
  if (saved.steps().empty()) save();  // no step was asked for
}

cell_result train_and_evaluate(const cell_config& c, const fs::path& folder, const cell_options& options,
                               observer& told) {
  use_numerics(c.numerics);
  if (c.numerics == numerics::openblas)
    if (const std::string advice = openblas_advice(); !advice.empty()) told.note("warning: " + advice);
  const std::shared_ptr<const corpus> text = load_text(c.corpus, c.train.length, longest_length(c.evaluate));
  write_atomically(folder / "manifest.json", manifest_text(c, *text, options.on.threads));
  ranks& together = options.on.together;
  give(together, {order::kind::take_cell, options.on.threads, toml_text(c)});

  const std::string hash = config_hash(c);
  const std::shared_ptr<const batch_source> batches = training_batches(c, *text);
  trainer t = trainer_of(c, batches, options.on);
  const checkpoints saved(folder / "checkpoints", {hash, text->sha256, training_hash(c)});
  checkpoints::notes notes{std::numeric_limits<double>::quiet_NaN(), 0};
  const cell_work work = work_of(c);
  const double trained = work.training / work.all();
  trace_writer trace(options.trace, t, c, *batches);
  if (!trace.wanted() && saved.load_newest(t, notes, told)) {
    give(together, {order::kind::go_on});
    t.share();
  }
  {
    metrics_file metrics(folder / "metrics.jsonl", t.steps_done());
    part_of_cell training(told, 0, trained);
    train(t, c, *text, saved, notes, metrics, trace, together, training);
  }
  trace.finish(t);

  cell_result result{.config_hash = hash,
                     .digest = t.digest(),
                     .encoding = std::string(c.encoding->name()),
                     .corpus = read_text(text->name),
                     .corpus_sha256 = text->sha256,
                     .seed = c.seed,
                     .parameters = t.model().layout().count(),
                     .train_length = c.trained_length(),
                     .steps = c.train.steps,
                     .tokens = static_cast<std::int64_t>(c.train.steps) * c.train.batch * c.train.length,
                     .final_loss = notes.last_loss,
                     .seconds = notes.seconds,
                     .evaluation = {}};
  const fs::path partial = folder / "evaluation.partial.json";
  std::vector<evaluation_record> done;
  if (const std::optional<cell_result> before = read_result(partial);
      before && before->digest == result.digest && before->config_hash == hash)
    done = before->evaluation, result.reused_from = before->reused_from;
  part_of_cell evaluation(told, trained, 1);
  result.evaluation = evaluate_lengths(t.model(), *text, c, options.on, folder, std::move(done), evaluation,
                                       [&](const std::vector<evaluation_record>& so_far) {
                                         result.evaluation = so_far;
                                         write_atomically(partial, json_text(result));
                                       });
  saved.keep(c.train.keep_checkpoints, t, notes);
  // The last partial record becomes the result: a kill leaves either, and never both.
  write_atomically(partial, json_text(result));
  fs::rename(partial, folder / "result.json");
  return result;
}

// For what may come at any place, also between ranks, which cannot go on together then.
[[noreturn]] void fail(ranks& together, const std::string& message) {
  if (together.count() > 1) throw lost_rank(message);
  throw io_error(message);
}

cell_result compute(const cell_config& c, const fs::path& folder, const cell_options& options, observer& told) {
  try {
    fs::remove(folder / "failure.json");
    return train_and_evaluate(c, folder, options, told);
  } catch (const std::bad_alloc&) {
    fail(options.on.together, "out of memory; make the model, the batch or --threads smaller, or run fewer --jobs");
  } catch (const std::system_error& refused) {
    // A thread that could not be made, a file that could not be removed.
    fail(options.on.together, fmt::format("the system refused: {}; use fewer --threads or --jobs, or check the disk",
                                          printable(refused.what())));
  }
}

}  // namespace

trainer trainer_of(const cell_config& c, std::shared_ptr<const batch_source> batches, processors on) {
  return {c.model, c.train, c.encoding, std::move(batches), c.seed, on, *c.view_named(c.train.view.view())};
}

void use_numerics(numerics wanted) {
  const std::string problem = wanted == numerics::openblas ? load_openblas() : "";
  if (!problem.empty())
    throw usage_error(
        fmt::format("numerics = \"openblas\", and OpenBLAS cannot be loaded: {}; apt-get install "
                    "libopenblas0-pthread, or take numerics = \"portable\"",
                    printable(problem)));
  select_numerics(wanted);
}

cell_result run_cell(const cell_config& config, const fs::path& folder, const cell_options& options, observer& told) {
  make_folder(folder);
  const folder_lock held(folder, options.patience_seconds);
  if (!held.broken_lease().empty())
    told.note(fmt::format("warning: {} held this cell and has been silent; going on from what it saved",
                          held.broken_lease()));
  remove_temporaries(folder, subfolders::enter);
  prepare_cell(config, folder);
  set_aside_damage(folder, told);
  if (std::optional<cell_result> finished = read_result(folder / "result.json")) return std::move(*finished);

  const auto record = [&](int code, std::string_view message) {
    try {
      write_atomically(folder / "failure.json", json_text(failure_record{code, read_text(std::string(message))}));
    } catch (const error&) {
      // The disk may be what failed; the error itself is what the user must see.
    }
  };
  try {
    return compute(config, folder, options, told);
  } catch (const interrupted&) {
    throw;
  } catch (const error& problem) {
    record(problem.exit_code(), problem.what());
    throw;
  }
}

}  // namespace lengthwise
