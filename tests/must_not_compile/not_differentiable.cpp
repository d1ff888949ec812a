// expect: a hook with learned parameters must also take dual numbers
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct penalty : encoding_defaults {
  static constexpr hook hooks = hook::bias;
  template <class S>
  struct parameters {
    S rate;
  };
  constexpr auto learned_parameters(const model_extents&) const { return std::array{per_head("rate", uniform(0, 1))}; }
#ifdef CORRECT
  template <class S>
#else
  template <std::same_as<double> S>
#endif
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    return -p.rate * S(n.value);
  }
};
static_assert(sound_encoding<penalty>());
