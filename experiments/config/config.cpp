#include "experiments/config/config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view encoding_prefix = "encoding.", view_prefix = "view.", task_prefix = "task.";

// The sections that are plain structs, by name and in order; the encoding stands between model and train.
template <class Config, class F>
void for_each_section(Config& c, F&& f) {
  f(std::string_view("corpus."), c.corpus);
  f(std::string_view("recall."), c.corpus.recall);
  f(task_prefix, c.corpus.task);
  f(std::string_view("model."), c.model);
  f(std::string_view("attention."), c.model.attention);
  f(std::string_view("train."), c.train);
  f(std::string_view("evaluate."), c.evaluate);
}

std::vector<std::string> encoding_names() {
  std::vector<std::string> names;
  for (const registered_encoding& e : registered_encodings()) names.emplace_back(e.name);
  return names;
}

// Whether a section says anything of a config: that of a corpus does of this corpus alone.
bool is_used(std::string_view prefix, const cell_config& c) {
  const std::string_view section = prefix.substr(0, prefix.size() - 1);
  return std::ranges::find(corpus_sections, section) == std::end(corpus_sections) ||
         (c.corpus.path.empty() && c.corpus.name == section);
}

// Of the sections that say something of it, or of all.
enum class sections { used, all };
std::vector<named_value> values_of(const cell_config&, sections);

std::vector<std::string> known_keys(const cell_config& c) {
  std::vector<std::string> keys;
  for (const named_value& v : values_of(c, sections::all)) keys.push_back(v.name);
  return keys;
}

[[noreturn]] void refuse(const setting& s, std::string_view problem) {
  throw usage_error(fmt::format("{}: {} {}", s.where, printable(s.key), problem));
}

// Keys whose list says a value for each layer or head: one value is one for all.
bool is_for_each_layer(std::string_view key) { return key.starts_with("attention."); }

// The value to give a key: what was typed without quotes is text for a text key, what was typed without brackets is a
// list of one for a list, and a path counts from where it was said.
config_value fitted(const setting& s, value_kind kind) {
  const auto* text = std::get_if<std::string>(&s.value);
  const bool typed = !s.text.empty();
  switch (kind) {
    case value_kind::plain: return s.value;
    case value_kind::list:
      return (typed || is_for_each_layer(s.key)) && !std::holds_alternative<config_list>(s.value)
                 ? config_value(config_list{s.value})
                 : s.value;
    case value_kind::text: return typed && text == nullptr ? config_value(s.text) : s.value;
    case value_kind::path: break;
  }
  const std::string path = text != nullptr ? *text : s.text;
  if (path.empty()) return s.value;
  std::error_code code;  // a folder that cannot be read is said where the text is opened
  const fs::path folder = fs::weakly_canonical(s.folder, code);
  return ((code ? fs::absolute(s.folder) : folder) / path).lexically_normal().string();
}

// The names of encoding.type or, layer by layer, of encoding.layers, as make_encoding reads them.
std::string names_in(const setting& s) {
  if (const auto* list = std::get_if<config_list>(&s.value); list != nullptr && s.key == "encoding.layers") {
    std::vector<std::string> names;
    for (const config_value& item : *list)
      if (const auto* name = std::get_if<std::string>(&item)) names.push_back(*name);
    if (names.empty() || names.size() < list->size())
      refuse(s, "must be a list of names of encodings, one for a layer");
    return fmt::format("{}", fmt::join(names, ","));
  }
  const auto* type = std::get_if<std::string>(&s.value);
  if (type == nullptr) refuse(s, "must be the name of an encoding in quotes");
  return *type;
}
// The first name that is none, of names joined by + and commas.
std::string unknown_name(const std::string& names) {
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find_first_of("+,", begin), names.size());
    if (std::string name = names.substr(begin, end - begin); make_encoding(name) == nullptr) return name;
    begin = end + 1;
  }
  return names;
}
void assign_type(cell_config& c, const setting& s) {
  const std::string names = names_in(s);
  std::shared_ptr<const encoding> made = make_encoding(names);
  if (made == nullptr) {
    const std::vector<std::string> known = encoding_names();
    const std::string name = unknown_name(names);
    refuse(s,
           fmt::format("{} \"{}\", which is no encoding; did you mean \"{}\"? known: {}",
                       name == names ? "is" : "names", printable(name), nearest(name, known), fmt::join(known, ", ")));
  }
  c.encoding = std::move(made);
}

// Sets a hyper-parameter on a copy, for encodings are shared; false when the type has no such key.
bool assign_option(std::shared_ptr<const encoding>& e, std::string_view key, const setting& s) {
  std::unique_ptr<encoding> changed = e->clone();
  bool known = false;
  if (const std::string problem = changed->assign(key, fitted(s, kind_of(s.key)), known); !problem.empty())
    refuse(s, problem);
  if (known) e = std::move(changed);
  return known;
}

void assign_encoding(cell_config& c, const setting& s) {
  const std::string_view key = std::string_view(s.key).substr(encoding_prefix.size());
  std::vector<std::string> candidates;
  if (const std::size_t dot = key.find('.'); dot != key.npos) {  // encoding.TYPE.KEY
    const std::string_view type = key.substr(0, dot);
    if (c.encoding->name() != type && c.encoding->includes(type) && assign_option(c.encoding, key, s)) return;
    std::shared_ptr<const encoding> meant = c.encoding->name() == type ? c.encoding : make_encoding(type);
    if (meant != nullptr) {
      if (assign_option(meant, key.substr(dot + 1), s)) {
        if (c.encoding->name() == type) c.encoding = std::move(meant);
        return;
      }
      for (const named_value& v : meant->options()) candidates.push_back(fmt::format("encoding.{}.{}", type, v.name));
    } else {
      for (const std::string& name : encoding_names())
        candidates.push_back(fmt::format("encoding.{}{}", name, key.substr(dot)));
    }
    throw usage_error(fmt::format("{}: unknown key {}{}", s.where, printable(s.key),
                                  candidates.empty()
                                      ? fmt::format("; encoding {} has no hyper-parameters", printable(type))
                                      : fmt::format("; did you mean {}?", nearest(s.key, candidates))));
  }
  if (assign_option(c.encoding, key, s)) return;

  candidates = known_keys(c);
  std::vector<std::string> owners;
  for (const registered_encoding& e : registered_encodings())
    for (const named_value& v : e.make()->options())
      if (v.name == key) owners.emplace_back(e.name);
  if (!owners.empty())
    throw usage_error(
        fmt::format("{}: unknown key {} for encoding {}; it belongs to {}. For cells of one type alone write "
                    "encoding.{}.{}",
                    s.where, s.key, c.encoding->name(), fmt::join(owners, ", "),
                    owners.size() == 1 ? owners.front() : "TYPE", key));
  throw usage_error(fmt::format("{}: unknown key {} for encoding {}; did you mean {}?", s.where, printable(s.key),
                                c.encoding->name(), nearest(s.key, candidates)));
}

void assign_task_name(cell_config& c, const setting& s) {
  const auto* name = std::get_if<std::string>(&s.value);
  if (name == nullptr) refuse(s, "must be the name of a task in quotes");
  std::shared_ptr<const task> made = make_task(*name);
  if (made == nullptr) {
    std::vector<std::string> names;
    for (const registered_task& t : registered_tasks()) names.emplace_back(t.name);
    refuse(s, fmt::format("is \"{}\", which is no task; did you mean \"{}\"? known: {}", printable(*name),
                          nearest(*name, names), fmt::join(names, ", ")));
  }
  c.corpus.asked = std::move(made);
}

// A key of the task itself, on a copy, for tasks are shared; false when it has no such key.
bool assign_task_option(cell_config& c, const setting& s) {
  const std::string_view key = std::string_view(s.key).substr(task_prefix.size());
  std::unique_ptr<task> changed = c.corpus.asked->clone();
  const std::vector<field_help> helps = changed->option_helps();
  const auto field = std::ranges::find(helps, key, &field_help::name);
  if (field == helps.end()) return false;
  bool known = false;
  if (const std::string problem = changed->assign(key, fitted(s, field->kind), known); !problem.empty())
    refuse(s, problem);
  c.corpus.asked = std::move(changed);
  return known;
}

std::vector<std::string> view_names() {
  std::vector<std::string> names;
  for (const registered_view& v : registered_views()) names.emplace_back(v.name);
  return names;
}

// Whether a name, or names joined by +, are names of views; and each of a list.
void require_views(const setting& s, const config_value& value) {
  if (const auto* list = std::get_if<config_list>(&value))
    for (const config_value& item : *list) require_views(s, config_value(item));
  const auto* name = std::get_if<std::string>(&value);
  if (name == nullptr) return;
  try {
    if (make_view(*name) != nullptr) return;
  } catch (const usage_error& problem) {
    refuse(s, fmt::format("names \"{}\": {}", printable(*name), problem.what()));
  }
  refuse(s, fmt::format("names \"{}\", which is no view; did you mean {}? lengthwise list views shows them",
                        printable(*name), nearest(*name, view_names())));
}

// view.NAME.KEY, on a copy, for views are shared.
void assign_view(cell_config& c, const setting& s) {
  const std::string_view key = std::string_view(s.key).substr(view_prefix.size());
  const std::size_t dot = std::min(key.find('.'), key.size());
  const std::string_view name = key.substr(0, dot), own = key.substr(std::min(dot + 1, key.size()));
  std::vector<std::string> candidates;
  for (const registered_view& v : registered_views())
    for (const field_help& h : v.make()->option_helps())
      candidates.push_back(fmt::format("view.{}.{}", v.name, h.name));
  const std::unique_ptr<view> made = name.find('+') == name.npos ? c.view_named(name) : nullptr;
  const std::vector<field_help> helps = made == nullptr ? std::vector<field_help>() : made->option_helps();
  const auto field = std::ranges::find(helps, own, &field_help::name);
  if (field == helps.end())
    throw usage_error(
        fmt::format("{}: unknown key {}; did you mean {}?", s.where, printable(s.key), nearest(s.key, candidates)));
  bool known = false;
  if (const std::string problem = made->assign(own, fitted(s, field->kind), known); !problem.empty())
    refuse(s, problem);
  std::erase_if(c.views, [&](const auto& v) { return v->name() == name; });
  c.views.push_back(made->clone());
  std::ranges::sort(c.views, {}, [](const auto& v) { return v->name(); });
}

// The views whose keys belong to a config: those that it reads by, and those that it sets.
std::vector<std::shared_ptr<const view>> views_in(const cell_config& c) {
  std::vector<std::shared_ptr<const view>> all = c.views;
  std::vector<std::string> read_by(c.evaluate.views.begin(), c.evaluate.views.end());
  read_by.emplace_back(c.train.view.view());
  for (const std::string& joined : read_by)
    if (const std::unique_ptr<view> v = c.view_named(joined))
      for (const view* part : v->parts())
        if (std::ranges::find(all, part->name(), [](const auto& o) { return o->name(); }) == all.end())
          all.push_back(part->clone());
  std::ranges::sort(all, {}, [](const auto& v) { return v->name(); });
  return all;
}

}  // namespace

cell_config::cell_config() : encoding(make_encoding("rope")) {}
std::shared_ptr<const lengthwise::encoding> cell_config::encoding_at_end() const {
  if (!train.switches()) return encoding;
  std::shared_ptr<const lengthwise::encoding> other = make_encoding(train.switch_to.view());
  return other == nullptr ? encoding : other;
}

std::unique_ptr<view> cell_config::view_named(std::string_view joined_names) const {
  const std::unique_ptr<view> plain = make_view(joined_names);
  if (plain == nullptr) return nullptr;
  std::vector<std::unique_ptr<view>> parts;
  for (const view* part : plain->parts()) {
    const auto own = std::ranges::find(views, part->name(), [](const auto& v) { return v->name(); });
    parts.push_back(own == views.end() ? part->clone() : (*own)->clone());
  }
  return joined(std::move(parts));
}

bool names_encoding(std::string_view key) { return key == "encoding.type" || key == "encoding.layers"; }
std::string_view encoding_key(const encoding& e) {
  return e.name().find(',') == std::string_view::npos ? "encoding.type" : "encoding.layers";
}
named_value encoding_value(const encoding& e) {
  const std::string_view names = e.name();
  if (encoding_key(e) == "encoding.type") return {"encoding.type", std::string(names)};
  config_list layers;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    layers.emplace_back(std::string(names.substr(begin, end - begin)));
    begin = end + 1;
  }
  return {"encoding.layers", std::move(layers)};
}

namespace {
std::vector<named_value> values_of(const cell_config& c, sections which) {
  std::vector<named_value> all = field_values(c);
  for_each_section(c, [&](std::string_view prefix, const auto& section) {
    if (which == sections::used && !is_used(prefix, c)) return;
    if (prefix == "attention.") {
      all.push_back(encoding_value(*c.encoding));
      for (named_value& v : c.encoding->options())
        all.push_back({fmt::format("encoding.{}", v.name), std::move(v.value), v.implied});
    }
    if (prefix == task_prefix) all.push_back({"task.name", std::string(c.corpus.asked->name())});
    for (named_value& v : field_values(section))
      all.push_back({fmt::format("{}{}", prefix, v.name), std::move(v.value), v.implied});
    if (prefix == task_prefix)
      for (named_value& v : c.corpus.asked->options())
        all.push_back({fmt::format("{}{}", prefix, v.name), std::move(v.value), v.implied});
  });
  for (const auto& v : views_in(c))
    for (named_value& option : v->options())
      all.push_back({fmt::format("{}{}.{}", view_prefix, v->name(), option.name), std::move(option.value)});
  return all;
}

std::vector<key_help> help_of(const cell_config& c, sections which) {
  std::vector<key_help> all;
  const auto add = [&](std::string_view prefix, const std::vector<field_help>& helps) {
    for (const field_help& h : helps) all.push_back({fmt::format("{}{}", prefix, h.name), std::string(h.help), h.kind});
  };
  add("", field_helps<cell_config>());
  for_each_section(c, [&]<class Section>(std::string_view prefix, const Section&) {
    if (which == sections::used && !is_used(prefix, c)) return;
    if (prefix == "attention.") {
      all.push_back({"encoding.type",
                     "the positional encoding (lengthwise list encodings), or several joined by + that act together",
                     value_kind::text});
      all.push_back(
          {"encoding.layers", "in place of type: an encoding for each layer, repeated to the depth", value_kind::list});
      add(encoding_prefix, c.encoding->option_helps());
    }
    if (prefix == task_prefix) all.push_back({"task.name", "the task (lengthwise list tasks)", value_kind::text});
    add(prefix, field_helps<Section>());
    if (prefix == task_prefix) add(prefix, c.corpus.asked->option_helps());
  });
  for (const auto& v : views_in(c)) add(fmt::format("{}{}.", view_prefix, v->name()), v->option_helps());
  return all;
}
}  // namespace

std::vector<named_value> config_values(const cell_config& c) { return values_of(c, sections::used); }
std::vector<key_help> config_help(const cell_config& c) { return help_of(c, sections::used); }

value_kind kind_of(std::string_view key) {
  static const std::map<std::string, value_kind, std::less<>> kinds = [] {
    std::map<std::string, value_kind, std::less<>> all;
    for (const key_help& h : help_of(cell_config{}, sections::all)) all[h.key] = h.kind;
    for (const registered_encoding& e : registered_encodings())
      for (const field_help& h : e.make()->option_helps())
        all[fmt::format("encoding.{}", h.name)] = all[fmt::format("encoding.{}.{}", e.name, h.name)] = h.kind;
    for (const registered_view& v : registered_views())
      for (const field_help& h : v.make()->option_helps()) all[fmt::format("view.{}.{}", v.name, h.name)] = h.kind;
    for (const registered_task& t : registered_tasks())
      for (const field_help& h : t.make()->option_helps()) all[fmt::format("task.{}", h.name)] = h.kind;
    return all;
  }();
  const auto found = kinds.find(key);
  return found == kinds.end() ? value_kind::plain : found->second;
}

void assign(cell_config& c, const setting& s) {
  if (names_encoding(s.key)) return assign_type(c, s);
  if (s.key.starts_with(encoding_prefix)) return assign_encoding(c, s);
  if (s.key.starts_with(view_prefix)) return assign_view(c, s);
  if (s.key == "task.name") return assign_task_name(c, s);
  if (s.key.starts_with(task_prefix) && assign_task_option(c, s)) return;

  const std::vector<named_value> values = values_of(c, sections::all);
  const auto current = std::ranges::find(values, s.key, &named_value::name);
  if (s.key == "encoding" ||
      std::ranges::any_of(values, [&](const named_value& v) { return v.name.starts_with(s.key + "."); }))
    refuse(s, "is a section, not a key");
  if (current == values.end())
    throw usage_error(
        fmt::format("{}: unknown key {}; did you mean {}?", s.where, printable(s.key), nearest(s.key, known_keys(c))));
  const config_value value = fitted(s, kind_of(s.key));
  if (s.key == "evaluate.views" || s.key == "train.view") require_views(s, value);
  bool known = false;
  std::string problem = assign_field(c, s.key, value, known);
  for_each_section(c, [&](std::string_view prefix, auto& section) {
    if (!known && s.key.starts_with(prefix))
      problem = assign_field(section, std::string_view(s.key).substr(prefix.size()), value, known);
  });
  if (!problem.empty()) refuse(s, printable(problem));
}

}  // namespace lengthwise
