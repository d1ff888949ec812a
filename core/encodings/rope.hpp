// RoPE: queries and keys turn by an angle proportional to their position, so that products see the distance only
// (Su et al., 2021, arXiv 2104.09864, section 3.2).
#pragma once
#include "core/hooks/encoding_defaults.hpp"
#include "core/hooks/planes_of.hpp"

namespace lengthwise::encodings {

struct rope : encoding_defaults {
  double base = 10000;
  lengthwise::layout layout = lengthwise::layout::interleaved;
  double fraction = 1;

  static constexpr hook hooks = hook::angle;
  static constexpr card about{
      "rotary position embedding",
      "pair t of q turns by i theta_t, of k by j theta_t, theta_t = base^(-2t/r), r = 2 floor(fraction d/2)",
      "arXiv 2104.09864, section 3.2", "layout `interleaved` pairs channels (2t, 2t+1), `half_split` (t, t + r/2)"};
  static constexpr property claims =
      property::unique_code | property::relative | property::bounded | property::decays | property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::bit_for_bit, {{"fraction", 0.0}}},
                      reduction{"rope",
                                equality::up_to_rounding,
                                {{"layout", "half_split"}},
                                {},
                                "",
                                any_length,
                                channel_order::halves_interleaved}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"base", &rope::base, "the slowest plane turns at about 1/base", 1.0, 1e12},
                      field{"layout", &rope::layout, "which channels pair up"},
                      field{"fraction", &rope::fraction, "share of a head's channels that turn", 0.0, 1.0});
  }
  constexpr config_problem problem(const model_extents& x) const {
    if (x.head_width() % 2 == 0) return {};
    return {"rope needs an even head width (model.width / model.heads)", "model.width", "model.heads"};
  }
  constexpr rotation_shape rotation(int head_width) const {
    const int planes = planes_of(fraction, head_width);
    return {planes, 2 * planes, layout};
  }

  template <class S>
  constexpr S angle(const parameters<S>&, head, plane t, position i) const {
    return S(i.value * math::exp(-math::log(base) * t.index / rotation(2 * t.count).planes));
  }
};

}  // namespace lengthwise::encodings
