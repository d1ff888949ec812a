#include "experiments/inspection/encoding_card.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/hooks/hook_words.hpp"
#include "experiments/config/toml_writer.hpp"

namespace lengthwise {
namespace {

using json = nlohmann::ordered_json;

std::string shape_of(const parameter& p, int heads) {
  std::vector<int> shape;
  if (p.per_head) shape.push_back(heads);
  if (p.rows > 1) shape.push_back(p.rows);
  if (p.columns > 1 || shape.empty()) shape.push_back(p.columns);
  return fmt::format("[{}]", fmt::join(shape, ", "));
}
std::string initial_of(const distribution& d) {
  switch (d.shape) {
    case distribution::kind::uniform: return fmt::format("uniform in [{:.4g}, {:.4g}]", d.first, d.second);
    case distribution::kind::normal: return fmt::format("normal, mean {:.4g}, deviation {:.4g}", d.first, d.second);
    case distribution::kind::by_head: return fmt::format("{:.4g} + {:.4g} h/H for head h = 1..H", d.first, d.second);
    default: return fmt::format("{:.4g}", d.first);
  }
}
std::string value_of(const option_value& o) {
  return std::visit([](const auto& x) { return fmt::format("{}", x); }, o.value);
}
std::string domain_of(const encoding& e, const model_extents& x) {
  const int domain = e.domain(x);
  return domain == std::numeric_limits<int>::max() ? "all positions" : fmt::format("positions 0 to {}", domain - 1);
}
// "p = 1, r2 = 1: rope, bit for bit"
std::string condition_of(const reduction& r) {
  std::string text;
  const auto add = [&](const std::string& piece) { text += (text.empty() ? "" : ", ") + piece; };
  for (const option_value& o : r.options) add(fmt::format("{} = {}", o.key, value_of(o)));
  for (const parameter_values& v : r.values) add(fmt::format("{} = {}", v.name, v.words));
  if (r.order == channel_order::halves_interleaved) add("channels of queries and keys reordered");
  if (!r.where.empty()) add(std::string(r.where));
  if (r.length != any_length) add(fmt::format("at most {} positions", r.length));
  return text;
}
std::string equality_of(const reduction& r) {
  return r.how == equality::bit_for_bit ? "bit for bit" : "up to rounding";
}
std::string model_of(const model_extents& x) {
  return fmt::format("width {}, {} heads, training length {}", x.width, x.heads, x.train_length);
}

// What text and page share.
struct section {
  std::string heading;
  std::vector<std::string> items;
};
std::vector<section> sections_of(const encoding& e, const model_extents& x) {
  std::vector<section> all;
  section hooks{"Hooks", {}};
  for (const hook_words& w : all_hooks)
    if (any_of(e.hooks(), w.what)) hooks.items.push_back(fmt::format("`{}`: {}", w.signature, w.effect));
  if (hooks.items.empty()) hooks.items.emplace_back("none");
  all.push_back(hooks);

  section options{"Hyper-parameters", {}};
  const std::vector<named_value> values = e.options();
  const std::vector<field_help> helps = e.option_helps();
  for (std::size_t i = 0; i < values.size(); ++i)
    options.items.push_back(fmt::format("`{} = {}`: {}", values[i].name, toml_text(values[i].value), helps[i].help));
  if (options.items.empty()) options.items.emplace_back("none");
  all.push_back(options);

  section learned{"Learned parameters", {}};
  for (const parameter& p : e.learned(x))
    learned.items.push_back(fmt::format("`{}` {}, initially {}", p.name, shape_of(p, x.heads), initial_of(p.initial)));
  if (learned.items.empty())
    learned.items.emplace_back("none");
  else
    learned.items.push_back(fmt::format("{} numbers {}, for a model of {}", e.parameter_count(x),
                                        e.one_for_all_layers() ? "for all layers together" : "a layer", model_of(x)));
  all.push_back(learned);

  section properties{"Properties, with the default hyper-parameters", {}};
  for (const property_claim& c : e.claims())
    properties.items.push_back(
        fmt::format("{}: {}", c.words.meaning, c.claimed ? fmt::format("yes ({})", c.known) : "not claimed"));
  all.push_back(properties);

  section reductions{"Reductions", {}};
  for (const reduction& r : e.reductions())
    reductions.items.push_back(fmt::format("{}: the same as `{}`, {}", condition_of(r), r.to, equality_of(r)));
  if (reductions.items.empty()) reductions.items.emplace_back("none declared");
  all.push_back(reductions);
  all.push_back({"Domain", {domain_of(e, x)}});
  return all;
}
constexpr model_extents page_model{128, 4, 128};

// A hyper-parameter's value and the values that it may have.
json option_json(const named_value& v, std::string_view help, const allowed_values& allowed) {
  json o{{"key", v.name}, {"value", toml_text(v.value)}, {"help", help}};
  if (!allowed.names.empty()) o["choices"] = allowed.names;
  if (std::isfinite(allowed.low)) o["least"] = allowed.low;
  if (std::isfinite(allowed.high)) o["most"] = allowed.high;
  return o;
}

}  // namespace

std::string card_text(const encoding& e, const model_extents& x) {
  const card& c = e.about();
  std::string text = fmt::format("{}: {}\n  {}\n  source: {}\n", e.name(), c.title, c.formula, c.source);
  if (!c.notes.empty()) text += fmt::format("  {}\n", c.notes);
  for (const section& s : sections_of(e, x)) {
    text += fmt::format("\n{}\n", s.heading);
    for (std::string item : s.items) {
      std::erase(item, '`');
      text += fmt::format("  {}\n", item);
    }
  }
  return text;
}

std::string card_page(const encoding& e) {
  const card& c = e.about();
  std::string text = fmt::format(
      "# {}: {}\n\n<!-- Generated from core/encodings/{}.hpp by `lengthwise inspect --docs docs/encodings`. -->\n\n",
      e.name(), c.title, e.name());
  text += fmt::format("    {}\n\nSource: {}.\n", c.formula, c.source);
  if (!c.notes.empty()) text += fmt::format("Notes: {}.\n", c.notes);
  for (const section& s : sections_of(e, page_model)) {
    text += fmt::format("\n## {}\n\n", s.heading);
    for (const std::string& item : s.items) text += fmt::format("- {}\n", item);
  }
  text += fmt::format(
      "\nIn a config: `encoding.type = \"{0}\"`. What a step of it costs stands in "
      "[performance.md](../performance.md#what-an-encoding-costs).\n",
      e.name());
  return text;
}

std::string card_json(const encoding& e, const model_extents& x) {
  const card& c = e.about();
  json j{{"name", e.name()}, {"title", c.title}, {"formula", c.formula}, {"source", c.source}, {"notes", c.notes}};
  j["hooks"] = json::array();
  for (const hook_words& w : all_hooks)
    if (any_of(e.hooks(), w.what)) j["hooks"].push_back({{"signature", w.signature}, {"effect", w.effect}});
  j["options"] = json::array();
  const std::vector<named_value> values = e.options();
  const std::vector<field_help> helps = e.option_helps();
  const std::vector<allowed_values> allowed = e.option_values();
  for (std::size_t i = 0; i < values.size(); ++i)
    j["options"].push_back(option_json(values[i], helps[i].help, allowed[i]));
  j["model"] = {{"width", x.width}, {"heads", x.heads}, {"train_length", x.train_length}};
  j["parameters"] = json::array();
  for (const parameter& p : e.learned(x))
    j["parameters"].push_back(
        {{"name", p.name}, {"shape", json::parse(shape_of(p, x.heads))}, {"initial", initial_of(p.initial)}});
  j["parameter_count"] = e.parameter_count(x);
  j["one_for_all_layers"] = e.one_for_all_layers();
  j["properties"] = json::array();
  for (const property_claim& p : e.claims())
    j["properties"].push_back(
        {{"name", p.words.name}, {"meaning", p.words.meaning}, {"claimed", p.claimed}, {"known", p.known}});
  j["reductions"] = json::array();
  for (const reduction& r : e.reductions())
    j["reductions"].push_back({{"to", r.to}, {"when", condition_of(r)}, {"equality", equality_of(r)}});
  const int domain = e.domain(x);
  j["domain"] = domain == std::numeric_limits<int>::max() ? json(nullptr) : json(domain);
  return j.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace lengthwise
