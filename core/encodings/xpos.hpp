// xPos: RoPE with a stretch that makes products decay with the distance (Sun et al., 2023, arXiv 2212.10554, section
// 3). The scale_base that the paper's algorithm 1 omits is that of the authors' code: without it the stretch
// underflows.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct xpos : encoding_defaults {
  double base = 10000, scale_base = 512, gamma = 0.4;

  static constexpr hook hooks = hook::angle | hook::stretch;
  static constexpr card about{
      "xPos",
      "as rope, and pair t of q times zeta_t^(i/scale_base), of k times zeta_t^(-j/scale_base), "
      "zeta_t = (2t/d + gamma) / (1 + gamma)",
      "arXiv 2212.10554, section 3"};
  static constexpr property claims =
      property::unique_code | property::relative | property::decays | property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"rope", equality::bit_for_bit, {{"gamma", 1e300}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"base", &xpos::base, "as for rope", 1.0, 1e12},
                      field{"scale_base", &xpos::scale_base, "distance over which the stretch acts", 1.0, 1e12},
                      field{"gamma", &xpos::gamma, "the slower the decay the larger", 1e-6, 1e300});
  }
  constexpr config_problem problem(const model_extents& x) const {
    if (x.head_width() % 2 == 0) return {};
    return {"xpos needs an even head width (model.width / model.heads)", "model.width", "model.heads"};
  }
  constexpr rotation_shape rotation(int head_width) const {
    return {head_width / 2, head_width / 2 * 2, layout::interleaved};
  }

  template <class S>
  constexpr S angle(const parameters<S>&, head, plane t, position i) const {
    return S(i.value * math::exp(-math::log(base) * t.index / t.count));
  }
  template <class S>
  constexpr S stretch(head, plane t, position i) const {
    const double zeta = (static_cast<double>(t.index) / t.count + gamma) / (1 + gamma);
    return S(math::exp(math::log(zeta) * i.value / scale_base));
  }
};

}  // namespace lengthwise::encodings
