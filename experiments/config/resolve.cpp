#include "experiments/config/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/toml_writer.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view prefix = "encoding.";

bool names_text(const setting& s) { return s.key == "corpus.name" || s.key == "corpus.path"; }
bool is_empty(const setting& s) {
  const auto* text = std::get_if<std::string>(&s.value);
  return text != nullptr && text->empty() && s.text.empty();
}
// All words of the command line are equally near to what they say together.
int layer(const setting& s) { return std::min(s.nearness, on_command_line); }

bool has_option(const encoding& e, std::string_view key) {
  const std::vector<named_value> options = e.options();
  return std::ranges::find(options, key, &named_value::name) != options.end();
}

// A hyper-parameter that a file gives its own encoding, where the command line names another that has none such.
bool left_behind(const cell_config& c, const setting& s, const setting* type) {
  if (type == nullptr || layer(*type) != on_command_line || layer(s) == on_command_line || !s.key.starts_with(prefix))
    return false;
  const std::string_view key = std::string_view(s.key).substr(prefix.size());
  return !has_option(*c.encoding, key) &&
         std::ranges::any_of(registered_encodings(), [&](const auto& e) { return has_option(*e.make(), key); });
}

// One file has no order in which two of its lines could be meant to replace each other.
void refuse_both(const setting& one, const setting& other, const std::string& what) {
  if (one.nearness != other.nearness || one.key == other.key) return;
  if (one.nearness >= on_command_line || (one.nearness == in_file && what != "corpus")) return;
  throw usage_error(fmt::format("{}: {} and {} say the same thing, {}; keep one", other.where, printable(one.key),
                                printable(other.key),
                                what == "corpus" ? std::string("which text it is") : printable(what)));
}

}  // namespace

std::string key_in(const cell_config& c, const setting& s) {
  if (!s.key.starts_with(prefix)) return s.key;
  const std::string_view key = std::string_view(s.key).substr(prefix.size());
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return s.key;
  return key.substr(0, dot) == c.encoding->name() ? fmt::format("{}{}", prefix, key.substr(dot + 1)) : "";
}

resolved_config resolve(std::span<const setting> said) {
  std::vector<std::size_t> order(said.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return said[i].nearness; });

  resolved_config r{{}, std::vector<bool>(said.size(), false), {}};
  std::map<std::string, std::size_t> deciding;  // by the resolved key; "corpus" for the choice of the text
  for (const std::size_t i : order)
    if (said[i].key == "encoding.type") assign(r.config, said[i]), deciding[said[i].key] = i;
  const auto found = deciding.find("encoding.type");
  const setting* const type = found == deciding.end() ? nullptr : &said[found->second];

  for (const std::size_t i : order) {
    const setting& s = said[i];
    if (s.key == "encoding.type") continue;
    if (left_behind(r.config, s, type)) {
      r.notes.push_back(fmt::format("{}: {} is left out: {} ({}) has no such key", s.where, s.key,
                                    r.config.encoding->name(), type->where));
      continue;
    }
    assign(r.config, s);
    const std::string key = names_text(s) ? "corpus" : key_in(r.config, s);
    if (key.empty() || (names_text(s) && is_empty(s))) continue;
    if (const auto before = deciding.find(key); before != deciding.end()) refuse_both(said[before->second], s, key);
    deciding[key] = i;
  }

  // A digest belongs to the path beside which it was said.
  if (const auto text = deciding.find("corpus"); text != deciding.end()) {
    const setting& chosen = said[text->second];
    if (chosen.key == "corpus.path")
      r.config.corpus.name.clear();
    else
      r.config.corpus.path.clear();
    if (const auto digest = deciding.find("corpus.sha256"); digest != deciding.end()) {
      const setting& d = said[digest->second];
      if (layer(d) < layer(chosen)) {
        r.config.corpus.sha256.clear();
        deciding.erase(digest);
      }
    }
  }
  for (const auto& [key, i] : deciding) r.decides[i] = true;
  return r;
}

cell_config config_of(std::span<const setting> settings) { return resolve(settings).config; }

namespace {

// What is wrong with the views of a config, whatever the encoding.
config_problem views_problem(const cell_config& c) {
  for (const std::string& name : c.evaluate.views) {
    const std::unique_ptr<view> v = c.view_named(name);
    for (const int length : c.evaluate.lengths) {
      const reading_extents x{length, c.train.length};
      if (const config_problem own = v->problem(x); !own.empty()) return own;
      if (v->tokens(x) < std::min(c.evaluate.stride, length))
        return {"evaluate.stride must not be longer than what evaluate.views read of a window", "evaluate.stride",
                "evaluate.views"};
    }
  }
  return {};
}

}  // namespace

void check(const cell_config& c, std::span<const setting> settings) {
  struct found {
    config_problem problem;
    std::string_view also;  // a key beside the problem's own
  };
  std::vector<std::string_view> keys;
  std::string words;
  if (const std::string_view of_name = name_problem(c.name); !of_name.empty()) {
    keys = {"name"};
    words = fmt::format("name \"{}\" {}", printable(c.name), of_name);
  }
  for (const auto& [problem, also] :
       {found{c.corpus.problem(), ""}, found{c.model.problem(), ""}, found{c.train.problem(), ""},
        found{c.evaluate.problem(), ""}, found{views_problem(c), "evaluate.lengths"},
        found{c.encoding->problem(c.model.extents(c.train.length)), "encoding.type"}}) {
    if (problem.empty() || !words.empty()) continue;
    keys.assign(problem.keys.begin(), problem.keys.end());
    std::string shown;
    for (const named_value& v : config_values(c))
      if (std::ranges::find(keys, v.name) != keys.end())
        shown += fmt::format("{}{} = {}", shown.empty() ? "" : ", ", v.name, printable(toml_text(v.value)));
    words = fmt::format("{} ({})", problem.says, shown);
    keys.push_back(also);
  }
  if (words.empty()) return;

  const setting* at = nullptr;  // the nearest of the settings that decide it
  for (const setting& s : settings) {
    const std::string key = key_in(c, s);
    if (!key.empty() && std::ranges::find(keys, key) != keys.end() && (at == nullptr || s.nearness >= at->nearness))
      at = &s;
  }
  throw usage_error(fmt::format("{}{}", at == nullptr ? "" : at->where + ": ", words));
}

}  // namespace lengthwise
