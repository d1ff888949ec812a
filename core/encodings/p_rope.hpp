// p-RoPE: RoPE that turns only the highest frequencies; the slow planes carry no position (Barbero et al., 2025,
// arXiv 2410.06205, section 6).
#pragma once
#include "core/hooks/encoding_defaults.hpp"
#include "core/hooks/planes_of.hpp"

namespace lengthwise::encodings {

struct p_rope : encoding_defaults {
  double base = 10000;
  double p = 0.75;
  lengthwise::layout layout = lengthwise::layout::interleaved;

  static constexpr hook hooks = hook::angle;
  static constexpr card about{"p-RoPE",
                              "as rope, but only the floor(p d/2) fastest planes turn; theta_t = base^(-2t/d)",
                              "arXiv 2410.06205, section 6"};
  static constexpr property claims =
      property::unique_code | property::relative | property::bounded | property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"rope", equality::bit_for_bit, {{"p", 1.0}}},
                      reduction{"none", equality::bit_for_bit, {{"p", 0.0}}},
                      reduction{"p_rope",
                                equality::up_to_rounding,
                                {{"layout", "half_split"}},
                                {},
                                "",
                                any_length,
                                channel_order::halves_interleaved}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"base", &p_rope::base, "as for rope", 1.0, 1e12},
                      field{"p", &p_rope::p, "share of the planes that turn, fastest first", 0.0, 1.0},
                      field{"layout", &p_rope::layout, "which channels pair up"});
  }
  constexpr config_problem problem(const model_extents& x) const {
    if (x.head_width() % 2 == 0) return {};
    return {"p_rope needs an even head width (model.width / model.heads)", "model.width", "model.heads"};
  }
  constexpr rotation_shape rotation(int head_width) const {
    return {planes_of(p, head_width), head_width / 2 * 2, layout};
  }

  template <class S>
  constexpr S angle(const parameters<S>&, head, plane t, position i) const {
    return S(i.value * math::exp(-math::log(base) * t.index / t.count));
  }
};

}  // namespace lengthwise::encodings
