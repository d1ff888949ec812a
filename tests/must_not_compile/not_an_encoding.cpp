// expect: positional_encoding|hooks_are_those_declared
// What the generated translation units would meet if they did not ask sound_encoding() first: the concept by its name.
#include "core/attention/encoding_of.hpp"
using namespace lengthwise;

struct penalty : encoding_defaults {
  static constexpr card about{"penalty", "e -= n", "made up"};
#ifdef CORRECT
  static constexpr hook hooks = hook::bias;
#else
  static constexpr hook hooks = hook::bias_at;
#endif
  template <class S>
  constexpr S bias(const parameters<S>&, head, distance n) const {
    return S(-n.value);
  }
};
using run_time_face = encoding_of<penalty>;
const std::size_t size = sizeof(run_time_face);
