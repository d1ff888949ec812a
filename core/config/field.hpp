// One list of fields for every config struct: from it come the TOML reader, command-line overrides, --help, the
// resolved config in a result's folder and its hash. A config is a literal type with public members whose initialisers
// are the defaults, a static fields() and a constexpr problem() that says in words what is wrong, and with which keys.
#pragma once
#include <array>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lengthwise {

// One key of a config: its name, where its value lives, what it means, and (for numbers) the values it may take.
template <class Owner, class T>
struct field {
  std::string_view name;
  T Owner::*member;
  std::string_view help;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool came_later = false;

  // Of a key that came when results had been recorded: where it has its default, the config is the one that it was.
  constexpr field later() const {
    field f = *this;
    f.came_later = true;
    return f;
  }
};
template <class Owner, class T, class... Rest>
field(std::string_view, T Owner::*, std::string_view, Rest...) -> field<Owner, T>;

// What is wrong with a config in words, "" if nothing is, and the dotted keys whose values decide it.
struct config_problem {
  std::string_view says = "";
  std::array<std::string_view, 2> keys = {};

  constexpr config_problem() = default;
  constexpr config_problem(std::string_view words, std::string_view key = "", std::string_view other = "")
      : says(words), keys{key, other} {}
  constexpr bool empty() const { return says.empty(); }
};

// An enumeration says its names by an overload of names_of that argument-dependent lookup finds:
//   constexpr auto names_of(layout) { return std::array<std::string_view, 2>{"interleaved", "half_split"}; }
// Its values count from 0 in that order.
template <class T>
concept named_enumeration = std::is_enum_v<T> && requires(T x) {
  names_of(x).size();
};

// Calls f(field) for every field of a config type.
template <class Config, class F>
constexpr void for_each_field(F&& f) {
  std::apply([&](const auto&... fields) { (f(fields), ...); }, Config::fields());
}

}  // namespace lengthwise
