#include "core/mixers/mixers.hpp"

#include <algorithm>

#include "core/mixers/linear_attention.hpp"
#include "core/mixers/mixed_heads_attention.hpp"
#include "core/mixers/softmax_attention.hpp"
#include "core/mixers/stick_breaking_attention.hpp"

namespace lengthwise {

const mixer& mixer_of(const attention_tables& t) {
  static const softmax_attention softmax;
  static const mixed_heads_attention mixed_heads;
  static const linear_attention linear;
  static const stick_breaking_attention stick_breaking;
  switch (t.choices().kind) {
    case mixer_kind::linear: return linear;
    case mixer_kind::stick_breaking: return stick_breaking;
    case mixer_kind::softmax: break;
  }
  if (t.mix() != nullptr) return mixed_heads;
  return softmax;
}

config_problem mixer_problem(const attention_config& c, const encoding& e) {
  constexpr auto turning = static_cast<unsigned>(hook::input | hook::input_row | hook::angle | hook::stretch);
  if (c.kind == mixer_kind::linear && (static_cast<unsigned>(e.hooks()) & ~turning) != 0)
    return {"linear attention has no logits: it takes encodings of the input and rotations", "attention.kind",
            "encoding.type"};
  if (!any_of(e.hooks(), hook::mix)) return {};
  if (c.kind != mixer_kind::softmax)
    return {"what mixes the logits of heads needs a softmax", "attention.kind", "encoding.type"};
  for (const row_scale s : c.scale)
    if (s == row_scale::ssmax)
      return {"what mixes the logits of heads takes no scale that is learned", "attention.scale", "encoding.type"};
  if (!c.head_windows.empty())
    return {"what mixes the logits of heads takes no windows of single heads", "attention.head_windows",
            "encoding.type"};
  return {};
}

std::string_view reading_problem(mixer_kind kind, const encoding& e, const attention_places& places) {
  const bool mixes = any_of(e.hooks(), hook::mix);
  if (!needs_all_keys(kind, e)) return "";
  const attention_zone& first = places.zones.front();
  const bool in_order = places.zones.size() == 1 && first.keys->tokens.empty();
  if (mixes)
    return in_order ? "" : "what mixes the logits of heads reads all keys in one way: no view may tell pairs apart";
  if (in_order && places.factors.empty() && std::ranges::all_of(first.begin, [](int begin) { return begin == 0; }))
    return "";
  return "linear attention sums over all keys and has no logits: no view may leave keys out, tell pairs apart or scale";
}

}  // namespace lengthwise
