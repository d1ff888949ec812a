// Relative position representations: a learned key and value for each clipped distance (Shaw et al., 2018,
// arXiv 1803.02155, equations 3 and 4; the causal half).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct shaw : encoding_defaults {
  int clip = 16;
  bool use_values = true;

  static constexpr hook hooks = hook::relative_row;
  static constexpr card about{
      "relative position representations",
      "e = q_i.(k_j + keys[min(n, clip)]) / sqrt(d); output_i += sum_j p_ij values[min(n, clip)]",
      "arXiv 1803.02155, equations 3 and 4"};
  static constexpr property claims = property::relative | property::bounded | property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::bit_for_bit, {}, {{"keys", "0", zero}, {"values", "0", zero}}},
                      reduction{"none", equality::bit_for_bit, {{"use_values", false}}, {{"keys", "0", zero}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"clip", &shaw::clip, "distances from here on share one row (the paper's k)", 1.0, 65536.0},
                      field{"use_values", &shaw::use_values, "whether values have relative rows too"});
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    short_list<parameter, 2> list{shared_by_heads("keys", normal(0, 0.02), x.head_width(), clip + 1)};
    if (use_values) list.push_back(shared_by_heads("values", normal(0, 0.02), x.head_width(), clip + 1));
    return list;
  }
  constexpr bool relative_values() const { return use_values; }

  constexpr int relative_row(distance n) const { return n.value < clip ? static_cast<int>(n.value) : clip; }
};

}  // namespace lengthwise::encodings
