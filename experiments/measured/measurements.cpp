#include "experiments/measured/measurements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/measured/block_losses.hpp"
#include "experiments/records/json_record.hpp"
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

bool is_seed(const named_value& v) { return v.name == "seed"; }

// What a cell's curve is known by: all of its config but the seed, and where its text lies.
std::string identity_of(const frozen_cell& cell, const cell_result& r) {
  std::string text = r.encoding + "\n" + r.corpus_sha256 + "\n";
  for (const named_value& v : cell.config.empty() ? cell.varied : cell.config)
    if (!is_seed(v) && v.name != "name" && v.name != "corpus.path")
      text += fmt::format("{}={}\n", v.name, toml_text(v.value));
  return text;
}

// The encoding comes first and alone; other keys by their last part, or whole where two of them end alike.
std::string label_of(const frozen_cell& cell, const std::string& encoding, bool whole) {
  const auto last_part = [](const named_value& v) { return std::string_view(v.name).substr(v.name.rfind('.') + 1); };
  std::vector<const named_value*> shown;
  for (const named_value& v : cell.varied)
    if (!names_encoding(v.name) && !is_seed(v)) shown.push_back(&v);
  std::string label = encoding;
  for (const named_value* v : shown) {
    const bool alone = std::ranges::count(shown, last_part(*v), [&](const auto* o) { return last_part(*o); }) == 1;
    label += fmt::format(", {}={}", alone && !whole ? last_part(*v) : std::string_view(v->name), text_of(v->value));
  }
  return label;
}

// What a cell's config has that another's has not.
std::string apart(const finished_cell& cell, const finished_cell& other) {
  for (const std::string& key : differing_keys(other.config, cell.config))
    for (const named_value& v : cell.config)
      if (v.name == key && !is_seed(v)) return fmt::format(", {}={}", key, text_of(v.value));
  return "";
}

// A label that another curve has already is said in more words.
void tell_apart(std::vector<curve>& curves, const std::vector<const frozen_cell*>& cells) {
  std::vector<std::string> labels;
  const auto is_taken = [&](const std::string& label) { return std::ranges::find(labels, label) != labels.end(); };
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const finished_cell& first = curves[i].cells.front();
    std::string label = label_of(*cells[i], first.result.encoding, false);
    if (is_taken(label)) label = label_of(*cells[i], first.result.encoding, true);
    if (is_taken(label))
      label += apart(first,
                     curves[static_cast<std::size_t>(std::ranges::find(labels, label) - labels.begin())].cells.front());
    for (int number = 2; is_taken(label); ++number) label += fmt::format(" ({})", number);
    curves[i].label = read_text(label);
    labels.push_back(std::move(label));
  }
}

}  // namespace

std::string finished_cell::scored_on(const evaluation_record& e) const {
  const auto value = [&](std::string_view key) {
    const auto found = std::ranges::find(config, key, &named_value::name);
    return found == config.end() ? std::string() : toml_text(found->value);
  };
  std::string text = fmt::format("{} {} {} {} targets", result.corpus_sha256, value("corpus.split"),
                                 value("corpus.across_documents"), e.targets);
  if (e.protocol != protocol::non_overlapping) text += fmt::format(" stride {}", e.stride);
  // Where documents share the targets, and where these are fixed, they depend on the other lengths.
  if (e.protocol == protocol::fixed_targets || value("corpus.split") != "\"shares\"" ||
      result.corpus.unescaped().find('+') != std::string::npos)
    text += " " + value("evaluate.lengths");
  return text;
}

double summary::low() const { return std::max(of == quantity::perplexity ? 1.0 : 0.0, mean.value - mean.interval()); }
bool summary::finite() const { return ok() && std::isfinite(over_seeds.mean); }

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
  measurements m{study.name, {}, study.cells.size(), 0, study.question, 0, {}};
  std::vector<std::string> identities;
  std::vector<const frozen_cell*> first_cells;
  for (const frozen_cell& cell : study.cells) {
    const fs::path path = cell_path(folder, cell);
    std::optional<cell_result> result;
    try {
      result = read_result(path / "result.json");
    } catch (const damaged_record& problem) {
      m.damaged.emplace_back(problem.what());
    }
    if (!result) {
      ++m.unfinished;
      continue;
    }
    for (const evaluation_record& e : result->evaluation)
      for (const damaged_part& part : damaged_losses(path, e.length, e.protocol, e.extension))
        m.damaged.push_back(part.problem);
    const std::string identity = identity_of(cell, *result);
    const auto at = static_cast<std::size_t>(std::ranges::find(identities, identity) - identities.begin());
    if (at == identities.size()) {
      identities.push_back(identity);
      first_cells.push_back(&cell);
      m.curves.emplace_back();
    }
    curve& c = m.curves[at];
    if (std::ranges::any_of(c.cells, [&](const finished_cell& f) { return f.result.seed == result->seed; })) {
      ++m.repeated;
      continue;
    }
    c.cells.push_back({cell.folder, path, std::move(*result), cell.config, cell.varied});
  }
  if (m.curves.empty())
    throw usage_error(fmt::format("{} has no finished cell{}; lengthwise status says how far they are",
                                  printable(folder.string()),
                                  m.damaged.empty() ? " yet" : " that is whole: " + m.damaged.front()));
  tell_apart(m.curves, first_cells);
  return m;
}

measurements by_view(const measurements& m) {
  measurements made = m;
  made.curves.clear();
  for (const curve& c : m.curves) {
    std::vector<std::string> extensions{std::string(raw_extension)};
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation)
        if (std::ranges::find(extensions, e.extension) == extensions.end()) extensions.push_back(e.extension);
    std::stable_partition(extensions.begin() + 1, extensions.end(),
                          [](const std::string& e) { return e == "cropped"; });
    for (const std::string& extension : extensions) {
      curve own = c;
      own.extension = extension;
      if (extension != raw_extension) own.label = read_text(fmt::format("{}, {}", c.label.unescaped(), extension));
      for (finished_cell& cell : own.cells)
        std::erase_if(cell.result.evaluation, [&](const evaluation_record& e) { return e.extension != extension; });
      made.curves.push_back(std::move(own));
    }
  }
  return made;
}

const evaluation_record* find_record(const cell_result& r, protocol p, int length) {
  const auto found = std::ranges::find_if(
      r.evaluation, [&](const evaluation_record& e) { return e.protocol == p && e.length == length; });
  return found == r.evaluation.end() ? nullptr : &*found;
}

summary summarize(const curve& c, protocol p, int length, quantity q) {
  summary s;
  s.of = q;
  std::vector<double> values;
  for (const finished_cell& cell : c.cells) {
    const evaluation_record* e = find_record(cell.result, p, length);
    if (e == nullptr) continue;
    s.measured = true;
    if (!e->ok()) s.status = e->status;
    values.push_back(q == quantity::perplexity ? e->perplexity : e->bits_per_byte);
  }
  if (!s.ok()) return s;
  s.over_seeds = statistics_of(values);
  s.mean = mean_of(s.over_seeds);
  return s;
}

summary summarize_with_text(const curve& c, protocol p, int length, quantity q) {
  summary s = summarize(c, p, length, q);
  if (!s.finite()) return s;
  std::vector<block_losses> seeds;
  for (const finished_cell& cell : c.cells) {
    const evaluation_record* e = find_record(cell.result, p, length);
    if (e == nullptr) continue;
    std::optional<block_losses> losses = block_losses_of(cell.path, *e);
    if (!losses || (!seeds.empty() && !losses->same_targets(seeds.front()))) return s;
    seeds.push_back(*std::move(losses));
  }
  std::vector<const block_losses*> pointers;
  for (const block_losses& own : seeds) pointers.push_back(&own);
  const estimate nats = mean_of(together(pointers));
  // A perplexity moves by itself times the nats.
  s.mean.of_text = nats.of_text * (q == quantity::perplexity ? s.mean.value : 1 / std::numbers::ln2);
  s.mean.text_freedom = nats.text_freedom;
  return s;
}

std::vector<std::optional<std::size_t>> best_curves(const measurements& m, protocol p, int length) {
  std::map<std::string, std::size_t> best;
  std::vector<std::string> groups(m.curves.size());
  std::vector<double> means(m.curves.size());
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    const summary s = summarize(m.curves[i], p, length, quantity::perplexity);
    if (!s.ok()) continue;
    for (const finished_cell& cell : m.curves[i].cells)
      if (const evaluation_record* e = find_record(cell.result, p, length)) {
        groups[i] = cell.scored_on(*e);
        break;
      }
    means[i] = s.over_seeds.mean;
    if (!s.finite()) continue;
    const auto [at, is_first] = best.emplace(groups[i], i);
    if (!is_first && means[i] < means[at->second]) at->second = i;
  }
  std::vector<std::optional<std::size_t>> found(m.curves.size());
  for (std::size_t i = 0; i < m.curves.size(); ++i)
    if (const auto at = best.find(groups[i]); at != best.end()) found[i] = at->second;
  return found;
}

bool is_best(const std::vector<std::optional<std::size_t>>& best, std::size_t curve) {
  const auto measured = std::ranges::count_if(best, [](const auto& b) { return b.has_value(); });
  return best[curve] == curve && (measured == 1 || std::ranges::count(best, std::optional(curve)) > 1);
}

std::vector<position_loss> loss_by_position(const curve& c) {
  struct position_sums {
    xt::xtensor<double, 1> sums, counts;  // [positions]: bits, targets
  };
  std::vector<position_sums> seeds;
  std::size_t longest = 0;
  for (const finished_cell& cell : c.cells) {
    position_sums own;
    for (const evaluation_record& e : cell.result.evaluation)
      if (e.protocol == protocol::non_overlapping) longest = std::max(longest, static_cast<std::size_t>(e.length));
    own.sums = own.counts = xt::zeros<double>({longest});
    for (const evaluation_record& e : cell.result.evaluation) {
      if (!e.ok() || e.protocol != protocol::non_overlapping) continue;
      const std::optional<recorded_losses> r = read_losses(cell.path, e.length, e.protocol, e.extension);
      if (!r) continue;
      const auto within = [&] { return xt::range(0, e.length); };
      xt::view(own.sums, within()) += xt::nansum(xt::cast<double>(r->losses), {0}) / std::numbers::ln2;
      xt::view(own.counts, within()) += xt::count_nonnan(r->losses, {0});
    }
    seeds.push_back(std::move(own));
  }
  std::vector<position_loss> ranges;
  double end = 1;
  for (std::size_t first = 0; first < longest;) {
    end = std::max(end * range_growth, static_cast<double>(first + 1));
    const std::size_t last = std::min(static_cast<std::size_t>(end), longest);
    std::vector<double> means;
    for (const position_sums& own : seeds) {
      const auto within = [&] { return xt::range(first, std::min(last, own.sums.size())); };
      const double sum = xt::sum(xt::view(own.sums, within()))(), count = xt::sum(xt::view(own.counts, within()))();
      if (count > 0) means.push_back(sum / count);
    }
    // The middle of positions that count from 1.
    const double middle = std::sqrt(static_cast<double>(first + 1) * static_cast<double>(last));
    if (const sample_statistics s = statistics_of(means); s.count > 0) ranges.push_back({middle, s.mean, s.deviation});
    first = last;
  }
  return ranges;
}

}  // namespace lengthwise
