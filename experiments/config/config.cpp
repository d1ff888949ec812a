#include "experiments/config/config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view encoding_prefix = "encoding.";

// The sections that are plain structs, by name and in order; the encoding stands between model and train.
template <class Config, class F>
void for_each_section(Config& c, F&& f) {
  f(std::string_view("corpus."), c.corpus);
  f(std::string_view("model."), c.model);
  f(std::string_view("train."), c.train);
  f(std::string_view("evaluate."), c.evaluate);
}

std::vector<std::string> encoding_names() {
  std::vector<std::string> names;
  for (const registered_encoding& e : registered_encodings()) names.emplace_back(e.name);
  return names;
}

std::vector<std::string> known_keys(const cell_config& c) {
  std::vector<std::string> keys;
  for (const named_value& v : config_values(c)) keys.push_back(v.name);
  return keys;
}

[[noreturn]] void refuse(const setting& s, std::string_view problem) {
  throw usage_error(fmt::format("{}: {} {}", s.where, printable(s.key), problem));
}

// The value to give a key that now holds `current`: what was typed without quotes is text for a text key, and what was
// typed without brackets is a list of one for a list.
config_value fitted(const setting& s, const config_value& current) {
  if (s.text.empty()) return s.value;
  if (std::holds_alternative<std::string>(current) && !std::holds_alternative<std::string>(s.value)) return s.text;
  if (std::holds_alternative<config_list>(current) && !std::holds_alternative<config_list>(s.value))
    return config_list{s.value};
  return s.value;
}

void assign_type(cell_config& c, const setting& s) {
  const auto* type = std::get_if<std::string>(&s.value);
  if (type == nullptr) refuse(s, "must be the name of an encoding in quotes");
  std::shared_ptr<const encoding> made = make_encoding(*type);
  if (made == nullptr) {
    const std::vector<std::string> names = encoding_names();
    refuse(s, fmt::format("is \"{}\", which is no encoding; did you mean \"{}\"? known: {}", printable(*type),
                          nearest(*type, names), fmt::join(names, ", ")));
  }
  c.encoding = std::move(made);
}

// Sets a hyper-parameter on a copy, for encodings are shared; false when the type has no such key.
bool assign_option(std::shared_ptr<const encoding>& e, std::string_view key, const setting& s) {
  std::unique_ptr<encoding> changed = e->clone();
  const std::vector<named_value> options = e->options();
  const auto current = std::ranges::find(options, key, &named_value::name);
  if (current == options.end()) return false;
  bool known = false;
  if (const std::string problem = changed->assign(key, fitted(s, current->value), known); !problem.empty())
    refuse(s, problem);
  e = std::move(changed);
  return known;
}

void assign_encoding(cell_config& c, const setting& s) {
  const std::string_view key = std::string_view(s.key).substr(encoding_prefix.size());
  std::vector<std::string> candidates;
  if (const std::size_t dot = key.find('.'); dot != key.npos) {  // encoding.TYPE.KEY
    const std::string_view type = key.substr(0, dot);
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
        fmt::format("{}: unknown key {} for encoding {}; it belongs to {}. For cells of that type alone write {}.{}.{}",
                    s.where, s.key, c.encoding->name(), fmt::join(owners, ", "), "encoding", owners.front(), key));
  throw usage_error(fmt::format("{}: unknown key {} for encoding {}; did you mean {}?", s.where, printable(s.key),
                                c.encoding->name(), nearest(s.key, candidates)));
}

}  // namespace

cell_config::cell_config() : encoding(make_encoding("rope")) {}

std::vector<named_value> config_values(const cell_config& c) {
  std::vector<named_value> all = field_values(c);
  for_each_section(c, [&](std::string_view prefix, const auto& section) {
    if (prefix == "train.") {
      all.push_back({"encoding.type", std::string(c.encoding->name())});
      for (named_value& v : c.encoding->options())
        all.push_back({fmt::format("encoding.{}", v.name), std::move(v.value)});
    }
    for (named_value& v : field_values(section))
      all.push_back({fmt::format("{}{}", prefix, v.name), std::move(v.value)});
  });
  return all;
}

std::vector<key_help> config_help(const cell_config& c) {
  std::vector<key_help> all;
  const auto add = [&](std::string_view prefix, const std::vector<field_help>& helps) {
    for (const field_help& h : helps) all.push_back({fmt::format("{}{}", prefix, h.name), std::string(h.help)});
  };
  add("", field_helps<cell_config>());
  for_each_section(c, [&]<class Section>(std::string_view prefix, const Section&) {
    if (prefix == "train.") {
      all.push_back({"encoding.type", "the positional encoding (lengthwise list encodings)"});
      add(encoding_prefix, c.encoding->option_helps());
    }
    add(prefix, field_helps<Section>());
  });
  return all;
}

void assign(cell_config& c, const setting& s) {
  if (s.key == "encoding.type") return assign_type(c, s);
  if (s.key.starts_with(encoding_prefix)) return assign_encoding(c, s);

  const std::vector<named_value> values = config_values(c);
  const auto current = std::ranges::find(values, s.key, &named_value::name);
  if (s.key == "encoding" ||
      std::ranges::any_of(values, [&](const named_value& v) { return v.name.starts_with(s.key + "."); }))
    refuse(s, "is a section, not a key");
  if (current == values.end())
    throw usage_error(
        fmt::format("{}: unknown key {}; did you mean {}?", s.where, printable(s.key), nearest(s.key, known_keys(c))));
  const config_value value = fitted(s, current->value);
  bool known = false;
  std::string problem = assign_field(c, s.key, value, known);
  for_each_section(c, [&](std::string_view prefix, auto& section) {
    if (!known && s.key.starts_with(prefix))
      problem = assign_field(section, std::string_view(s.key).substr(prefix.size()), value, known);
  });
  if (!problem.empty()) refuse(s, printable(problem));
}

cell_config config_of(std::span<const setting> settings) {
  cell_config c;
  for (const setting& s : settings)
    if (s.key == "encoding.type") assign(c, s);
  for (const setting& s : settings)
    if (s.key != "encoding.type") assign(c, s);
  return c;
}

void check(const cell_config& c, std::span<const setting> settings) {
  std::string problem(name_problem(c.name));
  if (!problem.empty()) problem = fmt::format("name \"{}\" {}", printable(c.name), problem);
  if (problem.empty() && c.corpus.name.empty() && c.corpus.path.empty())
    problem = "corpus.name or corpus.path must say which text";
  if (problem.empty()) problem = c.model.problem();
  if (problem.empty()) problem = c.train.problem();
  if (problem.empty()) problem = c.evaluate.problem();
  if (problem.empty()) problem = c.encoding->problem(c.model.extents(c.train.length));
  if (problem.empty()) return;

  // The place of the last setting that the problem names, the encoding's type for problems that name no key but that.
  std::string where;
  for (const setting& s : settings)
    if (problem.find(s.key) != problem.npos ||
        (where.empty() && s.key == "encoding.type" && problem.starts_with(c.encoding->name())))
      where = s.where + ": ";
  std::string values;
  for (const named_value& v : config_values(c))
    if (problem.find(v.name) != problem.npos)
      values += fmt::format("{}{} = {}", values.empty() ? " (" : ", ", v.name, toml_text(v.value));
  throw usage_error(fmt::format("{}{}{}{}", where, problem, values, values.empty() ? "" : ")"));
}

std::string_view name_problem(std::string_view name) {
  if (name.empty()) return "must not be empty: it names the study's folder";
  if (name == "." || name == "..") return "must name a folder of its own";
  if (name.size() > 200) return "must be at most 200 bytes long";
  for (const char c : name) {
    if (c == '/' || c == '\\') return "must not hold a separator: it names one folder below runs/";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "must not hold control characters: it names a folder";
  }
  return "";
}

}  // namespace lengthwise
