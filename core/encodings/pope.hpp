// PoPE: queries and keys as magnitudes at angles, so that what is sought and where it stands do not mix (Gopalakrishnan
// et al., 2025, arXiv 2509.10534).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct pope : encoding_defaults {
  double base = 10000;

  static constexpr hook hooks = hook::polar;
  static constexpr card about{
      "polar coordinate position embedding",
      "e = sum over channels c of softplus(q_c) softplus(k_c) cos((j - i) theta_c + delta_hc) / sqrt(d), theta_c = "
      "base^(-c/d)",
      "arXiv 2509.10534", "delta is projected onto [-2 pi, 0]; products cost twice those of rope"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto fields() {
    return std::tuple(field{"base", &pope::base, "the slowest channel turns at about 1/base", 1.0, 1e12});
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{per_head("bias", uniform(-2 * std::numbers::pi, 0), x.head_width())};
  }

  constexpr double polar_angle(channel c, position i) const {
    return i.value * math::exp(-math::log(base) * c.index / c.count);
  }
  template <class S>
  constexpr S magnitude(const S& x) const {
    using math::softplus;
    return softplus(x);
  }
  template <class S>
  constexpr S phase(const S& delta) const {
    using math::projected;
    return projected(delta, -2 * std::numbers::pi, 0);
  }
};

}  // namespace lengthwise::encodings
