// expect: the encoding claims property::bounded, which does not hold: its values grow with the position
#include "core/encodings/alibi.hpp"
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct boastful : encodings::alibi {
#ifndef CORRECT
  static constexpr property claims = encodings::alibi::claims | property::bounded;
#endif
};
static_assert(sound_encoding<boastful>());
