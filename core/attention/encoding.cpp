#include "core/attention/encoding.hpp"

#include <limits>

#include "core/attention/learned_choices.hpp"
#include "core/terms/row_scale.hpp"

namespace lengthwise {
namespace {

std::size_t count_of(std::span<const parameter> learned, int heads) {
  std::size_t count = 0;
  for (const parameter& p : learned) count += p.count(heads);
  return count;
}

}  // namespace

std::size_t encoding::parameter_count(const model_extents& x) const { return count_of(learned(x), x.heads); }

attention_tables encoding::make_tables(const model_extents& x, const attention_config& choices,
                                       attention_places places) const {
  if (const double reach = stretch_reach(x); reach < std::numeric_limits<double>::infinity())
    places = recentred(places, reach);
  attention_tables t(std::move(places), choices, x, hooks(), logit_scale(x.head_width()));
  std::size_t block = 0;
  for (; block < static_cast<std::size_t>(part_count()); ++block) {
    part(static_cast<int>(block)).add_to(t, x, block);
    t.append_block(part(static_cast<int>(block)).parameter_count(x));
  }
  const auto [of_scale, of_sink] = learned_choices(choices);
  if (!of_scale.empty())
    t.add(std::make_unique<row_scale_term>(t.site(x), choices.scale_bias, choices.scales_bias), block);
  t.append_block(count_of(of_scale, x.heads));
  if (choices.sink != sink_kind::none) t.add(std::make_unique<sink>(x.heads, !of_sink.empty()), block + 1);
  return t;
}

}  // namespace lengthwise
