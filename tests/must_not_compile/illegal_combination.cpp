// expect: illegal combination of hooks: two of them act on one place
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct two_biases : encoding_defaults {
  template <class S>
  constexpr S bias(const parameters<S>&, head, distance n) const {
    return S(-n.value);
  }
#ifdef CORRECT
  static constexpr hook hooks = hook::bias;
#else
  static constexpr hook hooks = hook::bias | hook::bucket;
  constexpr int bucket(distance n) const { return n.value < 8 ? static_cast<int>(n.value) : 8; }
#endif
};
static_assert(sound_encoding<two_biases>());
