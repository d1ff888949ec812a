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
bool is_empty(const setting& s) {
  const auto* text = std::get_if<std::string>(&s.value);
  return text != nullptr && text->empty() && s.text.empty();
}
// All words of the command line are equally near to what they say together, and so are all lines of a file.
int layer(const setting& s) {
  return s.nearness >= on_command_line ? on_command_line : s.nearness - is_swept(s.nearness);
}

bool has_option(const encoding& e, std::string_view key) {
  const std::vector<named_value> options = e.options();
  return std::ranges::find(options, key, &named_value::name) != options.end();
}

// A hyper-parameter that a file gives its own encoding, where the command line, or a file that extends it, names
// another that has none such.
bool left_behind(const cell_config& c, const setting& s, const setting* type) {
  if (type == nullptr || layer(*type) <= layer(s) || !s.key.starts_with(prefix)) return false;
  const std::string_view key = std::string_view(s.key).substr(prefix.size());
  return !has_option(*c.encoding, key) &&
         std::ranges::any_of(registered_encodings(), [&](const auto& e) { return has_option(*e.make(), key); });
}

bool has_option(const task& t, std::string_view key) {
  const std::vector<named_value> options = t.options();
  return std::ranges::find(options, key, &named_value::name) != options.end();
}
// The same of a task's keys.
bool left_behind_task(const cell_config& c, const setting& s, const setting* name) {
  constexpr std::string_view section = "task.";
  if (name == nullptr || layer(*name) <= layer(s) || !s.key.starts_with(section)) return false;
  const std::string_view key = std::string_view(s.key).substr(section.size());
  return !has_option(*c.corpus.asked, key) &&
         std::ranges::any_of(registered_tasks(), [&](const auto& t) { return has_option(*t.make(), key); });
}

// One file has no order in which two of its lines could be meant to replace each other.
void refuse_both(const setting& one, const setting& other, const std::string& what) {
  if (one.nearness != other.nearness || one.key == other.key) return;
  const bool choice = what == "corpus" || what == which_encoding;
  if (one.nearness >= on_command_line || (!is_swept(one.nearness) && !choice)) return;
  throw usage_error(fmt::format("{}: {} and {} say the same thing, {}; keep one", other.where, printable(one.key),
                                printable(other.key),
                                what == "corpus" ? std::string("which text it is") : printable(what)));
}

// What a task decides unless it is said.
template <class IsSaid>
void follow_task(cell_config& c, IsSaid&& is_said) {
  if (!c.corpus.is_task()) return;
  const int most = c.corpus.task.most;
  if (!is_said("train.length")) c.train.length = c.window_of(most);
  if (!is_said("evaluate.lengths")) c.evaluate.lengths = {most, 2 * most, 4 * most};
  if (!is_said("evaluate.protocols")) c.evaluate.protocols = {protocol::task};
  if (!is_said("evaluate.stride")) c.evaluate.stride = 1;
}

}  // namespace

std::string key_in(const cell_config& c, const setting& s) {
  if (!s.key.starts_with(prefix)) return s.key;
  if (names_encoding(s.key)) return std::string(encoding_key(*c.encoding));
  const std::string_view key = std::string_view(s.key).substr(prefix.size());
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return s.key;
  if (!c.encoding->includes(key.substr(0, dot))) return "";
  // Of one of several encodings under one name, too: by KEY where it is the only one that has it.
  for (const std::string_view own : {key.substr(dot + 1), key})
    if (has_option(*c.encoding, own)) return fmt::format("{}{}", prefix, own);
  return "";
}

resolved_config resolve(std::span<const setting> said) {
  std::vector<std::size_t> order(said.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return said[i].nearness; });

  resolved_config r{{}, std::vector<bool>(said.size(), false), {}};
  std::map<std::string, std::size_t> deciding;  // by the resolved key; "corpus" for the choice of the text
  for (const std::size_t i : order)
    if (names_encoding(said[i].key)) {
      if (const auto before = deciding.find("encoding.type"); before != deciding.end())
        refuse_both(said[before->second], said[i], std::string(which_encoding));
      assign(r.config, said[i]), deciding["encoding.type"] = i;
    }
  for (const std::size_t i : order)
    if (said[i].key == "task.name") assign(r.config, said[i]), deciding[said[i].key] = i;
  const auto found = deciding.find("encoding.type");
  const setting* const type = found == deciding.end() ? nullptr : &said[found->second];

  const auto named = deciding.find("task.name");
  const setting* const deciding_task = named == deciding.end() ? nullptr : &said[named->second];

  for (const std::size_t i : order) {
    const setting& s = said[i];
    if (names_encoding(s.key) || s.key == "task.name") continue;
    if (left_behind(r.config, s, type)) {
      r.notes.push_back(fmt::format("{}: {} is left out: {} ({}) has no such key", s.where, s.key,
                                    r.config.encoding->name(), type->where));
      continue;
    }
    if (left_behind_task(r.config, s, deciding_task)) {
      r.notes.push_back(fmt::format("{}: {} is left out: task {} ({}) has no such key", s.where, s.key,
                                    r.config.corpus.asked->name(), deciding_task->where));
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
  follow_task(r.config, [&](const char* key) { return deciding.contains(key); });
  return r;
}

config_problem corpus_config::problem() const {
  if (name.empty() && path.empty())
    return {"corpus.name or corpus.path must say which text", "corpus.name", "corpus.path"};
  if (!sha256.empty() && path.empty())
    return {"corpus.sha256 goes with corpus.path: a name has its digest already", "corpus.sha256", "corpus.name"};
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!sha256.empty() && (sha256.size() != 64 || !std::ranges::all_of(sha256, is_digit)))
    return {"corpus.sha256 must be 64 digits of 0 to 9 and a to f", "corpus.sha256"};
  if (is_recall()) return recall.problem();
  if (is_task()) {
    if (const config_problem own = task.problem(); !own.empty()) return own;
    if (task.least < asked->shortest())
      return {"task.least is shorter than an item of the task can be", "task.least", "task.name"};
    return asked->problem(task.most);
  }
  return {};
}

std::string_view name_problem(std::string_view name) {
  if (name.empty()) return "must not be empty: it names the study's folder";
  if (name == "." || name == "..") return "must name a folder of its own";
  if (name.size() > 200) return "must be at most 200 bytes long";
  if (name.find_first_of("/\\") != name.npos) return "must not hold a separator: it names one folder below runs/";
  if (!is_printable(name)) return "must not hold control characters: it names a folder";
  return "";
}

cell_config config_of(std::span<const setting> settings) { return resolve(settings).config; }

namespace {

// What is wrong with the views of a config, whatever the encoding.
config_problem views_problem(const cell_config& c) {
  for (const std::string& name : c.evaluate.views) {
    const std::unique_ptr<view> v = c.view_named(name);
    for (const int length : c.evaluate.lengths) {
      const reading_extents x{c.window_of(length), c.train.length};
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

// What is wrong with a task's lengths, and with protocols where there is no task or is one.
config_problem task_problem(const cell_config& c) {
  const bool asks = std::ranges::find(c.evaluate.protocols, protocol::task) != c.evaluate.protocols.end();
  if (!c.corpus.is_task())
    return asks ? config_problem("evaluate.protocols has task, which goes with corpus.name = \"task\"",
                                 "evaluate.protocols", "corpus.name")
                : config_problem();
  if (!asks || c.evaluate.protocols.size() > 1)
    return {"evaluate.protocols must be [\"task\"] for a task: its items are no windows of a text",
            "evaluate.protocols"};
  for (const int length : c.evaluate.lengths) {
    if (length < c.corpus.asked->shortest())
      return {"evaluate.lengths has one that is shorter than an item of the task can be", "evaluate.lengths",
              "task.name"};
    if (const config_problem own = c.corpus.asked->problem(length); !own.empty()) return own;
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
config_problem training_view_problem(const cell_config& c) {
  const std::unique_ptr<view> v = c.view_named(c.train.view.view());
  if (v->name() == "raw") return {};
  const reading_extents x{c.train.length, c.train.length};
  if (const config_problem own = v->problem(x); !own.empty()) return own;
  if (v->tokens(x) != x.time || any_of(v->aspects(), view_aspects::text) || !v->chosen_key().empty())
    return {"train.view must read all tokens of its own text, with keys that are given", "train.view"};
  if (c.train.positions != position_draw::in_order)
    return {"train.view and train.positions both say where tokens stand", "train.view", "train.positions"};
  for (const std::shared_ptr<const encoding>& e : {c.encoding, c.encoding_at_end()}) {
    if (!view_problem(*v, *e).empty())
      return {"train.view is not for this encoding; lengthwise inspect says for which a view is", "train.view",
              "encoding.type"};
    if (!needs_all_keys(c.model.attention.kind, *e)) continue;
    if (const std::string_view own = reading_problem(c.model.attention.kind, *e, v->places(x)); !own.empty())
      return {own, "train.view", "attention.kind"};
  }
  return {};
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
  const bool text_is_nearer =
      std::ranges::any_of(settings, [](const setting& s) { return names_text(s) && layer(s) == on_command_line; });
  for (const setting& s : settings) {
    if (text_is_nearer && layer(s) != on_command_line) continue;  // what a file says of its own text
    const std::string_view section = std::string_view(s.key).substr(0, s.key.find('.'));
    if (std::ranges::find(corpus_sections, section) != std::end(corpus_sections) &&
        (!c.corpus.path.empty() || c.corpus.name != section))
      throw usage_error(fmt::format("{}: {} goes with corpus.name = \"{}\"", s.where, printable(s.key), section));
  }
  std::vector<std::string_view> keys;
  std::string words;
  if (const std::string_view of_name = name_problem(c.name); !of_name.empty()) {
    keys = {"name"};
    words = fmt::format("name \"{}\" {}", printable(c.name), of_name);
  }
  // The windows of a training hold the longest items and no more.
  if (const int needed = c.corpus.is_task() ? c.window_of(c.corpus.task.most) : c.train.length;
      words.empty() && needed != c.train.length) {
    keys = {"train.length", "task.most", "task.name"};
    words = fmt::format("train.length is {}, and items of task {} of length {} have {} inputs; leave it out",
                        c.train.length, c.corpus.asked->name(), c.corpus.task.most, needed);
  }
  for (const auto& [problem, also] :
       {found{c.corpus.problem(), ""}, found{c.model.problem(), ""}, found{c.train.problem(), ""},
        found{c.evaluate.problem(), ""}, found{task_problem(c), "task.most"},
        found{views_problem(c), "evaluate.lengths"},
        found{c.encoding->problem(c.model.extents(c.train.length)), "encoding.type"},
        found{mixer_problem(c.model.attention, *c.encoding), ""}, found{training_view_problem(c), ""},
        found{switch_problem(c), ""}, found{watch_problem(c), "encoding.type"}}) {
    if (problem.empty() || !words.empty()) continue;
    keys.assign(problem.keys.begin(), problem.keys.end());
    std::ranges::replace(keys, std::string_view("encoding.type"), encoding_key(*c.encoding));
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
