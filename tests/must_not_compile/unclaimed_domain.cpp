// expect: the encoding has a finite domain\(\) and must claim property::finite_domain
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct short_sighted : encoding_defaults {
  static constexpr hook hooks = hook::none;
#ifdef CORRECT
  static constexpr property claims = property::finite_domain;
#endif
  constexpr int domain(const model_extents& x) const { return x.train_length; }
};
static_assert(sound_encoding<short_sighted>());
