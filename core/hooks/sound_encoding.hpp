// Whether an encoding is sound, asked once where it is compiled: each question is a static_assert that says in words
// what is wrong. With `hook` and `property` named, the compiler's message is all that an author needs.
#pragma once
#include "core/hooks/property_checks.hpp"
#include "core/math/real.hpp"

namespace lengthwise {

namespace detail {

template <class E>
constexpr bool declares(hook h) {
  return any_of(E::hooks, h);
}

template <class E>
constexpr bool hooks_explained() {
#define LENGTHWISE_HOOK(name, signature)                                       \
  static_assert(!declares<E>(hook::name) || has_##name<E>,                     \
                "the encoding declares hook::" #name " but has no `" signature \
                "`: is the function misspelt, or does it take other types?");  \
  static_assert(declares<E>(hook::name) || !has_##name<E>,                     \
                "the encoding has `" signature "` but does not declare hook::" #name);
  LENGTHWISE_HOOK(input, "S input(parameters<S>, channel, position)")
  LENGTHWISE_HOOK(input_row, "int input_row(position)")
  LENGTHWISE_HOOK(angle, "S angle(parameters<S>, head, plane, position)")
  LENGTHWISE_HOOK(stretch, "S stretch(head, plane, position)")
  LENGTHWISE_HOOK(bias, "S bias(parameters<S>, head, distance)")
  LENGTHWISE_HOOK(bias_at, "S bias_at(parameters<S>, head, position_of<S>, position_of<S>)")
  LENGTHWISE_HOOK(bucket, "int bucket(distance)")
  LENGTHWISE_HOOK(relative_row, "int relative_row(distance)")
  LENGTHWISE_HOOK(relative_feature, "S relative_feature(channel, distance)")
  LENGTHWISE_HOOK(score, "S score(parameters<S>, head, distance, S raw)")
  LENGTHWISE_HOOK(gate, "struct gate")
  LENGTHWISE_HOOK(row, "struct row")
  LENGTHWISE_HOOK(probe, "S probe(parameters<S>, head, distance, S)")
  LENGTHWISE_HOOK(polar, "double polar_angle(channel, position), S magnitude(S), S phase(S)")
  LENGTHWISE_HOOK(mix, "S mixed_unit(S)")
  LENGTHWISE_HOOK(turns,
                  "signal_shape signals(model_extents), rotation_shape turned_planes(int), double frequency(plane)")
  LENGTHWISE_HOOK(reflections, "signal_shape signals(model_extents), struct reflections")
  LENGTHWISE_HOOK(network, "double feature(model_extents, int, distance), S unit(S), S outlet(S)")
#undef LENGTHWISE_HOOK
  static_assert(
      hooks_are_differentiable<E>,
      "a hook with learned parameters must also take dual numbers, and bias_at taped ones: write it for any number "
      "type S, and choose by max, min, abs and relu");
  static_assert(hooks_agree<E>,
                "illegal combination of hooks: two of them act on one place (input and input_row; bias, bias_at, "
                "bucket and network; "
                "relative_row and relative_feature; row and any other rewrite of logits; polar beside what reads "
                "queries and keys as they are), or a stretch stands without an angle");
  static_assert(
      declares_its_scalars<E>,
      "the numbers that learned_parameters() declares are not those of `struct parameters`: declare each of its "
      "members, in order, with as many columns as it has numbers");
  return positional_encoding<E>;
}
template <class E>
constexpr bool claims_explained() {
// Only what is claimed is evaluated.
#define LENGTHWISE_CLAIM(name, why)                   \
  if constexpr (contains(E::claims, property::name))  \
    static_assert(checks::holds<E, property::name>(), \
                  "the encoding claims property::" #name ", which does not hold: " why);
  LENGTHWISE_CLAIM(unique_code, "two positions have the same code, or it has no code")
  LENGTHWISE_CLAIM(relative, "what it says of two positions depends on where they stand")
  LENGTHWISE_CLAIM(bounded, "its values grow with the position")
  LENGTHWISE_CLAIM(decays, "what it adds does not fall with the distance")
  LENGTHWISE_CLAIM(shift_invariant, "logits change when all positions shift")
  LENGTHWISE_CLAIM(finite_domain, "its domain() is without end")
#undef LENGTHWISE_CLAIM
  static_assert(contains(E::claims, property::finite_domain) || !checks::finite_domain<E>(),
                "the encoding has a finite domain() and must claim property::finite_domain");
  return true;
}

}  // namespace detail

// Claims are formulas in double whatever the number type of tensors, so only the float build spends time on them.
template <class E, class Tensor = real>
constexpr bool sound_encoding() {
  if constexpr (!detail::hooks_explained<E>())
    return false;
  else if constexpr (sizeof(Tensor) == sizeof(double))
    return true;
  else
    return detail::claims_explained<E>();
}

}  // namespace lengthwise
