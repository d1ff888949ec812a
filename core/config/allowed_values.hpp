// What values the fields of a config may have, as data: for who tries them out.
#pragma once
#include <string_view>
#include <vector>

#include "core/config/field.hpp"

namespace lengthwise {

struct allowed_values {
  double low, high;                          // of a number; infinite where nothing bounds it
  std::vector<std::string_view> names = {};  // the words that it may be, where it is one of some
};

// Of all fields, in their order.
template <class Config>
std::vector<allowed_values> allowed_values_of() {
  std::vector<allowed_values> all;
  for_each_field<Config>([&]<class Owner, class T>(const field<Owner, T>& f) {
    all.push_back({f.low, f.high});
    if constexpr (named_enumeration<T>)
      for (const std::string_view name : names_of(T{})) all.back().names.push_back(name);
  });
  return all;
}

}  // namespace lengthwise
