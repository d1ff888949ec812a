// What an encoding reduces to: the values of its hyper-parameters and learned parameters that make it another encoding.
// Declared in the encoding's header; the tests run whole attention of both, forward and backward (tests/mixers).
#pragma once
#include <string_view>
#include <variant>

#include "core/config/list.hpp"
#include "core/hooks/position.hpp"

namespace lengthwise {

// A hyper-parameter's value, of a literal type.
struct option_value {
  std::string_view key;
  std::variant<bool, int, double, std::string_view> value;
  constexpr bool operator==(const option_value&) const = default;
};
// A learned parameter's values: element `index` of a head's block (or of the shared one), in words and as a function.
struct parameter_values {
  std::string_view name, words;
  double (*at)(head, int index) = nullptr;
  constexpr bool operator==(const parameter_values&) const = default;
};

// Bit for bit: every number of the output and of the gradients of queries, keys and values is equal. Up to rounding:
// they are equal in exact arithmetic, and the relative difference stays below the tolerance of the tests (1e-5 in
// float, 1e-11 in double).
enum class equality { bit_for_bit, up_to_rounding };
// The other encoding may see the channels of queries and keys in another order: the first half's channel t where the
// reduced one has channel 2t, and the second half's where it has 2t + 1.
enum class channel_order { same, halves_interleaved };

inline constexpr int any_length = 1 << 30;
struct reduction {
  std::string_view to;
  equality how = equality::bit_for_bit;
  short_list<option_value, 4> options = {};
  short_list<parameter_values, 6> values = {};
  std::string_view where = "";  // a condition on the model, in words; the tests' model meets it
  int length = any_length;      // up to this many positions
  channel_order order = channel_order::same;
};

constexpr double zero(head, int) { return 0; }
constexpr double one(head, int) { return 1; }

}  // namespace lengthwise
