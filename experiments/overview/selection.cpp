#include "experiments/overview/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view view_key = "view";

std::string text_of(const config_value& value) {
  std::string text = toml_text(value);
  std::erase_if(text, [](char c) { return c == '"' || c == ' '; });
  return text;
}

std::vector<std::string> keys_of(const measurements& m) {
  std::vector<std::string> keys{std::string(view_key)};
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells)
      for (const named_value& v : cell.config)
        if (std::ranges::find(keys, v.name) == keys.end()) keys.push_back(v.name);
  return keys;
}

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('.') + 1); }

std::string value_in(const curve& c, const finished_cell& cell, const std::string& key) {
  if (key == view_key) return c.extension == "none" ? "raw" : c.extension;
  const auto found = std::ranges::find(cell.config, key, &named_value::name);
  return found == cell.config.end() ? "" : text_of(found->value);
}

template <class Keep>
measurements kept(const measurements& m, Keep&& keep) {
  measurements made = m;
  made.curves.clear();
  for (curve own : m.curves) {
    std::erase_if(own.cells, [&](const finished_cell& cell) { return !keep(own, cell); });
    if (!own.cells.empty()) made.curves.push_back(std::move(own));
  }
  return made;
}

// Cut at commas outside brackets, as values of lists are written.
std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> all{""};
  int depth = 0;
  for (const char c : text) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == ',' && depth == 0)
      all.emplace_back();
    else if (c != ' ' && c != '"')
      all.back() += c;
  }
  return all;
}

}  // namespace

std::string key_meant(const measurements& m, std::string_view key) {
  const std::vector<std::string> keys = keys_of(m);
  if (std::ranges::find(keys, key) != keys.end()) return std::string(key);
  std::vector<std::string> alike;
  for (const std::string& k : keys)
    if (last_part(k) == key) alike.push_back(k);
  if (alike.size() == 1) return alike.front();
  if (alike.size() > 1)
    throw usage_error(
        fmt::format("\"{}\" is the end of {}; write it whole", printable(key), fmt::join(alike, " and ")));
  throw usage_error(fmt::format("the cells' configs have no key \"{}\"{}", printable(key), did_you_mean(key, keys)));
}

std::vector<std::string> values_of(const measurements& m, const std::string& key) {
  std::vector<std::string> values;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells)
      if (std::string value = value_in(c, cell, key); std::ranges::find(values, value) == values.end())
        values.push_back(std::move(value));
  return values;
}

measurements select(const measurements& m, std::string_view condition) {
  const std::size_t equals = condition.find('=');
  if (equals == condition.npos || equals == 0)
    throw usage_error(fmt::format("--where: \"{}\" is no KEY=VALUE; write for example --where encoding.type=rope,alibi",
                                  printable(condition)));
  const std::string key = key_meant(m, condition.substr(0, equals));
  const std::vector<std::string> wanted = alternatives(condition.substr(equals + 1)), there = values_of(m, key);
  for (const std::string& value : wanted)
    if (std::ranges::find(there, value) == there.end())
      throw usage_error(fmt::format("--where: no finished cell has {}={}{}; there {} {}", key, printable(value),
                                    did_you_mean(value, there), there.size() == 1 ? "is" : "are",
                                    printable(fmt::format("{}", fmt::join(there, ", ")))));
  return kept(m, [&](const curve& c, const finished_cell& cell) {
    return std::ranges::find(wanted, value_in(c, cell, key)) != wanted.end();
  });
}

std::vector<std::string> further_evaluations(const measurements& m) {
  std::set<std::string> there;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells) {
      std::error_code none;
      for (const auto& entry : std::filesystem::directory_iterator(cell.path / "evaluations", none))
        there.insert(entry.path().filename().string());
    }
  there.erase("explain");
  return {there.begin(), there.end()};
}

measurements select_evaluation(const measurements& m, const std::string& name) {
  measurements made = m;
  const std::vector<std::string> there = further_evaluations(m);
  const bool is_there = std::ranges::find(there, name) != there.end();
  for (curve& c : made.curves)
    std::erase_if(c.cells, [&](finished_cell& cell) {
      const std::filesystem::path own = cell.path / "evaluations" / name;
      std::optional<cell_result> found = is_there ? whole_result(own / "result.json") : std::nullopt;
      if (!found || found->digest != cell.result.digest) return ++made.unfinished, true;
      cell.path = own, cell.result = std::move(*found);
      return false;
    });
  std::erase_if(made.curves, [](const curve& c) { return c.cells.empty(); });
  if (made.curves.empty())
    throw usage_error(fmt::format("--evaluation: no cell has \"{}\"; there {}", printable(name, 1000),
                                  there.empty()
                                      ? "is none (lengthwise evaluate)"
                                      : fmt::format("{} {}", there.size() == 1 ? "is" : "are",
                                                    printable(fmt::format("{}", fmt::join(there, "; ")), 1000))));
  return made;
}

measurements select_protocol(const measurements& m, std::string_view name) {
  std::vector<std::string> there;
  for (const protocol p : m.protocols()) there.emplace_back(name_of(p));
  if (std::ranges::find(there, name) == there.end())
    throw usage_error(fmt::format("--protocol: nothing was measured by \"{}\"{}; there {} {}", printable(name),
                                  did_you_mean(name, there), there.size() == 1 ? "is" : "are", fmt::join(there, ", ")));
  measurements made = m;
  for (curve& c : made.curves)
    for (finished_cell& cell : c.cells)
      std::erase_if(cell.result.evaluation, [&](const evaluation_record& e) { return name_of(e.protocol) != name; });
  return made;
}

std::size_t curve_named(const measurements& m, std::string_view label) {
  std::vector<std::string> labels;
  std::vector<std::size_t> of_encoding;
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    labels.push_back(m.curves[i].label.shown());
    if (labels.back() == label) return i;
    if (m.curves[i].cells.front().result.encoding == label) of_encoding.push_back(i);
  }
  if (of_encoding.size() == 1) return of_encoding.front();
  throw usage_error(fmt::format("there is no curve \"{}\"{}; there are {}", printable(label),
                                did_you_mean(label, labels), fmt::join(labels, "; ")));
}

}  // namespace lengthwise
