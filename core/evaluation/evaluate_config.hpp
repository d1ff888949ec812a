// The [evaluate] section.
#pragma once
#include <string>

#include "core/config/field.hpp"
#include "core/config/list.hpp"
#include "core/text/windows.hpp"

namespace lengthwise {

constexpr auto names_of(protocol) {
  return std::array<std::string_view, 4>{"non_overlapping", "sliding", "fixed_targets", "task"};
}

struct evaluate_config {
  short_list<int, 32> lengths{128, 256, 512, 1024, 2048};
  short_list<protocol, 4> protocols{protocol::non_overlapping, protocol::sliding, protocol::fixed_targets};
  int stride = 64;
  int targets = 65536;
  short_list<std::string, 32> views{"raw"};
  bool attention = false;

  static constexpr auto fields() {
    using c = evaluate_config;
    return std::tuple(
        field{"lengths", &c::lengths, "window lengths in bytes; of a task, lengths of items", 2.0, 16777216.0},
        field{"protocols", &c::protocols,
              "how targets are chosen at each length; task for items of one, and nothing else"},
        field{"stride", &c::stride, "targets scored at the end of each window by sliding and fixed_targets", 1.0,
              16777216.0},
        field{"targets", &c::targets, "target bytes scored at each length", 1.0, 2147483647.0},
        field{"views", &c::views, "ways to read each window (lengthwise list views), joined by +"}.later(),
        field{"attention", &c::attention,
              "whether what attention did is recorded: entropy, keys in effect, weights, distances, logits by layer "
              "and head"}
            .later());
  }
  constexpr config_problem problem() const {
    if (lengths.empty()) return {"evaluate.lengths must name at least one length", "evaluate.lengths"};
    if (protocols.empty()) return {"evaluate.protocols must name at least one protocol", "evaluate.protocols"};
    if (views.empty()) return {"evaluate.views must name at least one view", "evaluate.views"};
    if (!views.distinct()) return {"evaluate.views must not name a view twice", "evaluate.views"};
    if (!lengths.distinct()) return {"evaluate.lengths must not name a length twice", "evaluate.lengths"};
    if (!protocols.distinct()) return {"evaluate.protocols must not name a protocol twice", "evaluate.protocols"};
    for (const int length : lengths)
      if (stride > length)
        return {"evaluate.stride must not be longer than any of evaluate.lengths", "evaluate.stride",
                "evaluate.lengths"};
    return {};
  }
};
#if !defined(__clang__)  // clang++ 14 has no constant expressions with libstdc++'s strings
static_assert([] {
  const evaluate_config c;
  return c.problem().empty();
}());
#endif

}  // namespace lengthwise
