// expect: the encoding claims property::shift_invariant, which does not hold: logits change when all positions shift
#include "core/encodings/sinusoidal.hpp"
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct boastful : encodings::sinusoidal {
#ifndef CORRECT
  static constexpr property claims = encodings::sinusoidal::claims | property::shift_invariant;
#endif
};
static_assert(sound_encoding<boastful>());
