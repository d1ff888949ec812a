#include "experiments/sweeps/study.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_writer.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t most_cells = 10'000, longest_folder = 200;

std::string folder_text(const config_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string text = toml_text(value);
  std::erase_if(text, [](char c) { return c == ' ' || c == '"'; });
  return text;
}

std::string escaped(std::string_view text) {
  constexpr std::string_view plain = "._+-=,[]";
  std::string out;
  for (const char c : text) {
    const bool keep =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || plain.find(c) != plain.npos;
    if (keep)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// As the user wrote it.
std::string value_spelling(const setting& s) { return s.text.empty() ? toml_text(s.value) : s.text; }
std::string spelling(const setting& s) { return fmt::format("{}={}", s.key, value_spelling(s)); }

void check_axes(const std::vector<sweep_axis>& sweep) {
  std::set<std::pair<int, std::string>> keys;
  std::size_t count = 1;
  for (const sweep_axis& axis : sweep) {
    const std::string joined = fmt::format("{}", fmt::join(axis.keys, ","));
    for (const setting& s : axis.choices.front()) {
      if (!keys.insert({s.nearness, s.key}).second)
        throw usage_error(fmt::format("{}: {} is swept twice", s.where, printable(s.key)));
      if (s.key == "name") throw usage_error(fmt::format("{}: a study has one name, which cannot be swept", s.where));
    }
    std::set<std::string> values;
    for (const std::vector<setting>& choice : axis.choices) {
      std::vector<std::string> texts;
      for (const setting& s : choice) texts.push_back(value_spelling(s));
      const std::string text = texts.size() == 1 ? texts.front() : fmt::format("[{}]", fmt::join(texts, ", "));
      if (!values.insert(text).second)
        throw usage_error(fmt::format("{}: the sweep of {} lists {} twice", choice.front().where, printable(joined),
                                      printable(text)));
    }
    count *= axis.choices.size();
    if (count > most_cells)
      throw usage_error(
          fmt::format("{}: the sweep makes more than {} cells", axis.choices.front().front().where, most_cells));
  }
}

// The choices of one combination of the axes, the last of which varies fastest.
std::vector<const std::vector<setting>*> combination(const std::vector<sweep_axis>& sweep, std::size_t index) {
  std::vector<const std::vector<setting>*> choices(sweep.size());
  for (std::size_t i = sweep.size(); i-- > 0; index /= sweep[i].choices.size())
    choices[i] = &sweep[i].choices[index % sweep[i].choices.size()];
  return choices;
}

// What of a cell's choices is not among the other's, and where it was said.
std::string apart(const study_cell& cell, const study_cell& other, std::string& where) {
  std::vector<std::string> own;
  for (const setting& s : cell.said)
    if (std::ranges::find(other.said, spelling(s), spelling) == other.said.end()) {
      own.push_back(printable(spelling(s)));
      where = s.where;
    }
  return fmt::format("{}", fmt::join(own, " "));
}

[[noreturn]] void refuse_twin(const study_cell& one, const study_cell& other) {
  std::string where;
  const std::string first = apart(one, other, where), second = apart(other, one, where);
  throw usage_error(
      fmt::format("{}: {} and {} make the same cell, which would count twice; leave one out", where, first, second));
}

}  // namespace

namespace {

std::string shortened(const std::string& name) {
  if (name.size() <= longest_folder) return name;
  return fmt::format("{}-{}", name.substr(0, longest_folder), sha256_of(std::as_bytes(std::span(name))).substr(0, 12));
}

}  // namespace

std::string folder_name(std::string_view text) { return shortened(escaped(text)); }

std::string folder_of(const std::vector<named_value>& varied) {
  if (varied.empty()) return "cell";
  std::string name;
  for (const named_value& v : varied)
    name += fmt::format("{}{}={}", name.empty() ? "" : ",", escaped(v.name), escaped(folder_text(v.value)));
  return shortened(name);
}

namespace {

// Cells leave out views that are not for their encoding; a view that is for none of them was a mistake.
void note_views(study& s) {
  struct left_out {
    std::size_t asked = 0;
    std::vector<std::string> problems;
  };
  std::map<std::string, left_out> views;
  for (const study_cell& cell : s.cells)
    for (const std::string& name : cell.config.evaluate.views) {
      left_out& own = views[name];
      ++own.asked;
      if (std::string problem = view_problem(*cell.config.view_named(name), *cell.config.encoding); !problem.empty())
        own.problems.push_back(std::move(problem));
    }
  for (const auto& [name, own] : views) {
    if (own.problems.size() == own.asked && own.asked > 0)
      throw usage_error(fmt::format("evaluate.views: {}", own.problems.front()));
    for (const std::string& problem : own.problems)
      if (std::ranges::find(s.notes, "left out: " + problem) == s.notes.end())
        s.notes.push_back("left out: " + problem);
  }
}

}  // namespace

study make_study(const study_settings& asked) {
  check_axes(asked.sweep);
  std::size_t count = 1;
  for (const sweep_axis& axis : asked.sweep) count *= axis.choices.size();

  study made;
  std::set<std::vector<std::string>> seen;
  for (std::size_t index = 0; index < count; ++index) {
    std::vector<setting> settings = asked.settings;
    for (const std::vector<setting>* choice : combination(asked.sweep, index))
      settings.insert(settings.end(), choice->begin(), choice->end());
    resolved_config resolved = resolve(settings);
    check(resolved.config, settings);
    for (std::string& note : resolved.notes)
      if (std::ranges::find(made.notes, note) == made.notes.end()) made.notes.push_back(std::move(note));

    study_cell cell{"", {}, {}, std::move(resolved.config)};
    const std::vector<named_value> values = config_values(cell.config);
    // A choice that something nearer replaces, or that is meant for another encoding, makes no difference.
    for (std::size_t i = asked.settings.size(); i < settings.size(); ++i) {
      if (!resolved.decides[i]) continue;
      const setting& s = settings[i];
      const auto value = std::ranges::find(values, key_in(cell.config, s), &named_value::name);
      // Where a text lies may change; its folder keeps the name that it was given.
      const bool path = kind_of(s.key) == value_kind::path;
      cell.varied.push_back({names_encoding(s.key) ? value->name : s.key, !path            ? value->value
                                                                          : s.text.empty() ? s.value
                                                                                           : config_value(s.text)});
      cell.said.push_back(s);
    }
    std::vector<std::string> spelt;
    for (const setting& s : cell.said) spelt.push_back(spelling(s));
    if (!seen.insert(spelt).second) continue;
    cell.folder = folder_of(cell.varied);
    made.cells.push_back(std::move(cell));
  }
  made.name = made.cells.front().config.name;
  made.question = asked.question;
  refuse_twins(made, [](const study_cell& cell) { return config_hash(cell.config); });
  refuse_twins(made, [](const study_cell& cell) { return cell.folder; });
  note_views(made);
  return made;
}

void refuse_twins(const study& s, const std::function<std::string(const study_cell&)>& identity) {
  std::map<std::string, const study_cell*> cells;
  for (const study_cell& cell : s.cells)
    if (const auto [first, is_new] = cells.emplace(identity(cell), &cell); !is_new) refuse_twin(*first->second, cell);
}

}  // namespace lengthwise
