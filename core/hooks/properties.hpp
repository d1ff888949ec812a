// Properties that a good positional encoding is said to have. An encoding claims those that it has; the build checks
// every claim (core/hooks/property_checks.hpp), so an encoding that claims wrongly does not compile.
#pragma once
#include <array>
#include <string_view>

namespace lengthwise {

enum class property : unsigned {
  none = 0,
  unique_code = 1,
  relative = 2,
  bounded = 4,
  decays = 8,
  shift_invariant = 16,
  finite_domain = 32
};
constexpr property operator|(property a, property b) {
  return static_cast<property>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(property set, property one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

struct property_words {
  property what;
  std::string_view name, meaning;
};
inline constexpr std::array<property_words, 6> all_properties{{
    {property::unique_code, "unique_code", "a unique code for every position"},
    {property::relative, "relative", "differences between positions that do not depend on where they stand"},
    {property::bounded, "bounded", "bounded values"},
    {property::decays, "decays", "long-range decay"},
    {property::shift_invariant, "shift_invariant", "attention logits unchanged when all positions shift"},
    {property::finite_domain, "finite_domain", "a finite domain"},
}};

// One property of one encoding, for its card. Claims are made, and checked, for the default hyper-parameters.
struct property_claim {
  property_words words;
  bool claimed = false;
  std::string_view known;  // how it is known; "" unless claimed
};

}  // namespace lengthwise
