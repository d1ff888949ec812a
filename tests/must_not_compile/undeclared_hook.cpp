// expect: the encoding has `S bias\(parameters<S>, head, distance\)` but does not declare hook::bias
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct penalty : encoding_defaults {
#ifdef CORRECT
  static constexpr hook hooks = hook::bias;
#else
  static constexpr hook hooks = hook::none;
#endif
  template <class S>
  constexpr S bias(const parameters<S>&, head, distance n) const {
    return S(-n.value);
  }
};
static_assert(sound_encoding<penalty>());
