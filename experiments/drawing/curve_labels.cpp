#include "experiments/drawing/curve_labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace lengthwise {
namespace {

constexpr std::string_view left_out = "…";

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> all;
  for (const char c : text)
    if (begins_character(c) || all.empty())
      all.emplace_back(1, c);
    else
      all.back() += c;
  return all;
}
std::string joined(const std::vector<std::string>& all, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < std::min(to, all.size()); ++i) text += all[i];
  return text;
}

// "rope", "path=a.txt".
std::vector<std::string> parts_of(std::string_view label) {
  std::vector<std::string> parts;
  for (std::size_t end = 0; (end = label.find(", ")) != label.npos; label.remove_prefix(end + 2))
    parts.emplace_back(label.substr(0, end));
  parts.emplace_back(label);
  return parts;
}
std::string key_of(std::string_view part) { return std::string(part.substr(0, part.find('=') + 1)); }

// What different values have in common at their beginning and at their end, in characters.
struct shared_ends {
  std::size_t front = 0, back = 0;
};
shared_ends shared_by(const std::set<std::string>& values) {
  std::vector<std::vector<std::string>> all;
  for (const std::string& v : values) all.push_back(characters(v));
  std::size_t shortest = all.front().size();
  for (const auto& v : all) shortest = std::min(shortest, v.size());
  const auto agree = [&](auto&& at) {
    return std::ranges::all_of(all, [&](const auto& v) { return at(v) == at(all.front()); });
  };
  shared_ends ends;
  while (ends.front < shortest && agree([&](const auto& v) { return v[ends.front]; })) ++ends.front;
  while (ends.front + ends.back < shortest && agree([&](const auto& v) { return v[v.size() - 1 - ends.back]; }))
    ++ends.back;
  return ends;
}

// A value around what differs, of `room` characters if that is enough for it.
std::string around_difference(const std::string& value, shared_ends ends, std::size_t room) {
  const std::vector<std::string> all = characters(value);
  if (all.size() <= room) return value;
  const std::size_t first = std::min(ends.front, all.size()),
                    last = all.size() - std::min(ends.back, all.size() - first);
  if (last < room) return joined(all, 0, room - 1).append(left_out);
  // From the last folder on, where there are folders; else as much as fits.
  const auto folder = std::find(all.rend() - static_cast<std::ptrdiff_t>(first), all.rend(), "/").base();
  if (folder != all.begin() && static_cast<std::size_t>(all.end() - folder) < room)
    return std::string(left_out) + joined(all, static_cast<std::size_t>(folder - all.begin()), all.size());
  // The end, where it and all that differs fit; else only what differs.
  if (all.size() - first < room) return std::string(left_out) + joined(all, all.size() - (room - 1), all.size());
  const std::size_t from = last - first + 2 <= room ? last - (room - 2) : first;
  return std::string(left_out) + joined(all, from, last) + std::string(left_out);
}

// Without the parts that tell nothing apart, from the last on, as long as one is too long: of keys that vary together
// one is enough.
std::vector<std::string> without_what_follows(std::vector<std::string> labels, std::size_t most) {
  std::vector<std::string> keys;
  for (const std::string& label : labels)
    for (const std::string& part : parts_of(label))
      if (const std::string key = key_of(part); std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  const auto count = [](const std::vector<std::string>& all) { return std::set(all.begin(), all.end()).size(); };
  const auto fits = [&](const std::string& label) { return characters_of(label) <= most; };
  for (auto key = keys.rbegin(); key != keys.rend() && !std::ranges::all_of(labels, fits); ++key) {
    std::vector<std::string> fewer;
    for (const std::string& label : labels) {
      std::vector<std::string> parts = parts_of(label);
      std::erase_if(parts, [&](const std::string& part) { return key_of(part) == *key; });
      fewer.push_back(fmt::format("{}", fmt::join(parts, ", ")));
    }
    // The encoding's name goes only where that is enough.
    if (count(fewer) == count(labels) && std::ranges::none_of(fewer, &std::string::empty) &&
        (!key->empty() || std::ranges::all_of(fewer, fits)))
      labels = std::move(fewer);
  }
  return labels;
}

// The middle of a text left out.
std::string without_middle(const std::string& text, std::size_t most) {
  const std::vector<std::string> all = characters(text);
  if (all.size() <= most) return text;
  const std::size_t front = (most - 1) / 3;
  return joined(all, 0, front).append(left_out) + joined(all, all.size() - (most - 1 - front), all.size());
}

}  // namespace

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::vector<std::string> short_labels(const std::vector<std::string>& given, std::size_t most) {
  const std::vector<std::string> labels = without_what_follows(given, most);
  std::map<std::string, std::set<std::string>> values;  // of each key, over all labels
  for (const std::string& label : labels)
    for (const std::string& part : parts_of(label)) values[key_of(part)].insert(part.substr(key_of(part).size()));

  std::vector<std::string> shortened;
  std::set<std::string> taken;
  for (const std::string& label : labels) {
    std::string text = label;
    for (std::size_t room = most; characters_of(text) > most && room >= 4; --room) {
      std::vector<std::string> parts = parts_of(label);
      for (std::string& part : parts) {
        const std::string key = key_of(part);
        const std::set<std::string>& all = values[key];
        if (all.size() > 1 && !key.empty())
          part = key + around_difference(part.substr(key.size()), shared_by(all), room);
        else if (!key.empty())
          part = key + without_middle(part.substr(key.size()), room);
      }
      text = fmt::format("{}", fmt::join(parts, ", "));
    }
    text = without_middle(text, most);
    // Two that differ only in what does not fit.
    const std::string base = without_middle(text, most - 8);
    for (int number = 2; taken.contains(text); ++number) text = fmt::format("{} ({})", base, number);
    taken.insert(text);
    shortened.push_back(std::move(text));
  }
  return shortened;
}

}  // namespace lengthwise
