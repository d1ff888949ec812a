#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>

#include "experiments/answers/score_table.hpp"
#include "experiments/answers/use_by_distance.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/reports/context_table.hpp"
#include "experiments/reports/page.hpp"
#include "experiments/reports/table.hpp"
#include "experiments/statistics/wilson_interval.hpp"
#include "experiments/system/build_info.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/watched/recorded_attention.hpp"

namespace lengthwise {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

namespace {

constexpr std::size_t most_points = 300;  // of a training curve; a screen has no more to show

// Nothing where there is no number to show.
json json_of(const summary& s) {
  if (!s.finite()) return nullptr;
  json number = {{"mean", s.over_seeds.mean}, {"deviation", s.over_seeds.deviation}, {"seeds", s.over_seeds.count}};
  if (!s.mean.covers().empty() && std::isfinite(s.high()))
    number.update({{"low", s.low()}, {"high", s.high()}, {"over", s.mean.covers()}});
  return number;
}

json points_of(const measurements& m, const curve& c, std::size_t index, protocol p) {
  json points = json::array();
  for (const int length : m.lengths()) {
    const summary perplexity = summarize_with_text(c, p, length, quantity::perplexity),
                  bits = summarize_with_text(c, p, length, quantity::bits_per_byte);
    if (!perplexity.measured) continue;
    json point = {{"length", length},
                  {"status", names_of(perplexity.status)[static_cast<std::size_t>(perplexity.status)]},
                  {"targets", 0}};
    for (const finished_cell& cell : c.cells)
      if (const evaluation_record* e = find_record(cell.result, p, length))
        point["targets"] = std::max(point["targets"].get<std::int64_t>(), e->targets);
    if (perplexity.ok()) {
      point["perplexity"] = json_of(perplexity);
      point["bits_per_byte"] = json_of(bits);
      point["best"] = is_best(best_curves(m, p, length), index);
    }
    points.push_back(std::move(point));
  }
  return points;
}

// Losses of the logged steps in bits, mean over seeds; of equally many lines at most.
json training_of(const curve& c, const char* key) {
  std::map<std::uint64_t, std::pair<double, int>> sums;
  for (const finished_cell& cell : c.cells) {
    std::ifstream in(cell.path / "metrics.jsonl");
    for (std::string text; std::getline(in, text);) {
      const json line = json::parse(text, nullptr, false);  // a line cut short is none
      if (!line.is_object() || !line.contains(key) || !line[key].is_number() || !line.contains("step") ||
          !line["step"].is_number_unsigned() || !std::isfinite(line[key].get<double>()))
        continue;
      auto& [sum, count] = sums[line["step"].get<std::uint64_t>()];
      sum += line[key].get<double>() / std::numbers::ln2, ++count;
    }
  }
  json points = json::array();
  const std::size_t every = (sums.size() + most_points - 1) / most_points;
  std::size_t i = 0;
  for (const auto& [step, sum] : sums)
    if (++i % std::max<std::size_t>(every, 1) == 0 || i == sums.size())
      points.push_back({step, sum.first / sum.second});
  return points;
}

// At the training length, and at the longest.
json context_rows(const measurements& m, const curve& c) {
  json rows = json::array();
  std::vector<int> lengths{c.train_length()};
  if (longest_context(m, c) > c.train_length()) lengths.push_back(longest_context(m, c));
  for (const int length : lengths) {
    const std::optional<measured_context> found = context_of(c, length);
    if (!found) break;
    rows.push_back({{"length", length},
                    {"settles_at", found->used.settles ? json(found->used.settles_at) : json(nullptr)},
                    {"known_to", found->used.settles_at - 1},
                    {"resolved_to", found->resolved_to()},
                    {"rises_from", found->used.rises_from ? json(*found->used.rises_from) : json(nullptr)},
                    {"after", {found->after().value, found->after().error}},
                    {"beyond", {found->beyond().value, found->beyond().error}},
                    {"windows", found->windows}});
  }
  return rows;
}

// Answers by distance, of every length.
json use_rows(const measurements& m, const curve& c) {
  json rows = json::array();
  const std::optional<protocol> cut = protocol_of_use(m);
  if (!cut) return rows;
  const auto share = [](const std::optional<estimate>& e) { return e ? json{e->value, e->interval()} : json(nullptr); };
  for (const int length : m.lengths())
    if (const std::optional<use_by_distance> use = use_of(c, *cut, length)) {
      json bands = json::array();
      for (const distance_band& b : use->bands)
        bands.push_back({{"from", b.first},
                         {"to", b.end},
                         {"answers", b.answers},
                         {"bits", b.bits.value},
                         {"interval", b.bits.interval()},
                         {"right", b.right.value},
                         {"optimum", b.optimum}});
      rows.push_back({{"length", length},
                      {"bands", bands},
                      {"chance", use->chance_bits},
                      {"chance_right", use->chance_right},
                      {"outside", use->outside},
                      {"within", share(use->within)},
                      {"beyond", share(use->beyond)}});
    }
  return rows;
}

// Items answered, of every length.
json score_rows(const measurements& m, const curve& c) {
  json rows = json::array();
  for (const int length : m.lengths())
    if (const std::optional<measured_scores> s = scores_of(c, length)) {
      const item_scores& all = s->together;
      const double items = static_cast<double>(all.items) / static_cast<double>(s->exact.size());
      const auto interval = [&](double share) {
        const auto [low, high] = wilson_interval(share, items);
        return json::array({low, high});
      };
      rows.push_back({{"length", length},
                      {"items", items},
                      {"exact", all.exact_match()},
                      {"exact_interval", interval(all.exact_match())},
                      {"worst", s->exact.front()},
                      {"median", s->median()},
                      {"best", s->exact.back()},
                      {"right", all.accuracy()},
                      {"right_interval", interval(all.accuracy())},
                      {"guess", {all.guess_exact, all.guess_right}}});
    }
  return rows;
}

// What attention did, of every length: facts by layer and head, of all layers in a row.
json attention_rows(const curve& c) {
  json rows = json::array();
  for (const recorded_attention& r : attention_of(c)) {
    json heads = json::array();
    for (std::size_t layer = 0; layer < r.layers; ++layer)
      for (std::size_t h = 0; h < r.heads; ++h) {
        json facts = json::array();
        for (std::size_t f = 0; f < attention_facts; ++f) {
          const double fact = r.at(layer, h, static_cast<attention_fact>(f));
          facts.push_back(std::isfinite(fact) ? json(f == 0 ? fact / std::numbers::ln2 : fact) : json(nullptr));
        }
        heads.push_back({{"layer", layer + 1}, {"head", h + 1}, {"facts", facts}});
      }
    rows.push_back({{"length", r.length}, {"windows", printable(r.windows)}, {"heads", heads}});
  }
  return rows;
}

json curve_of(const measurements& m, std::size_t index) {
  const curve& c = m.curves[index];
  json points = json::object(), positions = json::array();
  for (const protocol p : m.protocols()) points[std::string(name_of(p))] = points_of(m, c, index, p);
  for (const position_loss& l : loss_by_position(c)) positions.push_back({l.position, l.bits, l.deviation});
  return {{"label", c.label.shown()},
          {"view", c.extension == raw_extension ? "raw" : c.extension},
          {"encoding", c.cells.front().result.encoding},
          {"train_length", c.train_length()},
          {"points", points},
          {"positions", positions},
          {"context", context_rows(m, c)},
          {"use", use_rows(m, c)},
          {"scores", score_rows(m, c)},
          {"attention", attention_rows(c)},
          {"training", c.extension == raw_extension ? training_of(c, "loss") : json::array()},
          {"validation", c.extension == raw_extension ? training_of(c, "validation_loss") : json::array()}};
}

json paired_of(const measurements& m, protocol p) {
  json rows = json::array();
  for (const int length : m.lengths()) {
    const std::vector<std::optional<std::size_t>> best = best_curves(m, p, length);
    if (m.curves.size() < 2) continue;
    const paired_losses losses(m, p, length);
    for (std::size_t i = 0; i < m.curves.size(); ++i) {
      if (!best[i] || best[i] == i) continue;
      const std::optional<paired_difference> d = losses.between(i, *best[i]);
      if (!d) continue;
      rows.push_back({{"length", length},
                      {"curve", i},
                      {"mean", d->mean.value},
                      {"interval", d->mean.interval()},
                      {"over", d->mean.covers()},
                      {"seeds", d->seeds},
                      {"targets", d->targets}});
    }
  }
  return rows.empty() ? json(nullptr) : rows;
}

// Keys whose values differ between cells with all those values, and those that all share.
void sort_keys(const measurements& m, json& varied, json& shared) {
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, std::size_t> cells;
  std::vector<std::string> order;
  std::size_t count = 0;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells) {
      ++count;
      for (const named_value& v : cell.config) {
        if (!values.contains(v.name)) order.push_back(v.name);
        std::vector<std::string>& all = values[v.name];
        if (const std::string text = toml_text(v.value); std::ranges::find(all, text) == all.end()) all.push_back(text);
        ++cells[v.name];
      }
    }
  for (const std::string& key : order) {
    // A key that only some encodings have is a difference too.
    const bool everywhere = cells[key] == count;
    json row = {key, fmt::format("{}{}", fmt::join(values[key], ", "),
                                 everywhere ? "" : fmt::format(" ({} of {} cells)", cells[key], count))};
    (values[key].size() > 1 || !everywhere ? varied : shared).push_back(std::move(row));
  }
}

// What the manifests of the cells say, each value once.
json provenance_of(const measurements& m) {
  json made = json::array();
  const auto add = [&](std::string_view what, const std::set<std::string>& values) {
    if (!values.empty()) made.push_back({what, fmt::format("{}", fmt::join(values, "; "))});
  };
  std::map<std::string, std::set<std::string>> said;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells) {
      said["text"].insert(fmt::format("{}, SHA-256 {}", cell.result.corpus, cell.result.corpus_sha256));
      std::ifstream in(cell.path / "manifest.json");
      const json manifest = in ? json::parse(in, nullptr, false) : json();
      if (!manifest.is_object()) continue;
      for (const char* key : {"version", "commit", "compiler", "flags", "cpu", "kernels", "numerics"})
        if (manifest.contains(key) && manifest[key].is_string()) said[key].insert(manifest[key].get<std::string>());
    }
  for (const char* key : {"text", "version", "commit", "compiler", "flags", "cpu", "kernels", "numerics"})
    add(key, said[key]);
  add("page written by", {fmt::format("lengthwise {} ({})", this_build.version, this_build.commit)});
  return made;
}

json facts_of(const measurements& m, std::size_t seeds) {
  std::set<int> trained;
  std::set<read_text> texts;
  for (const curve& c : m.curves) {
    trained.insert(c.train_length());
    texts.insert(c.cells.front().result.corpus);
  }
  const std::string finished = m.unfinished == 0 ? fmt::format("{}", m.cells)
                                                 : fmt::format("{} of {} finished", m.cells - m.unfinished, m.cells);
  // A list of pairs that began with texts would be taken for an object, which has no order on a page.
  json facts = json::array();
  const auto add = [&](std::string_view what, std::string value) {
    facts.push_back(json::array({what, std::move(value)}));
  };
  add("cells", finished);
  add("seeds", fmt::format("{}", seeds));
  add("trained at", fmt::format("{} bytes", fmt::join(trained, ", ")));
  add("evaluated to", fmt::format("{} bytes", grouped(m.lengths().empty() ? 0 : m.lengths().back())));
  add("text", fmt::format("{}", fmt::join(texts, ", ")));
  return facts;
}

}  // namespace

std::string page_data(const measurements& m, const std::vector<verdict>& verdicts,
                      const std::vector<explanation>& explanations) {
  std::size_t seeds = 0;
  json curves = json::array(), cells = json::array(), protocols = json::array(), paired = json::object(),
       varied = json::array(), shared = json::array();
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    seeds = std::max(seeds, m.curves[i].cells.size());
    curves.push_back(curve_of(m, i));
    for (const finished_cell& cell : m.curves[i].cells)
      cells.push_back({{"folder", cell.folder},
                       {"parameters", cell.result.parameters},
                       {"seconds", cell.result.seconds},
                       {"digest", cell.result.digest},
                       {"config_hash", cell.result.config_hash}});
  }
  for (const protocol p : m.protocols()) {
    std::string title(name_of(p));
    std::ranges::replace(title, '_', ' ');
    protocols.push_back({{"name", name_of(p)}, {"title", title}, {"explanation", words_of(p)}});
    paired[std::string(name_of(p))] = paired_of(m, p);
  }
  sort_keys(m, varied, shared);
  const json all = {{"name", printable(m.name)},
                    {"question", m.question.shown()},
                    {"facts", facts_of(m, seeds)},
                    {"seeds", seeds},
                    {"lengths", m.lengths()},
                    {"protocols", protocols},
                    {"curves", curves},
                    {"paired", paired},
                    {"cells", cells},
                    {"varied", varied},
                    {"shared", shared},
                    {"made", provenance_of(m)},
                    {"causes", json::parse(explanation_json(explanations))},
                    {"verdicts", json::parse(verdicts_json(verdicts))}};
  std::string text = all.dump(-1, ' ', true, json::error_handler_t::replace), safe;
  // Within a script element nothing but an end tag or a comment is markup, and both begin so.
  for (const char c : text) c == '<' ? safe += "\\u003c" : safe += c;
  return safe;
}

}  // namespace lengthwise
