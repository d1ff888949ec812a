// expect: the encoding claims property::decays, which does not hold: what it adds does not fall with the distance
#include "core/encodings/shaw.hpp"
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct boastful : encodings::shaw {
#ifndef CORRECT
  static constexpr property claims = encodings::shaw::claims | property::decays;
#endif
};
static_assert(sound_encoding<boastful>());
