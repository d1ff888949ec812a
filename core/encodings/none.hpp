// No positional encoding: the causal mask alone tells tokens apart (Haviv et al., 2022, arXiv 2203.16634;
// Kazemnejad et al., 2023, arXiv 2305.19466).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct none : encoding_defaults {
  static constexpr hook hooks = hook::none;
  static constexpr card about{"no encoding (NoPE)", "e_ij = q_i.k_j / sqrt(d)", "arXiv 2203.16634, 2305.19466"};
  static constexpr property claims = property::shift_invariant;
};

}  // namespace lengthwise::encodings
