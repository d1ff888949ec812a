// expect: the encoding claims property::unique_code, which does not hold: two positions have the same code
#include "core/encodings/t5_bias.hpp"
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct boastful : encodings::t5_bias {
#ifndef CORRECT
  static constexpr property claims = encodings::t5_bias::claims | property::unique_code;
#endif
};
static_assert(sound_encoding<boastful>());
