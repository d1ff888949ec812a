// NTK-aware scaling by the length that is read (emozilla, 2023; Peng et al., arXiv 2309.00071, section 3.3). Nothing is
// kept between readings.
#pragma once
#include "core/views/ntk.hpp"

namespace lengthwise::views {

struct dynamic_ntk : view_defaults {
  enum class dialect { plain, hf };
  dialect scale = dialect::plain;
  double alpha = 1;

  static constexpr view_changes changes = view_changes::frequencies;
  static constexpr card about{
      "dynamic NTK scaling", "ntk with s = max(1, T / L); dialect hf: alpha T / L - (alpha - 1)",
      "arXiv 2309.00071, section 3.3",
      "dialect `hf` is that of Hugging Face's transformers, whose alpha is called factor there"};
  static constexpr auto fields() {
    return std::tuple(field{"dialect", &dynamic_ntk::scale, "how s follows from the length"},
                      field{"alpha", &dynamic_ntk::alpha, "of dialect hf", 1.0, 1e6});
  }
  constexpr double scale_of(const reading_extents& x) const {
    return scale == dialect::plain || x.time <= x.trained ? x.stretch() : alpha * x.stretch() - (alpha - 1);
  }
  constexpr double frequency(const reading_extents& x, std::span<const double> trained, plane t, position) const {
    return ntk::of_larger_base(trained, t.index, scale_of(x));
  }
};
constexpr auto names_of(dynamic_ntk::dialect) { return std::array<std::string_view, 2>{"plain", "hf"}; }
static_assert(dynamic_ntk{}.scale_of({512, 128}) == 4 && dynamic_ntk{}.scale_of({64, 128}) == 1);
static_assert(dynamic_ntk{{}, dynamic_ntk::dialect::hf, 2}.scale_of({512, 128}) == 7);

}  // namespace lengthwise::views
