#include "experiments/config/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_plus_plus.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_file = 1 << 20;
// A dotted key makes a table of each of its parts, and tables are taken down one inside the other.
constexpr std::ptrdiff_t most_dots_in_a_line = 200;

struct source {
  std::string name;
  fs::path folder;

  std::string at(const toml::source_region& region) const { return fmt::format("{}:{}", name, region.begin.line); }
  [[noreturn]] void refuse(const toml::node& node, std::string_view key, std::string_view problem) const {
    throw usage_error(fmt::format("{}: {} {}", at(node.source()), printable(key), problem));
  }
};

// A setting with the place that orders it: tables lose the order of their keys.
struct placed {
  setting said;
  toml::source_position place;
};

config_value value_of(const source& from, std::string_view key, const toml::node& node) {
  if (const auto* x = node.as_boolean()) return x->get();
  if (const auto* x = node.as_integer()) return x->get();
  if (const auto* x = node.as_floating_point()) return x->get();
  if (const auto* x = node.as_string()) return x->get();
  const auto* list = node.as_array();
  if (list == nullptr) from.refuse(node, key, "must be true, a number, a text in quotes or a list");
  config_list values;
  for (const toml::node& element : *list) values.push_back(value_of(from, key, element));
  return values;
}

setting setting_of(const source& from, const std::string& key, const toml::node& node, int nearness) {
  return {key, value_of(from, key, node), from.at(node.source()), "", nearness, from.folder};
}

// A choice of an axis: a setting for its key, or a list with one for each of them.
std::vector<setting> choice_of(const source& from, const std::vector<std::string>& keys, const std::string& joined,
                               const toml::node& node) {
  if (keys.size() == 1) return {setting_of(from, joined, node, in_sweep)};
  const toml::array* values = node.as_array();
  if (values == nullptr || values->size() != keys.size())
    throw usage_error(not_together(from.at(node.source()), joined, keys.size()));
  std::vector<setting> choice;
  for (std::size_t i = 0; i < keys.size(); ++i) choice.push_back(setting_of(from, keys[i], *values->get(i), in_sweep));
  return choice;
}

// Calls f(dotted key, node) for every leaf. No key of ours has more than three parts, so there is no need to go deeper.
template <class F>
void for_each_leaf(const toml::table& table, const std::string& prefix, int depth, F&& f) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const toml::table* inner = node.as_table();
    if (inner != nullptr && depth < 4)
      for_each_leaf(*inner, name + ".", depth + 1, f);
    else
      f(name, node);
  }
}

template <class T, class Place>
void sort_by_place(std::vector<T>& all, Place place) {
  std::ranges::stable_sort(all, [&](const T& a, const T& b) {
    return std::pair(place(a).line, place(a).column) < std::pair(place(b).line, place(b).column);
  });
}

}  // namespace

void refuse_deep_nesting(std::string_view text, std::string_view name) {
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    ++line_number;
    if (std::count(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
                   '.') > most_dots_in_a_line)
      throw usage_error(fmt::format("{}:{}: more than {} dots in a line; no file of ours nests so deep",
                                    printable(name), line_number, most_dots_in_a_line));
    begin = end + 1;
  }
}

study_settings parse_toml(std::string_view text, std::string_view name, const fs::path& folder) {
  const source from{printable(name), folder};
  refuse_deep_nesting(text, name);
  toml::table root;
  try {
    root = toml::parse(text, name);
  } catch (const toml::parse_error& problem) {
    throw usage_error(fmt::format("{}: not TOML: {}", from.at(problem.source()), printable(problem.description())));
  }

  std::vector<placed> settings;
  std::vector<std::pair<sweep_axis, toml::source_position>> axes;
  for_each_leaf(root, "", 0, [&](const std::string& key, const toml::node& node) {
    constexpr std::string_view sweep = "sweep.";
    if (!key.starts_with(sweep)) {
      if (key == "sweep") from.refuse(node, key, "must be a table: [sweep]");
      if (node.is_table()) from.refuse(node, key, "nests deeper than any key there is");
      settings.push_back({setting_of(from, key, node, in_file), node.source().begin});
      return;
    }
    const std::string joined = key.substr(sweep.size());
    sweep_axis axis{keys_together(joined), {}};
    if (const auto spelt = node.value<std::string>(); spelt && axis.keys.size() == 1)
      if (const auto range = range_of(*spelt, from.at(node.source()))) {
        for (const std::int64_t value : *range) {
          setting one = setting_of(from, joined, node, in_sweep);
          one.value = value;
          axis.choices.push_back({std::move(one)});
        }
        axes.emplace_back(std::move(axis), node.source().begin);
        return;
      }
    const toml::array* choices = node.as_array();
    if (choices == nullptr || choices->empty())
      from.refuse(node, key, "must be a list of the values that the key takes in turn, or \"range(1, 4)\"");
    for (const toml::node& choice : *choices) axis.choices.push_back(choice_of(from, axis.keys, joined, choice));
    axes.emplace_back(std::move(axis), node.source().begin);
  });

  sort_by_place(settings, [](const placed& p) { return p.place; });
  sort_by_place(axes, [](const auto& axis) { return axis.second; });
  study_settings study;
  if (text.starts_with("# "))
    study.question = printable(text.substr(2, std::min(text.find('\n'), text.size()) - 2), 1000);
  for (placed& p : settings) study.settings.push_back(std::move(p.said));
  for (auto& axis : axes) study.sweep.push_back(std::move(axis.first));
  return study;
}

namespace {

constexpr int most_bases = 8;  // a chain of files that extend each other

// What a file says is nearer than what its base does, so that it decides, however the two group their keys. What sweeps
// the same keys takes the place of the base's sweep.
study_settings on_its_base(study_settings own, const fs::path& folder, int bases);

study_settings read_file(const fs::path& file, int bases) {
  std::error_code code;
  if (!fs::is_regular_file(file, code)) {
    std::vector<std::string> beside;
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
      if (at->path().extension() == ".toml") beside.push_back((file.parent_path() / at->path().filename()).string());
    std::ranges::sort(beside);
    throw usage_error(fmt::format("no config at {}{}; lengthwise list configs shows those that are there",
                                  printable(file.string()), printable(did_you_mean(file.string(), beside))));
  }
  if (fs::file_size(file, code) > largest_file)
    throw usage_error(
        fmt::format("{}: {} bytes are too many for a config", printable(file.string()), fs::file_size(file, code)));
  std::vector<std::byte> bytes;
  try {
    bytes = file_bytes(file);
  } catch (const io_error& problem) {
    throw usage_error(problem.what());
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  return on_its_base(parse_toml(text, file.string(), folder), folder, bases);
}

study_settings on_its_base(study_settings own, const fs::path& folder, int bases) {
  const auto said = std::ranges::find(own.settings, "extends", &setting::key);
  if (said == own.settings.end()) return own;
  const auto* name = std::get_if<std::string>(&said->value);
  if (name == nullptr)
    throw usage_error(fmt::format("{}: extends names a config, as in extends = \"quickstart.toml\"", said->where));
  if (bases >= most_bases)
    throw usage_error(fmt::format("{}: more than {} files extend each other, or in a circle", said->where, most_bases));
  study_settings whole = read_file(folder / *name, bases + 1);
  for (setting& s : whole.settings) s.nearness -= on_command_line;
  for (sweep_axis& axis : whole.sweep)
    for (std::vector<setting>& choice : axis.choices)
      for (setting& s : choice) s.nearness -= on_command_line;
  own.settings.erase(said);
  if (!own.question.empty()) whole.question = own.question;
  for (setting& s : own.settings) whole.settings.push_back(std::move(s));
  for (sweep_axis& axis : own.sweep) {
    const auto there = std::ranges::find(whole.sweep, axis.keys, &sweep_axis::keys);
    if (there != whole.sweep.end())
      *there = std::move(axis);
    else
      whole.sweep.push_back(std::move(axis));
  }
  return whole;
}

}  // namespace

study_settings read_toml(const fs::path& file) { return read_file(file, 0); }

}  // namespace lengthwise
