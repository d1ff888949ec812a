#include "experiments/config/toml_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "core/storage/sha256.hpp"

namespace lengthwise {
namespace {

std::string quoted(std::string_view text) {
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
  std::string operator()(const std::string& x) const { return quoted(x); }
  std::string operator()(const config_list& list) const {
    std::vector<std::string> items;
    for (const config_value& item : list) items.push_back(toml_text(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
};

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
  std::erase_if(
      values, [&](const named_value& v) { return v.name == (c.corpus.path.empty() ? "corpus.path" : "corpus.name"); });
  return toml_text(values);
}

std::string config_hash(const cell_config& c) {
  cell_config nameless = c;
  nameless.name = "";
  const std::string text = toml_text(nameless);
  return sha256_of(std::as_bytes(std::span(text)));
}

std::string difference(std::span<const named_value> there, std::span<const named_value> here, std::size_t most) {
  std::vector<std::string> found;
  std::size_t more = 0;
  const auto add = [&](std::string text) { found.size() < most ? found.push_back(std::move(text)) : void(++more); };
  const auto value_in = [](std::span<const named_value> values, std::string_view name) {
    const auto at = std::ranges::find(values, name, &named_value::name);
    return at == values.end() ? std::string("not set") : toml_text(at->value);
  };
  for (const named_value& v : there)
    if (const std::string now = value_in(here, v.name), then = toml_text(v.value); v.name != "name" && now != then)
      add(fmt::format("{} is {} there and {} here", v.name, then, now));
  for (const named_value& v : here)
    if (value_in(there, v.name) == "not set" && v.name != "name")
      add(fmt::format("{} is not set there and {} here", v.name, toml_text(v.value)));
  return fmt::format("{}{}", fmt::join(found, "; "), more > 0 ? fmt::format("; and {} more", more) : "");
}

}  // namespace lengthwise
