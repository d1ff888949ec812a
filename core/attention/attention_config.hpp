// The [attention] section: what is chosen beside the encoding.
#pragma once
#include "core/config/field.hpp"

namespace lengthwise {

struct attention_config {
  bool query_key_norm = false;
  double query_key_gain = 1.2;

  static constexpr auto fields() {
    using c = attention_config;
    return std::tuple(
        field{"query_key_norm", &c::query_key_norm,
              "whether queries and keys of each head are divided by their root mean square"}
            .later(),
        field{"query_key_gain", &c::query_key_gain, "what both are multiplied by then", 1e-6, 1e6}.later());
  }
  constexpr config_problem problem() const { return {}; }
};

}  // namespace lengthwise
