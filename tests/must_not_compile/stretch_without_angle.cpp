// expect: illegal combination of hooks: .* a stretch stands without an angle
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct stretched : encoding_defaults {
  template <class S>
  constexpr S stretch(head, plane, position i) const {
    return S(math::exp(-i.value));
  }
#ifdef CORRECT
  static constexpr hook hooks = hook::angle | hook::stretch;
  constexpr rotation_shape rotation(int head_width) const { return {head_width / 2, head_width}; }
  template <class S>
  constexpr S angle(const parameters<S>&, head, plane, position i) const {
    return S(i.value);
  }
#else
  static constexpr hook hooks = hook::stretch;
#endif
};
static_assert(sound_encoding<stretched>());
