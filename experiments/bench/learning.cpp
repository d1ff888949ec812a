#include "experiments/bench/learning.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numbers>

#include "core/text/corpus.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {
namespace {

// What varies in a cell but its seed.
std::string recipe_of(const study_cell& cell) {
  std::vector<std::string> parts;
  for (const setting& s : cell.said)
    if (s.key != "seed") parts.push_back(s.key + "=" + s.text);
  return parts.empty() ? "defaults" : fmt::format("{}", fmt::join(parts, " "));
}

struct trained {
  double seconds, bits;
};
trained train(const cell_config& c, const corpus& text, int threads) {
  trainer t = trainer_of(c, training_batches(c, text), threads);
  const auto begin = std::chrono::steady_clock::now();
  while (t.steps_done() < c.train.steps) t.step();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const validation_set validation = validation_batches(c, text);
  return {seconds, t.validation_loss(*validation.source, validation.count) / std::numbers::ln2};
}

}  // namespace

study_settings settings_of(const benchmark_size& size, std::span<const std::string> words) {
  study_settings said;
  for (const std::string& word :
       {fmt::format("model.layers={}", size.model.layers), fmt::format("model.width={}", size.model.width),
        fmt::format("model.heads={}", size.model.heads), fmt::format("model.feed_forward={}", size.model.feed_forward),
        fmt::format("train.length={}", size.train.length), fmt::format("train.batch={}", size.train.batch)})
    apply_override(said, word);
  for (const std::string& word : words) apply_override(said, word);
  return said;
}

std::vector<learning_measurement> measure_learning(const benchmark_size& size, std::span<const std::string> words,
                                                   std::vector<int> steps, int threads,
                                                   const std::function<void(std::string_view)>& told) {
  std::ranges::sort(steps);
  const study all = make_study(settings_of(size, words));

  std::vector<learning_measurement> result;
  std::map<std::string, std::size_t> place;
  for (const study_cell& cell : all.cells)
    if (place.emplace(recipe_of(cell), result.size()).second) result.push_back({recipe_of(cell), {}});
  std::map<std::string, std::shared_ptr<const corpus>> texts;
  for (const int count : steps) {
    std::vector<std::vector<double>> seconds(result.size()), bits(result.size());
    for (const study_cell& cell : all.cells) {
      told(fmt::format("{}, {} steps", cell.folder, count));
      cell_config c = cell.config;
      c.train.steps = count;
      std::shared_ptr<const corpus>& text = texts[text_key(c.corpus)];
      if (text == nullptr) text = load_text(c.corpus, c.train.length, 0);
      const trained t = train(c, *text, threads);
      const std::size_t own = place.at(recipe_of(cell));
      seconds[own].push_back(t.seconds), bits[own].push_back(t.bits);
    }
    for (std::size_t i = 0; i < result.size(); ++i)
      result[i].runs.push_back({count, spread_of(seconds[i]), spread_of(bits[i])});
  }
  return result;
}

std::optional<double> seconds_to(const learning_measurement& m, double bits) {
  for (std::size_t i = 0; i < m.runs.size(); ++i) {
    const learning_run& after = m.runs[i];
    if (!(after.bits.median <= bits)) continue;
    if (i == 0) return after.seconds.median;
    const learning_run& before = m.runs[i - 1];
    const double share = (before.bits.median - bits) / (before.bits.median - after.bits.median);
    return before.seconds.median * std::pow(after.seconds.median / before.seconds.median, share);
  }
  return std::nullopt;
}

}  // namespace lengthwise
