// Which encodings may act together, and what is true of those that do: by rule, from their hooks and claims.
#pragma once
#include <array>
#include <span>
#include <string_view>
#include <tuple>

#include "core/hooks/hook.hpp"
#include "core/hooks/properties.hpp"

namespace lengthwise {

// "" or where two encodings that act by these hooks would fight for one place. Biases of several encodings are added.
constexpr std::string_view hooks_conflict(hook a, hook b) {
  struct place {
    hook hooks;
    std::string_view words;
  };
  constexpr std::array places{
      place{hook::input | hook::input_row, "both of them add to the token embedding"},
      place{hook::angle | hook::stretch | hook::polar | hook::turns, "both of them turn queries and keys"},
      place{hook::relative_row | hook::relative_feature, "both of them have relative keys"},
      place{hook::score, "both of them rewrite the logit by its own value"},
      place{hook::gate, "both of them have gates"},
      place{hook::mix, "both of them mix the logits of heads"},
      place{hook::reflections, "both of them change the keys that a query sees"},
      place{hook::probe, "both of them match keys with a direction"},
      place{hook::row, "both of them rewrite whole rows of logits"},
  };
  for (const place& p : places)
    if (any_of(a, p.hooks) && any_of(b, p.hooks)) return p.words;
  constexpr hook logits = hook::bias | hook::bias_at | hook::bucket | hook::network | hook::relative_row |
                          hook::relative_feature | hook::score | hook::gate | hook::probe;
  if ((any_of(a, hook::row) && any_of(b, logits)) || (any_of(b, hook::row) && any_of(a, logits)))
    return "one rewrites whole rows of logits, so that nothing else may act on them";
  const auto clash = [&](hook one, hook other) {
    return (any_of(a, one) && any_of(b, other)) || (any_of(b, one) && any_of(a, other));
  };
  if (clash(hook::mix, hook::score | hook::relative_row | hook::relative_feature | hook::row | hook::gate |
                           hook::probe | hook::polar | hook::reflections))
    return "one mixes the logits of heads and their biases, so that nothing else but a bias or a rotation may act";
  if (clash(hook::reflections, hook::angle | hook::stretch | hook::polar | hook::turns | hook::relative_row |
                                   hook::relative_feature | hook::row))
    return "one changes the keys that a query sees, the other what queries and keys are";
  constexpr hook of_rows = hook::relative_row | hook::relative_feature | hook::row | hook::probe;
  if (clash(hook::polar, of_rows)) return "one reads queries and keys as magnitudes at angles, the other as they are";
  if (clash(hook::angle | hook::turns, hook::probe))
    return "one turns the keys that the other matches with a direction";
  return "";
}

struct hooks_and_claims {
  hook hooks;
  property claims;
};

// A code is unique where one is; everything else must be true of all that act, and decay of one at least: turning by
// itself takes nothing away and adds nothing.
constexpr property claims_of_composition(std::span<const hooks_and_claims> parts) {
  const auto all = [&](property one, auto&& except) {
    for (const hooks_and_claims& p : parts)
      if (p.hooks != hook::none && !contains(p.claims, one) && !except(p)) return false;
    return true;
  };
  const auto any = [&](property one) {
    for (const hooks_and_claims& p : parts)
      if (contains(p.claims, one)) return true;
    return false;
  };
  const auto none_excepted = [](const hooks_and_claims&) { return false; };
  const auto only_turns = [](const hooks_and_claims& p) {
    return p.hooks == hook::angle || p.hooks == hook::polar || p.hooks == hook::turns;
  };
  property claims = property::none;
  const auto claim_if = [&](bool holds, property one) {
    if (holds) claims = claims | one;
  };
  claim_if(any(property::unique_code), property::unique_code);
  claim_if(any(property::relative) && all(property::relative, none_excepted), property::relative);
  claim_if(any(property::bounded) && all(property::bounded, none_excepted), property::bounded);
  claim_if(any(property::decays) && all(property::decays, only_turns), property::decays);
  claim_if(all(property::shift_invariant, none_excepted), property::shift_invariant);
  claim_if(any(property::finite_domain), property::finite_domain);
  return claims;
}

template <class... Es>
constexpr bool do_parts_agree() {
  constexpr std::array hooks{Es::hooks...};
  for (std::size_t i = 0; i < hooks.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!hooks_conflict(hooks[i], hooks[j]).empty()) return false;
  return true;
}
template <class... Es>
concept parts_agree = do_parts_agree<Es...>();

// Encodings that act together, as a type: no two of them may fight for one place.
template <class... Es>
struct combined {
  static_assert(parts_agree<Es...>, "two of the combined encodings act on one place");
  std::tuple<Es...> parts{Es{}...};  // each by itself: g++ 12 gives what stands behind an empty one zeros otherwise
  static constexpr property claims = claims_of_composition(std::array{hooks_and_claims{Es::hooks, Es::claims}...});
};

}  // namespace lengthwise
