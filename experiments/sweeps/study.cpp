#include "experiments/sweeps/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"
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

// "train.length,train.batch" varies both together: each choice is a list of one value for each key.
std::vector<setting> settings_of(const sweep_axis& axis, const setting& choice) {
  std::vector<std::string> keys;
  for (std::size_t begin = 0; begin <= axis.key.size();) {
    const std::size_t end = std::min(axis.key.find(',', begin), axis.key.size());
    keys.push_back(axis.key.substr(begin, end - begin));
    begin = end + 1;
  }
  if (keys.size() == 1) return {choice};
  const auto* values = std::get_if<config_list>(&choice.value);
  if (values == nullptr || values->size() != keys.size())
    throw usage_error(fmt::format("{}: {} varies {} keys together: each of its values is a list of {}", choice.where,
                                  printable(axis.key), keys.size(), keys.size()));
  std::vector<setting> all;
  for (std::size_t i = 0; i < keys.size(); ++i) all.push_back({keys[i], (*values)[i], choice.where, ""});
  return all;
}

}  // namespace

std::string folder_of(const std::vector<named_value>& varied) {
  if (varied.empty()) return "cell";
  std::string name;
  for (const named_value& v : varied)
    name += fmt::format("{}{}={}", name.empty() ? "" : ",", escaped(v.name), escaped(folder_text(v.value)));
  if (name.size() <= longest_folder) return name;
  return fmt::format("{}-{}", name.substr(0, longest_folder), sha256_of(std::as_bytes(std::span(name))).substr(0, 12));
}

study make_study(const study_settings& asked) {
  std::size_t count = 1;
  std::set<std::string> keys;
  for (const sweep_axis& axis : asked.sweep) {
    const std::string& where = axis.choices.front().where;
    for (const setting& s : settings_of(axis, axis.choices.front())) {
      if (!keys.insert(s.key).second) throw usage_error(fmt::format("{}: {} is swept twice", where, printable(s.key)));
      if (s.key == "name") throw usage_error(fmt::format("{}: a study has one name, which cannot be swept", where));
    }
    std::set<std::string> values;
    for (const setting& s : axis.choices)
      if (!values.insert(toml_text(s.value)).second)
        throw usage_error(fmt::format("{}: the sweep of {} lists {} twice", s.where, printable(axis.key),
                                      printable(toml_text(s.value))));
    count *= axis.choices.size();
    if (count > most_cells) throw usage_error(fmt::format("{}: the sweep makes more than {} cells", where, most_cells));
  }

  study made;
  for (std::size_t index = 0; index < count; ++index) {
    std::vector<setting> settings = asked.settings;
    std::vector<std::string> swept;
    std::size_t rest = index, combinations = count;
    for (const sweep_axis& axis : asked.sweep) {
      combinations /= axis.choices.size();
      for (setting& s : settings_of(axis, axis.choices[rest / combinations])) {
        swept.push_back(s.key);
        settings.push_back(std::move(s));
      }
      rest %= combinations;
    }
    study_cell cell{"", {}, config_of(settings)};
    check(cell.config, settings);
    const std::vector<named_value> values = config_values(cell.config);
    for (const std::string& key : swept) {
      const auto resolved = std::ranges::find(values, key, &named_value::name);
      // encoding.TYPE.KEY is no key of the resolved config
      const auto said = std::ranges::find(settings.rbegin(), settings.rend(), key, &setting::key);
      cell.varied.push_back({key, resolved != values.end() ? resolved->value : said->value});
    }
    cell.folder = folder_of(cell.varied);
    made.cells.push_back(std::move(cell));
  }
  made.name = made.cells.front().config.name;
  made.question = asked.question;
  return made;
}

}  // namespace lengthwise
