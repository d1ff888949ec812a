// expect: the encoding declares hook::bias but has no `S bias\(parameters<S>, head, distance\)`: is the function
// misspelt
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct penalty : encoding_defaults {
  static constexpr hook hooks = hook::bias;
#ifdef CORRECT
  template <class S>
  constexpr S bias(const parameters<S>&, head, distance n) const {
    return S(-n.value);
  }
#else
  template <class S>
  constexpr S bais(const parameters<S>&, head, distance n) const {
    return S(-n.value);
  }
#endif
};
static_assert(sound_encoding<penalty>());
