// The [recall] section.
#pragma once
#include <cstdint>

#include "core/config/field.hpp"
#include "core/math/scalar.hpp"

namespace lengthwise {

enum class recall_training : std::uint8_t { answers, everything };
constexpr auto names_of(recall_training) { return std::array<std::string_view, 2>{"answers", "everything"}; }

struct recall_config {
  int alphabet = 16, keys = 30, key = 1, value = 1, farthest = 64;
  recall_training train_on = recall_training::answers;

  static constexpr auto fields() {
    using c = recall_config;
    return std::tuple(
        field{"alphabet", &c::alphabet, "symbols that a value is written in", 2.0, 26.0},
        field{"keys", &c::keys, "symbols that a key is written in", 2.0, 36.0},
        field{"key", &c::key, "symbols of a key", 1.0, 4.0}, field{"value", &c::value, "symbols of a value", 1.0, 8.0},
        field{"farthest", &c::farthest, "records from a definition to its query, at most, but for queries in the way",
              1.0, 100000.0},
        field{"train_on", &c::train_on, "which targets are trained on: values of queries alone, or every symbol"});
  }
  // Symbols of a record.
  constexpr int record() const { return 1 + key + value; }
  constexpr std::uint64_t different_keys() const { return power(keys, key); }
  constexpr std::uint64_t different_values() const { return power(alphabet, value); }
  constexpr config_problem problem() const {
    // Half of the records are definitions, so that about half of this many wait for their query.
    if (static_cast<double>(different_keys()) * math::log(farthest + 1.0) < farthest)
      return {
          "recall.keys to the power of recall.key must be more: the definitions that wait for their query all have "
          "different keys, and recall.farthest leaves too many waiting",
          "recall.keys", "recall.farthest"};
    return {};
  }

 private:
  static constexpr std::uint64_t power(int base, int exponent) {
    std::uint64_t product = 1;
    for (int i = 0; i < exponent; ++i) product *= static_cast<std::uint64_t>(base);
    return product;
  }
};
static_assert(recall_config{}.problem().empty());

}  // namespace lengthwise
