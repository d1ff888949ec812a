// expect: the encoding claims property::finite_domain, which does not hold: its domain\(\) is without end
#include "core/encodings/rope.hpp"
#include "core/hooks/sound_encoding.hpp"
using namespace lengthwise;

struct boastful : encodings::rope {
#ifndef CORRECT
  static constexpr property claims = encodings::rope::claims | property::finite_domain;
#endif
};
static_assert(sound_encoding<boastful>());
