// The mixer of each kind of attention, and what goes with it.
#pragma once
#include "core/attention/encoding.hpp"
#include "core/mixers/mixer.hpp"

namespace lengthwise {

const mixer& mixer_of(const attention_tables&);
// "" or why this encoding, or this reading of a text, is not for attention of this kind.
config_problem mixer_problem(const attention_config&, const encoding&);
inline bool needs_all_keys(mixer_kind kind, const encoding& e) {
  return kind == mixer_kind::linear || any_of(e.hooks(), hook::mix);
}
std::string_view reading_problem(mixer_kind, const encoding&, const attention_places&);

}  // namespace lengthwise
