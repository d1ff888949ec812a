// The scaling of Llama 3.1 (Llama Team, 2024, arXiv 2407.21783; its published code): by wavelength.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct llama3 : view_defaults {
  double factor_given = 0, low = 1, high = 4;

  static constexpr view_changes changes = view_changes::frequencies;
  static constexpr card about{"Llama 3.1 scaling",
                              "theta of a wavelength below L / high stays, above L / low it is divided by s, between "
                              "them the two blend linearly in L / wavelength",
                              "the code of Llama 3.1 (arXiv 2407.21783)"};
  static constexpr auto fields() {
    return std::tuple(
        field{"factor", &llama3::factor_given, "s; 0: evaluated over trained length", 0.0, 1e6},
        field{"low_frequency_factor", &llama3::low, "turns within L below which a plane is slowed", 1e-3, 1e6},
        field{"high_frequency_factor", &llama3::high, "turns within L above which it stays", 1e-3, 1e6});
  }
  constexpr config_problem problem(const reading_extents&) const {
    if (low < high) return {};
    return {"view.llama3.low_frequency_factor must be less than high_frequency_factor",
            "view.llama3.low_frequency_factor", "view.llama3.high_frequency_factor"};
  }
  constexpr double frequency(const reading_extents& x, std::span<const double> trained, plane t, position) const {
    const double theta = trained[static_cast<std::size_t>(t.index)], slow = theta / given_or(factor_given, x.stretch());
    const double turns = x.trained * theta / (2 * 3.14159265358979323846);
    return slow + std::min(1.0, std::max(0.0, (turns - low) / (high - low))) * (theta - slow);
  }
};

}  // namespace lengthwise::views
