// expect: the numbers that learned_parameters\(\) declares are not those of `struct parameters`
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct penalty : encoding_defaults {
  template <class S>
  struct parameters {
    S slope, offset;
  };
  static constexpr hook hooks = hook::bias;
  constexpr auto learned_parameters(const model_extents&) const {
#ifdef CORRECT
    return std::array{per_head("slope", uniform(0, 1)), per_head("offset", uniform(0, 1))};
#else
    return std::array{per_head("slope", uniform(0, 1))};
#endif
  }
  template <class S>
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    return -p.slope * S(n.value) - p.offset;
  }
};
static_assert(sound_encoding<penalty>());
