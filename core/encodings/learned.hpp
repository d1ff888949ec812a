// A learned vector for each position, added to the token embedding (Gehring et al., 2017, arXiv 1705.03122; GPT-2).
// It has no meaning beyond its table: longer windows are out of its domain.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct learned : encoding_defaults {
  int length = 0;  // 0: the training length

  static constexpr hook hooks = hook::input_row;
  static constexpr card about{"learned positions", "x_p = token_p + table[p]", "arXiv 1705.03122",
                              "out of domain beyond its table"};
  static constexpr property claims = property::unique_code | property::bounded | property::finite_domain;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::bit_for_bit, {}, {{"table", "0", zero}}}};
  }
  static constexpr bool one_for_all_layers = true;
  static constexpr auto fields() {
    return std::tuple(field{"length", &learned::length, "rows of the table; 0 means train.length", 0.0, 1e6});
  }
  constexpr int domain(const model_extents& x) const { return length == 0 ? x.train_length : length; }
  constexpr config_problem problem(const model_extents& x) const {
    if (domain(x) >= x.train_length) return {};
    return {"encoding.length is shorter than train.length", "encoding.length", "train.length"};
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{shared_by_heads("table", normal(0, 0.02), x.width, domain(x))};
  }

  constexpr int input_row(position p) const { return static_cast<int>(p.value); }
};

}  // namespace lengthwise::encodings
