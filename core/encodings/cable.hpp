// CABLE: a learned, data-dependent penalty, summed between key and query (Veisi et al., 2025, arXiv 2503.08067, section
// 3). A gate whose logit is the negative of forgetting attention's.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

enum class cable_scaling { scaled, unscaled };
constexpr auto names_of(cable_scaling) { return std::array<std::string_view, 2>{"scaled", "unscaled"}; }

struct cable : encoding_defaults {
  cable_scaling scaling = cable_scaling::scaled;

  static constexpr hook hooks = hook::gate;
  struct gate {
    static constexpr double sign = -1;
  };
  static constexpr card about{"CABLE", "e += -sum over l = j+1..i of softplus(a_l), a_l = weight_h.x_l + bias_h",
                              "arXiv 2503.08067, section 3",
                              "scaling `unscaled` (the authors' code) does not divide q.k by sqrt(d); each step starts "
                              "at about ln 2, a horizon "
                              "of one or two tokens"};
  static constexpr property claims = property::decays | property::shift_invariant;
  static constexpr auto reductions() {
    const auto slope = [](head h, int) { return math::log(math::exp(math::exp2(-8.0 * (h.index + 1) / h.count)) - 1); };
    const auto shut = [](head, int) { return -50.0; };  // softplus(-50) rounds to 0
    return std::array{reduction{"alibi",
                                equality::up_to_rounding,
                                {},
                                {{"weight", "0", zero}, {"bias", "ln(e^m - 1), m = 2^(-8h/H)", slope}},
                                "heads a power of two"},
                      reduction{"none", equality::bit_for_bit, {}, {{"weight", "0", zero}, {"bias", "-50", shut}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"scaling", &cable::scaling, "whether q.k is divided by sqrt(d)"});
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    parameter weight = per_head("weight", normal(0, 0.02), x.width);
    weight.decays = true;
    return std::array{weight, per_head("bias", constant(0))};
  }
  constexpr double logit_scale(int head_width) const {
    return scaling == cable_scaling::unscaled ? 1 : encoding_defaults::logit_scale(head_width);
  }
};

}  // namespace lengthwise::encodings
