#include "experiments/config/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "core/attention/registry.hpp"
#include "core/mixers/mixers.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/toml_writer.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view prefix = "encoding.", which_encoding = "which encoding it is";

bool names_text(const setting& s) { return s.key == "corpus.name" || s.key == "corpus.path"; }
bool names_encoding(const setting& s) { return s.key == "encoding.type" || s.key == "encoding.layers"; }
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
  const bool choice = what == "corpus" || what == which_encoding;
  if (one.nearness >= on_command_line || (one.nearness == in_file && !choice)) return;
  throw usage_error(fmt::format("{}: {} and {} say the same thing, {}; keep one", other.where, printable(one.key),
                                printable(other.key),
                                what == "corpus" ? std::string("which text it is") : printable(what)));
}

}  // namespace

std::string key_in(const cell_config& c, const setting& s) {
  if (!s.key.starts_with(prefix)) return s.key;
  if (names_encoding(s))
    return c.encoding->name().find(',') == std::string_view::npos ? "encoding.type" : "encoding.layers";
  const std::string_view key = std::string_view(s.key).substr(prefix.size());
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return s.key;
  if (key.substr(0, dot) == c.encoding->name()) return fmt::format("{}{}", prefix, key.substr(dot + 1));
  // Of one of several encodings under one name: by KEY where it is the only one that has it.
  for (const std::string_view own : {key.substr(dot + 1), key})
    if (c.encoding->name().find_first_of("+,") != key.npos && has_option(*c.encoding, own))
      return fmt::format("{}{}", prefix, own);
  return "";
}

resolved_config resolve(std::span<const setting> said) {
  std::vector<std::size_t> order(said.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return said[i].nearness; });

  resolved_config r{{}, std::vector<bool>(said.size(), false), {}};
  std::map<std::string, std::size_t> deciding;  // by the resolved key; "corpus" for the choice of the text
  for (const std::size_t i : order)
    if (names_encoding(said[i])) {
      if (const auto before = deciding.find("encoding.type"); before != deciding.end())
        refuse_both(said[before->second], said[i], std::string(which_encoding));
      assign(r.config, said[i]), deciding["encoding.type"] = i;
    }
  const auto found = deciding.find("encoding.type");
  const setting* const type = found == deciding.end() ? nullptr : &said[found->second];

  for (const std::size_t i : order) {
    const setting& s = said[i];
    if (names_encoding(s)) continue;
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
      const std::shared_ptr<const encoding> e = c.encoding_at_end();
      if (!needs_all_keys(c.model.attention.kind, *e) || !view_problem(*v, *e).empty()) continue;
      if (const std::string_view own = reading_problem(c.model.attention.kind, *e, v->places(x)); !own.empty())
        return {own, "attention.kind", "evaluate.views"};
      if (v->tokens(x) < std::min(c.evaluate.stride, length))
        return {"evaluate.stride must not be longer than what evaluate.views read of a window", "evaluate.stride",
                "evaluate.views"};
    }
  }
  return {};
}

}  // namespace

// Whether training can end with another encoding.
// What attention did is told of a softmax of each head's own logits.
config_problem watch_problem(const cell_config& c) {
  if (!c.evaluate.attention ||
      (c.model.attention.kind == mixer_kind::softmax && !any_of(c.encoding_at_end()->hooks(), hook::mix)))
    return {};
  return {"evaluate.attention looks at a softmax of each head's own logits", "evaluate.attention", "attention.kind"};
}
config_problem switch_problem(const cell_config& c) {
  const model_extents x = c.model.extents(c.train.length);
  if (c.train.positions != position_draw::in_order && c.encoding->domain(x) < c.train.positions_from)
    return {"train.positions_from is beyond the encoding's domain", "train.positions_from", "encoding.type"};
  if (c.train.switch_at == 0) return {};
  const std::unique_ptr<encoding> other = make_encoding(c.train.switch_to.view());
  if (other == nullptr) return {"train.switch_to must name an encoding", "train.switch_to"};
  if (const config_problem own = other->problem(x); !own.empty()) return own;
  const auto named = [](const parameter_slice& a, const parameter_slice& b) {
    return a.name == b.name && a.shape == b.shape;
  };
  if (!std::ranges::equal(parameter_layout(c.model, *other, c.train.length).slices(),
                          parameter_layout(c.model, *c.encoding, c.train.length).slices(), named))
    return {"train.switch_to must name an encoding that learns the same parameters as encoding.type", "train.switch_to",
            "encoding.type"};
  return {};
}

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
        found{c.encoding->problem(c.model.extents(c.train.length)), "encoding.type"},
        found{mixer_problem(c.model.attention, *c.encoding), ""}, found{switch_problem(c), ""},
        found{watch_problem(c), "encoding.type"}}) {
    if (problem.empty() || !words.empty()) continue;
    keys.assign(problem.keys.begin(), problem.keys.end());
    if (c.encoding->name().find(',') != std::string_view::npos)
      std::ranges::replace(keys, std::string_view("encoding.type"), std::string_view("encoding.layers"));
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
