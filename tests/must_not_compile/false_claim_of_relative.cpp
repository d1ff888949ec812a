// expect: the encoding claims property::relative, which does not hold: what it says of two positions depends on where
// they stand
#include "core/encodings/fire.hpp"
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct boastful : encodings::fire {
#ifndef CORRECT
  static constexpr property claims = encodings::fire::claims | property::relative;
#endif
};
static_assert(sound_encoding<boastful>());
