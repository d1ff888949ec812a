// A short list of values in a config: a literal type, so that configs can be checked when the program is built.
#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>

namespace lengthwise {

template <class T, std::size_t Capacity>
struct short_list {
  using value_type = T;
  std::array<T, Capacity> values{};
  std::size_t count = 0;

  constexpr short_list() = default;
  constexpr short_list(std::initializer_list<T> list) {
    for (const T& x : list) values[count++] = x;
  }
  constexpr const T* begin() const { return values.data(); }
  constexpr const T* end() const { return values.data() + count; }
  constexpr const T& operator[](std::size_t i) const { return values[i]; }
  constexpr std::size_t size() const { return count; }
  constexpr bool empty() const { return count == 0; }
  static constexpr std::size_t capacity() { return Capacity; }
  constexpr bool distinct() const {  // no value twice
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (values[i] == values[j]) return false;
    return true;
  }
  constexpr bool push_back(const T& x) {  // false when full
    if (count == Capacity) return false;
    values[count++] = x;
    return true;
  }
  constexpr bool operator==(const short_list&) const requires std::equality_comparable<T>
  = default;
};

}  // namespace lengthwise
