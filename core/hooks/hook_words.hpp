// The hooks in words, for cards and documentation.
#pragma once
#include <array>
#include <string_view>

#include "core/hooks/hook.hpp"

namespace lengthwise {

struct hook_words {
  hook what;
  std::string_view signature, effect;
};
inline constexpr std::array<hook_words, 18> all_hooks{{
    {hook::input, "input(p, channel, position)", "a number added to each channel of the token embedding"},
    {hook::input_row, "input_row(position)", "a row of a learned table added to the token embedding"},
    {hook::angle, "angle(p, head, plane, position)", "turns pairs of channels of queries and keys"},
    {hook::stretch, "stretch(head, plane, position)", "multiplies turned queries and divides turned keys"},
    {hook::bias, "bias(p, head, distance)", "a number added to the logit"},
    {hook::bias_at, "bias_at(p, head, position_of<S>, position_of<S>)",
     "a number added to the logit, of query and key position"},
    {hook::bucket, "bucket(distance)", "a column of a learned table added to the logit"},
    {hook::relative_row, "relative_row(distance)", "a row of learned vectors added to keys (and values)"},
    {hook::relative_feature, "relative_feature(channel, distance)",
     "features of the distance, projected to relative keys"},
    {hook::score, "score(p, head, distance, raw)", "rewrites the logit"},
    {hook::gate, "gate", "a log-decay per token, added up between key and query"},
    {hook::network, "feature(extents, k, distance), unit(x), outlet(x)",
     "a number added to the logit by a small network of the distance"},
    {hook::probe, "probe(p, head, distance, match)",
     "a number added to the logit, of how well a key matches a learned direction"},
    {hook::polar, "polar_angle(channel, position), magnitude(x), phase(x)",
     "reads queries and keys as magnitudes at angles"},
    {hook::mix, "mixed_unit(x)", "a network sees all heads' logits and biases and corrects the logits"},
    {hook::turns, "turned_planes(head_width), frequency(plane)",
     "turns queries and keys by running sums of what tokens choose"},
    {hook::reflections, "reflections", "keys are seen through reflections that tokens choose"},
    {hook::row, "row, row_backward", "rewrites a query's whole row of logits"},
}};

}  // namespace lengthwise
