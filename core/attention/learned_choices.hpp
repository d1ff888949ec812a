// What the choices of attention learn in a layer: two blocks of parameters, of the row's scale and of the sink.
#pragma once
#include <array>
#include <vector>

#include "core/attention/attention_config.hpp"
#include "core/hooks/parameter.hpp"

namespace lengthwise {

inline std::array<std::vector<parameter>, 2> learned_choices(const attention_config& of_layer) {
  std::array<std::vector<parameter>, 2> blocks;
  if (attention_config::of(of_layer.scale, 0, row_scale::constant) == row_scale::ssmax) {
    blocks[0].push_back(per_head("s", constant(of_layer.scale_start)));
    if (of_layer.scale_bias) blocks[0].push_back(per_head("b", constant(0)));
  }
  if (of_layer.sink == sink_kind::learned) blocks[1].push_back(per_head("sink", constant(0)));
  return blocks;
}

}  // namespace lengthwise
