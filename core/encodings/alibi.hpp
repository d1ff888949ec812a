// ALiBi: a fixed penalty, linear in the distance, with a slope for each head (Press et al., 2022, arXiv 2108.12409).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

enum class slope_rule { official, geometric };
constexpr auto names_of(slope_rule) { return std::array<std::string_view, 2>{"official", "geometric"}; }

struct alibi : encoding_defaults {
  slope_rule slopes = slope_rule::official;

  static constexpr hook hooks = hook::bias;
  static constexpr card about{
      "attention with linear biases", "e += -m_h n, m_h = 2^(-8h/H)", "arXiv 2108.12409, section 3",
      "for H no power of two, slopes `official` (the authors' code) takes those of the power of two "
      "below, then every other one of the power above; `geometric` is the series of the text"};
  static constexpr property claims =
      property::unique_code | property::relative | property::decays | property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"alibi", equality::bit_for_bit, {{"slopes", "geometric"}}, {}, "heads a power of two"}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"slopes", &alibi::slopes, "the rule for a number of heads that is no power of two"});
  }

  constexpr double slope(head h) const {
    const int below = static_cast<int>(std::bit_floor(static_cast<unsigned>(h.count)));
    if (slopes == slope_rule::geometric) return math::exp2(-8.0 * (h.index + 1) / h.count);
    return h.index < below ? math::exp2(-8.0 * (h.index + 1) / below)
                           : math::exp2(-8.0 * (2 * (h.index - below) + 1) / (2 * below));
  }
  template <class S>
  constexpr S bias(const parameters<S>&, head h, distance n) const {
    return S(-slope(h) * n.value);
  }
};

}  // namespace lengthwise::encodings
