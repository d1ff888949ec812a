// expect: the encoding claims property::decays, which does not hold: what it adds does not fall with the distance
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct reward : encoding_defaults {
  static constexpr hook hooks = hook::bias;
  static constexpr property claims = property::decays;
#ifdef CORRECT
  static constexpr double sign = -1;
#else
  static constexpr double sign = 1;
#endif
  template <class S>
  constexpr S bias(const parameters<S>&, head h, distance n) const {
    return S(sign * n.value / (h.index + 1));
  }
};
static_assert(sound_encoding<reward>());
