#include "experiments/config/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/config/config.hpp"

namespace lengthwise {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Cuts at commas outside brackets and quotes.
std::vector<std::string_view> cut_at_commas(std::string_view text) {
  std::vector<std::string_view> pieces;
  int depth = 0;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0)
      quote = c == quote ? char(0) : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '[' || c == '(')
      ++depth;
    else if (c == ']' || c == ')')
      --depth;
    else if (c == ',' && depth == 0)
      pieces.push_back(trimmed(text.substr(begin, i - begin))), begin = i + 1;
  }
  pieces.push_back(trimmed(text.substr(begin)));
  return pieces;
}

std::string_view unquoted(std::string_view text) {
  const bool quotes = text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return quotes ? text.substr(1, text.size() - 2) : text;
}

template <class T>
bool reads_whole(std::string_view text, T& value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size();
}

bool is_list(std::string_view text) { return text.size() >= 2 && text.front() == '[' && text.back() == ']'; }

}  // namespace

std::vector<std::string> keys_together(std::string_view joined) {
  std::vector<std::string> keys;
  for (const std::string_view key : cut_at_commas(joined)) keys.emplace_back(key);
  return keys;
}

std::optional<std::vector<std::int64_t>> range_of(std::string_view text, std::string_view where) {
  constexpr std::string_view begin = "range(";
  constexpr std::int64_t longest = 10'000;
  text = trimmed(text);
  if (!text.starts_with(begin) || !text.ends_with(')')) return std::nullopt;
  const std::vector<std::string_view> ends = cut_at_commas(text.substr(begin.size(), text.size() - begin.size() - 1));
  std::int64_t first = 0, last = 0;
  if (ends.size() != 2 || !reads_whole(ends[0], first) || !reads_whole(ends[1], last) || first >= last ||
      last - first > longest || first < -longest * longest)
    throw usage_error(fmt::format("{}: {} is no range; range(1, 4) is 1, 2 and 3, and at most {} values long", where,
                                  printable(text), longest));
  std::vector<std::int64_t> all;
  for (std::int64_t value = first; value < last; ++value) all.push_back(value);
  return all;
}

std::string not_together(std::string_view where, std::string_view joined, std::size_t keys) {
  return fmt::format("{}: {} varies {} keys together: each of its values is a list of {}", where, printable(joined),
                     keys, keys);
}

config_value typed_value(std::string_view text) {
  text = trimmed(text);
  if (text == "true") return true;
  if (text == "false") return false;
  if (is_list(text)) {
    config_list list;
    const std::string_view inside = trimmed(text.substr(1, text.size() - 2));
    if (!inside.empty())
      for (const std::string_view item : cut_at_commas(inside)) list.push_back(typed_value(item));
    return list;
  }
  if (std::int64_t whole = 0; reads_whole(text, whole)) return whole;
  if (double number = 0; reads_whole(text, number)) return number;
  return std::string(unquoted(text));
}

void apply_override(study_settings& study, std::string_view word) {
  if (!is_utf8(word))  // the resolved config could not be read again
    throw usage_error(
        fmt::format("command line: \"{}\" is not UTF-8, in which configs are written; give it (or the file that it "
                    "names) another name",
                    printable(word)));
  const std::size_t equals = word.find('=');
  if (equals == word.npos || trimmed(word.substr(0, equals)).empty())
    throw usage_error(
        fmt::format("command line: \"{}\" is no KEY=VALUE; write for example train.steps=100", printable(word)));
  const std::string joined(trimmed(word.substr(0, equals)));
  const std::string_view text = trimmed(word.substr(equals + 1));
  const std::vector<std::string> keys = keys_together(joined);
  const int nearness = on_command_line + study.words++;
  const auto setting_of = [&](const std::string& key, std::string_view value) {
    return setting{key, typed_value(value), "command line", std::string(unquoted(value)), nearness, "."};
  };

  sweep_axis axis{keys, {}};
  const std::vector<std::string_view> pieces = cut_at_commas(text);
  if (keys.size() > 1) {
    for (const std::string_view piece : pieces) {
      const std::vector<std::string_view> values =
          is_list(piece) ? cut_at_commas(trimmed(piece.substr(1, piece.size() - 2))) : std::vector<std::string_view>();
      if (values.size() != keys.size()) throw usage_error(not_together("command line", joined, keys.size()));
      std::vector<setting>& choice = axis.choices.emplace_back();
      for (std::size_t i = 0; i < keys.size(); ++i) choice.push_back(setting_of(keys[i], values[i]));
    }
  } else if (kind_of(joined) == value_kind::list &&
             std::ranges::none_of(pieces, [](std::string_view p) { return p.starts_with('['); })) {
    axis.choices.push_back({setting_of(joined, fmt::format("[{}]", text))});
  } else {
    for (const std::string_view piece : pieces)
      if (const auto range = range_of(piece, "command line"))
        for (const std::int64_t value : *range) axis.choices.push_back({setting_of(joined, std::to_string(value))});
      else
        axis.choices.push_back({setting_of(joined, piece)});
  }

  // What sweeps the same keys keeps its place among the axes.
  const auto swept = std::ranges::find(study.sweep, keys, &sweep_axis::keys);
  if (axis.choices.size() == 1) {
    if (swept != study.sweep.end()) study.sweep.erase(swept);
    for (setting& s : axis.choices.front()) study.settings.push_back(std::move(s));
  } else if (swept != study.sweep.end()) {
    *swept = std::move(axis);
  } else {
    study.sweep.push_back(std::move(axis));
  }
}

}  // namespace lengthwise
