#include "experiments/studies/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <optional>

#include "core/evaluation/evaluator.hpp"
#include "core/items/task_items.hpp"
#include "core/model/flops.hpp"
#include "core/model/transformer.hpp"
#include "core/storage/errors.hpp"
#include "core/text/documents.hpp"
#include "core/text/synthetic.hpp"
#include "core/text/text_batches.hpp"
#include "core/training/trainer.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/cells/cell_memory.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/studies/study_run.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {
namespace {

constexpr double measured_seconds = 1, largest_measured_step = 1e12;  // flops
constexpr int most_measured_steps = 20, measured_tokens = 32768, first_tried = 64;

double seconds_of(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct speed {
  double start = 0;              // seconds until the first step, text apart
  double step = 0;               // seconds of a training step
  std::map<int, double> window;  // seconds of an evaluation window, by length
};

double step_flops(const cell_config& c) {
  return flops_per_token(c.model, c.train.length) * c.train.batch * c.train.length;
}
double window_flops(const cell_config& c, int length) {
  return flops_per_token(c.model, c.window_of(length)) / 3 * c.window_of(length);
}

bool measurable(const cell_config& c, int threads) {
  return step_flops(c) <= largest_measured_step && cell_memory(c, threads).bytes < available_memory();
}

// Seconds of a window of each length that the text holds, from the shortest on. A length that would take too long to
// try is told from the two longest that were tried: the seconds of a token grow with the length as a straight line
// does, for attention's share.
std::map<int, double> measure_windows(const cell_config& c, text_part part, const transformer& model, int threads) {
  const std::span<const token_id> text = part.tokens;
  std::map<int, double> tried;
  int last = 0;
  double last_seconds = 0;  // of all that was done for it
  const auto affordable = [&](int length) {
    const double times = last == 0 ? 1 : static_cast<double>(length) / last;
    return last_seconds * times * times <= measured_seconds;
  };
  const auto measure_at = [&](int length) {
    const int most = static_cast<int>((text.size() - 1) / static_cast<std::size_t>(length)),
              few = std::min(2 * threads, most),
              affordable_windows = last == 0 ? few : static_cast<int>(measured_seconds / (tried[last] * length / last));
    evaluate_config some = c.evaluate;
    some.lengths = {length};
    const int windows = std::clamp(affordable_windows, few, std::max(few, std::min(most, measured_tokens / length)));
    some.targets = windows * length;
    last_seconds = seconds_of([&] { evaluate(model, part, some, {length, protocol::non_overlapping}, threads); });
    tried[length] = last_seconds / windows;
    last = length;
  };
  std::vector<int> lengths(c.evaluate.lengths.begin(), c.evaluate.lengths.end());
  std::ranges::sort(lengths);
  std::map<int, double> found;
  for (const int length : lengths) {
    if (c.encoding_at_end()->domain(c.model.extents(c.train.length)) < length ||
        static_cast<std::size_t>(length) >= text.size())
      continue;
    while (last < length) {
      const int next = last > 0 && affordable(length) ? length : std::min(length, std::max(first_tried, 2 * last));
      if (!affordable(next)) break;
      measure_at(next);
    }
    if (last == length) {
      found[length] = tried[length];
      continue;
    }
    const auto [longest, seconds] = *tried.rbegin();
    const auto [shorter, its_seconds] = tried.size() > 1 ? *std::next(tried.rbegin()) : *tried.rbegin();
    const double token = seconds / longest,
                 slope = longest > shorter ? (token - its_seconds / shorter) / (longest - shorter) : 0;
    found[length] = (token + std::max(slope, 0.0) * (length - longest)) * length;
  }
  return found;
}

// The same of a task's items.
std::map<int, double> measure_items(const cell_config& c, const transformer& model, int threads) {
  std::map<int, double> found;
  for (const int length : c.evaluate.lengths) {
    const task_items items(c.corpus.asked, item_part::test, length);
    if (c.encoding->domain(c.model.extents(c.train.length)) < items.time()) continue;
    const int count = std::max(2 * threads, std::min(c.corpus.task.items, measured_tokens / items.time()));
    found[length] =
        seconds_of([&] {
          evaluate_items(model, items, static_cast<std::size_t>(count), items.time(), length, raw_view(), threads);
        }) /
        count;
  }
  return found;
}

speed measure_one(const cell_config& c, const corpus& text, int threads) {
  speed found;
  std::optional<trainer> made;
  found.start = seconds_of([&] {
    made.emplace(c.model, c.train, c.encoding, training_batches(c, text), c.seed, threads);
    made->step();  // the first one touches the memory
  });
  trainer& t = *made;
  // The median: a step that waited for another program's turn says nothing of the others.
  std::vector<double> steps;
  for (double seconds = 0; static_cast<int>(steps.size()) < most_measured_steps && seconds < measured_seconds;
       seconds += steps.back())
    steps.push_back(seconds_of([&] { t.step(); }));
  std::ranges::nth_element(steps, steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2));
  found.step = steps[steps.size() / 2];

  found.window = c.corpus.is_task()
                     ? measure_items(c, t.model(), threads)
                     : measure_windows(c, text.part_of(longest_document(text.test())), t.model(), threads);
  return found;
}

// The mean speed of as many cells as will run at once: they share caches, memory and what else the machine is doing.
speed measure(const cell_config& c, const corpus& text, int threads, int at_once) {
  use_numerics(c.numerics);
  std::vector<std::future<speed>> running;
  for (int i = 0; i < at_once; ++i)
    running.push_back(std::async(std::launch::async, [&] { return measure_one(c, text, threads); }));
  speed mean;
  for (std::future<speed>& each : running) {
    const speed one = each.get();
    mean.start += one.start / at_once, mean.step += one.step / at_once;
    for (const auto& [length, seconds] : one.window) mean.window[length] += seconds / at_once;
  }
  return mean;
}

// The speed of a cell that is too large to try, from the rate of a small one of its kind.
speed scaled(const cell_config& c, const corpus& text, int threads, int at_once) {
  cell_config small = c;
  small.model = model_config{};
  small.train.length = 128;
  small.train.batch = small.train.shards = 8;
  small.evaluate.lengths = {};
  const speed measured = measure(small, text, threads, at_once);
  const double rate = step_flops(small) / measured.step;
  speed found;
  found.step = step_flops(c) / rate;
  for (const int length : c.evaluate.lengths) found.window[length] = window_flops(c, length) / rate;
  return found;
}

double windows_of(const cell_config& c, protocol p, int length, std::span<const token_id> test) {
  if (c.corpus.is_task()) return c.corpus.task.items;
  std::vector<std::size_t> lengths;
  for (const int l : c.evaluate.lengths) lengths.push_back(static_cast<std::size_t>(l));
  return static_cast<double>(evaluation_windows_of(p, test, lengths, static_cast<std::size_t>(c.evaluate.stride),
                                                   static_cast<std::size_t>(c.evaluate.targets),
                                                   static_cast<std::size_t>(length))
                                 .size());
}

// How many times a view reads what raw reads of windows of a length: parts of them, and more than once where a key is
// chosen on validation text.
double readings_of(const cell_config& c, const view& v, protocol cut, int length) {
  const reading_extents x{c.window_of(length), c.train.length};
  if (!view_problem(v, *c.encoding_at_end()).empty() || !is_readable(v, cut, x)) return 0;
  const double choosing = v.chosen_key().empty()
                              ? 0
                              : static_cast<double>(v.candidates().size()) *
                                    std::min(c.evaluate.targets, choice_targets) / c.evaluate.targets;
  return (1 + choosing) * v.tokens(x) / x.time;
}

std::shared_ptr<const corpus> text_for(const cell_config& c, observer& told) {
  try {
    return load_text(c.corpus, c.train.length, longest_length(c.evaluate));
  } catch (const data_error& problem) {
    told.note(fmt::format("warning: {}\nwarning: planning with the synthetic text's {} bytes in its place",
                          problem.what(), synthetic::default_bytes));
    corpus_config synthetic_text;
    synthetic_text.name = "synthetic";
    return load_text(synthetic_text, c.train.length, longest_length(c.evaluate));
  }
}

}  // namespace

cell_space space_of(const cell_config& c, int threads, const corpus& text) {
  const auto parameters = static_cast<double>(parameter_layout(c.model, *c.encoding, c.train.length).count());
  cell_space space{cell_memory(c, threads, text.test().size()).bytes + static_cast<double>(text.bytes),
                   3.0 * 4 * parameters * checkpoints::kept + 65536};
  for (const std::string& name : c.evaluate.views)
    for (const protocol cut : c.evaluate.protocols)
      for (const int length : c.evaluate.lengths)
        if (c.window_of(length) <= c.encoding_at_end()->domain(c.model.extents(c.train.length)) &&
            readings_of(c, *c.view_named(name), cut, length) > 0)
          space.disk += windows_of(c, cut, length, text.test()) * c.window_of(length) * 4;
  return space;
}

std::vector<cell_plan> plan_study(const study& asked, int threads, int jobs, observer& told) {
  const int at_once = std::clamp(jobs, 1, static_cast<int>(asked.cells.size()));
  std::map<std::string, double> reading;
  std::map<std::string, speed> speeds;
  std::map<std::string, std::shared_ptr<const corpus>> texts;
  std::vector<cell_plan> plans;
  for (const study_cell& cell : asked.cells) {
    const cell_config& c = cell.config;
    std::shared_ptr<const corpus>& text = texts[text_key(c.corpus)];
    double& read = reading[text_key(c.corpus)];
    if (text == nullptr) read = seconds_of([&] { text = text_for(c, told); });
    cell_config seedless = c;
    seedless.seed = 0;
    const std::string kind = config_hash(seedless);
    if (!speeds.contains(kind)) {
      told.progress(static_cast<double>(plans.size()) / static_cast<double>(asked.cells.size()),
                    fmt::format("measuring  {}", cell.folder));
      speeds[kind] =
          measurable(c, threads * at_once) ? measure(c, *text, threads, at_once) : scaled(c, *text, threads, at_once);
    }
    const speed& s = speeds[kind];
    const cell_space space = space_of(c, threads, *text);

    cell_plan p{.folder = cell.folder,
                .parameters = parameter_layout(c.model, *c.encoding, c.train.length).count(),
                .train_flops = step_flops(c) * c.train.steps,
                .memory = space.memory,
                .disk = space.disk,
                .train_seconds = s.step * c.train.steps,
                .evaluation_seconds = 0,
                .start_seconds = read + s.start};
    const double validations = c.train.validate_every > 0 ? c.train.steps / c.train.validate_every : 1;
    const double step_tokens = static_cast<double>(c.train.batch) * c.train.length;
    p.train_seconds += validations * s.step / 3 * static_cast<double>(validation_batches(c, *text).count) *
                       c.train.length / step_tokens;
    for (const std::string& name : c.evaluate.views)
      for (const protocol cut : c.evaluate.protocols)
        for (const auto& [length, seconds] : s.window) {
          const double windows = windows_of(c, cut, length, text->test());
          p.evaluation_seconds += windows * seconds * readings_of(c, *c.view_named(name), cut, length);
        }
    plans.push_back(std::move(p));
  }
  return plans;
}

double seconds_together(const std::vector<cell_plan>& plans, int jobs) {
  std::vector<double> busy_until(static_cast<std::size_t>(std::max(jobs, 1)), 0);
  for (const cell_plan& p : plans) *std::ranges::min_element(busy_until) += p.seconds();
  return std::ranges::max(busy_until);
}

}  // namespace lengthwise
