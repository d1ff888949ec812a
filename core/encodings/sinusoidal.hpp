// Sinusoids added to the token embedding (Vaswani et al., 2017, arXiv 1706.03762, section 3.5).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

enum class sinusoid_layout { interleaved, concatenated };
constexpr auto names_of(sinusoid_layout) { return std::array<std::string_view, 2>{"interleaved", "concatenated"}; }

struct sinusoidal : encoding_defaults {
  double base = 10000;
  sinusoid_layout layout = sinusoid_layout::interleaved;

  static constexpr hook hooks = hook::input;
  static constexpr card about{
      "sinusoids", "PE[p, 2t] = sin(p / base^(2t/C)), PE[p, 2t+1] = cos(same); token embedding times sqrt(C)",
      "arXiv 1706.03762, section 3.5", "layout `concatenated` puts all sines before all cosines"};
  static constexpr property claims = property::unique_code | property::relative | property::bounded | property::decays;
  static constexpr auto fields() {
    return std::tuple(field{"base", &sinusoidal::base, "wavelengths run from 2 pi to 2 pi base", 1.0, 1e12},
                      field{"layout", &sinusoidal::layout, "order of sines and cosines"});
  }
  constexpr config_problem problem(const model_extents& x) const {
    if (x.width % 2 == 0) return {};
    return {"sinusoidal needs an even model.width", "model.width"};
  }
  constexpr double embedding_scale(int width) const { return math::sqrt(static_cast<double>(width)); }

  template <class S>
  constexpr S input(const parameters<S>&, channel c, position p) const {
    const int half = c.count / 2;
    const bool apart = layout == sinusoid_layout::concatenated;
    const int t = apart ? c.index % half : c.index / 2;
    const bool sine = apart ? c.index < half : c.index % 2 == 0;
    const double angle = p.value * math::exp(-math::log(base) * t / half);
    return S(sine ? math::sin(angle) : math::cos(angle));
  }
};

}  // namespace lengthwise::encodings
