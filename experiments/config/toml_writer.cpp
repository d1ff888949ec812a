#include "experiments/config/toml_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "core/storage/sha256.hpp"

namespace lengthwise {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

struct value_writer {
  std::string operator()(bool x) const { return x ? "true" : "false"; }
  std::string operator()(std::int64_t x) const { return fmt::format("{}", x); }
  std::string operator()(double x) const {
    std::string text = fmt::format("{}", x);
    return text.find_first_of(".en") == text.npos ? text + ".0" : text;
  }
  std::string operator()(const std::string& x) const { return in_quotes(x); }
  std::string operator()(const config_list& list) const {
    std::vector<std::string> items;
    for (const config_value& item : list) items.push_back(toml_text(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
};

// "not set" where there is none.
std::string value_text(std::span<const named_value> values, std::string_view key) {
  const auto at = std::ranges::find(values, key, &named_value::name);
  return at == values.end() ? "not set" : toml_text(at->value);
}

// What is kept of a finished cell's checkpoints changes no result.
bool is_no_part_of_a_result(std::string_view key) { return key == "name" || key == "train.keep_checkpoints"; }

template <class LeaveOut>
std::string hash_of(const cell_config& c, LeaveOut&& leave_out) {
  cell_config identity = c;
  identity.name = "";
  identity.train.keep_checkpoints = train_config().keep_checkpoints;
  if (!c.corpus.sha256.empty()) identity.corpus.path = "";
  std::vector<named_value> values = config_values(identity);
  std::erase_if(values, [&](const named_value& v) { return v.implied || does_not_say_which_text(v) || leave_out(v); });
  const std::string text = toml_text(values);
  return sha256_of(std::as_bytes(std::span(text)));
}

}  // namespace

std::string toml_text(const config_value& value) {
  return std::visit(value_writer{}, static_cast<const config_value::variant&>(value));
}

std::string toml_text(std::span<const named_value> values) {
  std::string text;
  std::string_view section;
  for (const named_value& v : values) {
    const std::size_t dot = v.name.rfind('.');
    const std::string_view heading = dot == v.name.npos ? "" : std::string_view(v.name).substr(0, dot);
    if (heading != section) text += fmt::format("\n[{}]\n", heading);
    section = heading;
    text += fmt::format("{} = {}\n", v.name.substr(dot + 1), toml_text(v.value));
  }
  return text;
}

std::string toml_text(const cell_config& c) {
  std::vector<named_value> values = config_values(c);
  std::erase_if(values, does_not_say_which_text);
  return toml_text(values);
}

bool does_not_say_which_text(const named_value& v) {
  return (v.name == "corpus.name" || v.name == "corpus.path" || v.name == "corpus.sha256") &&
         v.value == config_value(std::string());
}

std::string config_hash(const cell_config& c) {
  return hash_of(c, [](const named_value&) { return false; });
}
std::string training_hash(const cell_config& c) {
  const std::unique_ptr<view> trained_by = c.view_named(c.train.view.view());
  const auto trains = [&](const std::string& key) {
    return std::ranges::any_of(
        trained_by->parts(), [&](const view* part) { return key.starts_with(fmt::format("view.{}.", part->name())); });
  };
  return hash_of(c, [&](const named_value& v) {
    return v.name.starts_with("evaluate.") || (v.name.starts_with("view.") && !trains(v.name));
  });
}

std::vector<std::string> differing_keys(std::span<const named_value> there, std::span<const named_value> here) {
  const auto same = [&](std::string_view key) { return value_text(there, key) == value_text(here, key); };
  // The path only says where a text of the same digest lies.
  const bool same_text = same("corpus.sha256") && value_text(here, "corpus.sha256").size() > 64;
  std::vector<std::string> keys;
  for (const auto& values : {there, here})
    for (const named_value& v : values)
      if (!is_no_part_of_a_result(v.name) && !v.implied && !same(v.name) && !(v.name == "corpus.path" && same_text) &&
          std::ranges::find(keys, v.name) == keys.end())
        keys.push_back(v.name);
  return keys;
}

std::string difference(std::span<const named_value> there, std::span<const named_value> here, std::size_t most) {
  std::vector<std::string> found;
  const std::vector<std::string> keys = differing_keys(there, here);
  for (const std::string& key : keys) {
    if (found.size() == most) break;
    found.push_back(fmt::format("{} is {} there and {} here", key, value_text(there, key), value_text(here, key)));
  }
  return fmt::format("{}{}", fmt::join(found, "; "),
                     keys.size() > found.size() ? fmt::format("; and {} more", keys.size() - found.size()) : "");
}

}  // namespace lengthwise
