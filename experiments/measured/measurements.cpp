#include "experiments/measured/measurements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/records/study_folder.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr double range_growth = 1.189207115002721;  // 2^(1/4)

std::string text_of(const config_value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : toml_text(value);
}

// The encoding comes first and alone; other keys by their last part.
std::string label_of(const frozen_cell& cell, const std::string& encoding) {
  std::string label = encoding;
  for (const named_value& v : cell.varied)
    if (v.name != "encoding.type" && v.name != "seed")
      label += fmt::format(", {}={}", v.name.substr(v.name.rfind('.') + 1), text_of(v.value));
  return label;
}

}  // namespace

std::string finished_cell::scored_on() const {
  std::string text;
  for (const named_value& v : config)
    if (v.name.starts_with("corpus.") || v.name.starts_with("evaluate."))
      text += fmt::format("{}={}\n", v.name, toml_text(v.value));
  return text;
}

std::vector<int> measurements::lengths() const {
  std::set<int> all;
  for (const curve& c : curves)
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation) all.insert(e.length);
  return {all.begin(), all.end()};
}

std::vector<protocol> measurements::protocols() const {
  std::set<protocol> all;
  for (const curve& c : curves)
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation) all.insert(e.protocol);
  return {all.begin(), all.end()};
}

measurements gather(const fs::path& folder) {
  const frozen_study study = read_study_folder(folder);
  measurements m{study.name, {}, study.cells.size(), 0, study.question};
  for (const frozen_cell& cell : study.cells) {
    const fs::path path = cell_path(folder, cell);
    std::optional<cell_result> result = read_result(path / "result.json");
    if (!result) {
      ++m.unfinished;
      continue;
    }
    const std::string label = label_of(cell, result->encoding);
    auto at = std::ranges::find(m.curves, label, &curve::label);
    if (at == m.curves.end()) at = m.curves.insert(m.curves.end(), curve{label, {}});
    at->cells.push_back({cell.folder, path, std::move(*result), cell.config});
  }
  if (m.curves.empty())
    throw usage_error(fmt::format("{} has no finished cell yet; lengthwise status says how far they are",
                                  printable(folder.string())));
  return m;
}

const evaluation_record* find_record(const cell_result& r, protocol p, int length) {
  const auto found = std::ranges::find_if(
      r.evaluation, [&](const evaluation_record& e) { return e.protocol == p && e.length == length; });
  return found == r.evaluation.end() ? nullptr : &*found;
}

summary summarize(const curve& c, protocol p, int length, quantity q) {
  summary s;
  std::vector<double> values;
  for (const finished_cell& cell : c.cells) {
    const evaluation_record* e = find_record(cell.result, p, length);
    if (e == nullptr) continue;
    s.measured = true;
    if (!e->ok()) s.status = e->status;
    values.push_back(q == quantity::perplexity ? e->perplexity : e->bits_per_byte);
  }
  if (s.ok()) s.over_seeds = statistics_of(values);
  return s;
}

std::optional<std::size_t> best_curve(const measurements& m, protocol p, int length) {
  std::optional<std::size_t> best;
  double least = 0;
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    const summary s = summarize(m.curves[i], p, length, quantity::perplexity);
    if (s.ok() && (!best || s.over_seeds.mean < least)) best = i, least = s.over_seeds.mean;
  }
  return best;
}

std::vector<position_loss> loss_by_position(const curve& c) {
  struct position_sums {
    std::vector<double> sums, counts;
  };
  std::vector<position_sums> seeds;
  std::size_t longest = 0;
  for (const finished_cell& cell : c.cells) {
    position_sums& own = seeds.emplace_back();
    for (const evaluation_record& e : cell.result.evaluation) {
      const fs::path file = losses_file(cell.path / "nll", e.length, e.protocol);
      if (!e.ok() || e.protocol != protocol::non_overlapping || !fs::exists(file)) continue;
      const npy_array<float> losses = read_npy<float>(file);
      const std::size_t width = losses.shape.size() == 2 ? losses.shape[1] : 0;
      if (width > own.sums.size()) own.sums.resize(width), own.counts.resize(width);
      for (std::size_t i = 0; width > 0 && i < losses.values.size(); ++i)
        if (!std::isnan(losses.values[i]))
          own.sums[i % width] += static_cast<double>(losses.values[i]), own.counts[i % width] += 1;
    }
    longest = std::max(longest, own.sums.size());
  }
  std::vector<position_loss> ranges;
  double end = 1;
  for (std::size_t first = 0; first < longest;) {
    end = std::max(end * range_growth, static_cast<double>(first + 1));
    const std::size_t last = std::min(static_cast<std::size_t>(end), longest);
    std::vector<double> means;
    for (const position_sums& own : seeds) {
      double sum = 0, count = 0;
      for (std::size_t i = first; i < std::min(last, own.sums.size()); ++i) sum += own.sums[i], count += own.counts[i];
      if (count > 0) means.push_back(sum / count / std::numbers::ln2);
    }
    // The middle of positions that count from 1.
    const double middle = std::sqrt(static_cast<double>(first + 1) * static_cast<double>(last));
    if (const sample_statistics s = statistics_of(means); s.count > 0) ranges.push_back({middle, s.mean, s.deviation});
    first = last;
  }
  return ranges;
}

}  // namespace lengthwise
