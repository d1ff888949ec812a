// expect: distance
#include "core/hooks/position.hpp"
using namespace lengthwise;

constexpr double place(position p) { return p.value; }
#ifdef CORRECT
static_assert(place(position{3}) == 3);
#else
static_assert(place(position{3} - position{0}) == 3);
#endif
