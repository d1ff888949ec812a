#include "experiments/causes/explanations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/answers/use_by_distance.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"
#include "experiments/watched/attention_table.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

using json = nlohmann::ordered_json;

struct named_part {
  const char *name, *key;
  std::optional<estimate> causes::*value;
};
constexpr std::array parts{named_part{"harm", "harm", &causes::harm},
                           named_part{"number", "number", &causes::number},
                           named_part{"distance", "distance", &causes::distance},
                           named_part{"position", "position", &causes::position},
                           named_part{"dilution", "dilution", &causes::dilution},
                           named_part{"far text", "use", &causes::use}};

// By length: each seed's losses by view.
struct measured_length {
  std::vector<viewed_model> seeds;
  std::vector<recorded_seed> raw;
  bool out_of_domain = false;
};
std::map<int, measured_length> measured_of(const curve& c, std::vector<std::string>& cells) {
  std::map<int, measured_length> all;
  for (const finished_cell& cell : c.cells) {
    const fs::path folder = explanation_folder(cell.path);
    const std::optional<cell_result> result = whole_result(folder / "result.json");
    if (!result || result->digest != cell.result.digest) continue;
    cells.push_back(cell.folder);
    std::map<int, viewed_model> models;
    for (const evaluation_record& e : result->evaluation) {
      const std::string view = e.extension == raw_extension ? "raw" : e.extension;
      measured_length& own = all[e.length];
      if (view == "raw" && e.status == evaluation_status::out_of_domain) own.out_of_domain = true;
      if (view == "raw") own.raw.emplace_back(folder, e);
      if (std::optional<block_losses> losses = block_losses_of(folder, e))
        models[e.length].push_back({view, *std::move(losses)});
    }
    for (auto& [length, model] : models) all[length].seeds.push_back(std::move(model));
  }
  return all;
}

std::string cell_of(const std::optional<estimate>& e) {
  if (!e) return "- ";
  const bool holds_zero = std::abs(e->value) <= e->interval();
  return holds_zero ? fmt::format("({:+.3f})", e->value) : fmt::format("{:+.3f} ", e->value);
}

std::string share_text(const estimate& e) { return fmt::format("{:.1f} ±{:.1f} %", 100 * e.value, 100 * e.interval()); }

json number(double x) { return std::isfinite(x) ? json(x) : json(nullptr); }

}  // namespace

fs::path explanation_folder(const fs::path& cell) { return cell / "evaluations" / "explain"; }

std::string explanation::sentence() const {
  if (found)
    return sentence_of(*found) +
           (use_beyond ? fmt::format("; of answers beyond {} it gives {}", grouped(trained), share_text(*use_beyond))
                       : "");
  return out_of_domain ? fmt::format("cannot be told: it has no positions beyond {}", trained)
                       : "cannot be told: a loss is not finite";
}

std::vector<explanation> explanations_of(const measurements& m) {
  std::vector<explanation> all;
  for (const curve& c : m.curves) {
    std::vector<std::string> cells;
    const std::string attention = attention_text(c);
    for (const auto& [length, own] : measured_of(c, cells)) {
      if (length <= c.train_length()) continue;
      all.push_back({c.label.shown(), c.cells.front().result.encoding, cells, length, c.train_length(),
                     causes_of(own.seeds), own.out_of_domain});
      all.back().attention = attention;
      if (const std::optional<double> alphabet = alphabet_of(c))
        if (const auto use = use_of(own.raw, c.train_length(), *alphabet)) all.back().use_beyond = use->beyond;
    }
  }
  return all;
}

std::string explanation_text(const std::vector<explanation>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size();) {
    const explanation& first = all[i];
    text_grid rows{{"length"}};
    for (const named_part& p : parts) rows[0].push_back(fmt::format("{} ", p.name));
    rows[0].push_back("verdict");
    std::size_t last = i;
    std::string uses;
    for (; i < all.size() && all[i].label == first.label; last = i++) {
      rows.push_back({grouped(all[i].length)});
      for (const named_part& p : parts) rows.back().push_back(all[i].found ? cell_of((*all[i].found).*p.value) : "- ");
      const std::string_view verdict = all[i].verdict();
      rows.back().emplace_back(verdict.starts_with("breaks ") ? verdict.substr(7) : verdict);
      if (all[i].use_beyond)
        uses += fmt::format("{} {} at {}", uses.empty() ? fmt::format("use beyond {}:", grouped(first.trained)) : ",",
                            share_text(*all[i].use_beyond), grouped(all[i].length));
    }
    if (!uses.empty()) uses += "\n";
    const std::optional<causes>& found = all[last].found;
    text += fmt::format("{}, trained at {}{}\n{}{}at {}: {}\n{}\n", first.label, first.trained,
                        found ? fmt::format("; {} targets, {} seed{}", grouped(static_cast<double>(found->targets)),
                                            found->seeds, found->seeds == 1 ? "" : "s")
                              : "",
                        drawn(rows), uses, grouped(all[last].length), all[last].sentence(), first.attention);
  }
  if (!text.empty())
    text +=
        "Bits per byte, of the same targets; in brackets where the 95 % interval holds 0.\n"
        "harm: the whole window less its last trained length. number, distance, position:\n"
        "more keys, unseen distances, unseen positions alone. dilution: what one factor\n"
        "on all logits gives back. far text: what it costs to replace the text beyond\n"
        "the trained length by another's.\n";
  if (std::ranges::any_of(all, [](const explanation& e) { return e.use_beyond.has_value(); }))
    text +=
        "use beyond: of answers whose definition lies further back than the trained length,\n"
        "the share of a guess's bits that the whole window gives, ± half the 95 % interval.\n";
  return text;
}

std::string conclusions_text(const std::vector<explanation>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i + 1 == all.size() || all[i + 1].label != all[i].label)
      text += fmt::format("{} at {}: {}\n", all[i].label, grouped(all[i].length), all[i].sentence());
  return text;
}

std::string explanation_json(const std::vector<explanation>& all) {
  json list = json::array();
  for (const explanation& e : all) {
    json item{
        {"encoding", e.encoding}, {"label", e.label}, {"cells", e.cells}, {"length", e.length}, {"trained", e.trained}};
    for (const named_part& p : parts) {
      const std::optional<estimate> value = e.found ? (*e.found).*p.value : std::nullopt;
      const std::string key = fmt::format("{}_bits", p.key);
      item[key] = value ? number(value->value) : json(nullptr);
      item[key + "_interval"] =
          value ? json{number(value->value - value->interval()), number(value->value + value->interval())}
                : json(nullptr);
    }
    item["use_beyond"] = e.use_beyond ? number(e.use_beyond->value) : json(nullptr);
    item["use_beyond_interval"] = e.use_beyond ? json{number(e.use_beyond->value - e.use_beyond->interval()),
                                                      number(e.use_beyond->value + e.use_beyond->interval())}
                                               : json(nullptr);
    item["seeds"] = e.found ? e.found->seeds : 0;
    item["targets"] = e.found ? e.found->targets : 0;
    item["verdict"] = e.verdict();
    item["sentence"] = e.sentence();
    list.push_back(std::move(item));
  }
  return list.dump(1, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace lengthwise
