// Reading and writing any config by the names of its fields: between a struct and the plain values of a file, whatever
// the file's format.
#pragma once
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/config/field.hpp"
#include "core/config/list.hpp"
#include "core/config/short_text.hpp"

namespace lengthwise {

struct config_value;
using config_list = std::vector<config_value>;
// A value as a config file has it: true, 3, 0.5, "text" or a list.
struct config_value : std::variant<bool, std::int64_t, double, std::string, config_list> {
  using variant::variant;
};
struct named_value {
  std::string name;
  config_value value;
  bool implied = false;  // the default of a key that came later: a config that does not know the key means the same
};

namespace detail {

std::string type_problem(std::string_view wanted);
std::string range_problem(double value, double low, double high);
std::string name_problem(std::string_view given, const std::string_view* names, std::size_t count);

template <class T>
struct is_short_list : std::false_type {};
template <class T, std::size_t N>
struct is_short_list<short_list<T, N>> : std::true_type {};

// "" or what is wrong with the value.
template <class T>
std::string read_value(const config_value& from, T& to, double low, double high) {
  if constexpr (std::is_same_v<T, bool>) {
    if (const auto* x = std::get_if<bool>(&from)) return to = *x, "";
    return type_problem("true or false");
  } else if constexpr (std::is_integral_v<T>) {
    const auto* x = std::get_if<std::int64_t>(&from);
    if (x == nullptr) return type_problem("a whole number");
    const double least = std::max(low, static_cast<double>(std::numeric_limits<T>::min()));
    const double most = std::min(high, static_cast<double>(std::numeric_limits<T>::max()));
    const auto wide = static_cast<double>(*x);
    if (wide < least || wide > most) return range_problem(wide, least, most);
    return to = static_cast<T>(*x), "";
  } else if constexpr (std::is_floating_point_v<T>) {
    const auto* whole = std::get_if<std::int64_t>(&from);
    const auto* x = std::get_if<double>(&from);
    if (x == nullptr && whole == nullptr) return type_problem("a number");
    const double value = x != nullptr ? *x : static_cast<double>(*whole);
    if (!std::isfinite(value) || value < low || value > high) return range_problem(value, low, high);
    return to = static_cast<T>(value + 0.0), "";  // -0 is 0, also where a config is compared as text
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>) {
    if (const auto* x = std::get_if<std::string>(&from)) return to = *x, "";
    return type_problem("a text in quotes");
  } else if constexpr (std::is_same_v<T, short_text>) {
    const auto* x = std::get_if<std::string>(&from);
    if (x == nullptr) return type_problem("a text in quotes");
    return to.assign(*x) ? "" : type_problem("a shorter text (at most " + std::to_string(T::capacity) + " bytes)");
  } else if constexpr (named_enumeration<T>) {
    constexpr auto names = names_of(T{});
    const auto* x = std::get_if<std::string>(&from);
    for (std::size_t i = 0; x != nullptr && i < names.size(); ++i)
      if (*x == names[i]) return to = static_cast<T>(i), "";
    return name_problem(x == nullptr ? "" : *x, names.data(), names.size());
  } else {
    static_assert(is_short_list<T>::value, "a config field of a type that has no reader");
    const auto* x = std::get_if<config_list>(&from);
    if (x == nullptr) return type_problem("a list");
    T list;
    for (const config_value& element : *x) {
      typename T::value_type item{};
      if (std::string problem = read_value(element, item, low, high); !problem.empty()) return problem;
      if (!list.push_back(item)) return type_problem("a shorter list (at most " + std::to_string(T::capacity()) + ")");
    }
    return to = list, "";
  }
}

template <class T>
config_value write_value(const T& from) {
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::string>)
    return from;
  else if constexpr (std::is_same_v<T, std::filesystem::path>)
    return from.string();
  else if constexpr (std::is_same_v<T, short_text>)
    return std::string(from.view());
  else if constexpr (std::is_integral_v<T>)
    return static_cast<std::int64_t>(from);
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<double>(from);
  else if constexpr (std::is_enum_v<T>)
    return std::string(names_of(from)[static_cast<std::size_t>(from)]);
  else {
    config_list list;
    for (const auto& item : from) list.push_back(write_value(item));
    return list;
  }
}

}  // namespace detail

// Sets one field by name. Returns "" or what is wrong with the value. `known` tells whether there is such a field.
template <class Config>
std::string assign_field(Config& config, std::string_view name, const config_value& value, bool& known) {
  std::string problem;
  known = false;
  for_each_field<Config>([&](const auto& f) {
    if (f.name != name) return;
    known = true;
    problem = detail::read_value(value, config.*f.member, f.low, f.high);
  });
  return problem;
}
// All fields, in their order.
template <class Config>
std::vector<named_value> field_values(const Config& config) {
  std::vector<named_value> all;
  const Config defaults;
  for_each_field<Config>([&](const auto& f) {
    all.push_back({std::string(f.name), detail::write_value(config.*f.member)});
    all.back().implied = f.came_later && all.back().value == detail::write_value(defaults.*f.member);
  });
  return all;
}
// What a field's type says of how its value is read: what is typed without quotes is text for text, without brackets a
// list of one for a list; a path counts from the folder of the file that says it.
enum class value_kind { plain, text, path, list };
namespace detail {
template <class T>
constexpr value_kind kind_of_type() {
  if constexpr (std::is_same_v<T, std::filesystem::path>)
    return value_kind::path;
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, short_text> || std::is_enum_v<T>)
    return value_kind::text;
  else if constexpr (is_short_list<T>::value)
    return value_kind::list;
  else
    return value_kind::plain;
}
}  // namespace detail

// What --help and the readers of files and words need to know of each field.
struct field_help {
  std::string_view name, help;
  value_kind kind;
};
template <class Config>
std::vector<field_help> field_helps() {
  std::vector<field_help> all;
  for_each_field<Config>([&]<class Owner, class T>(const field<Owner, T>& f) {
    all.push_back({f.name, f.help, detail::kind_of_type<T>()});
  });
  return all;
}

}  // namespace lengthwise
