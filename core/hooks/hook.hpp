// Hooks: where an encoding may act. Each is one constexpr member function, generic over the number type S, so that one
// text serves values, gradients (dual numbers, or a tape) and the compiler's proofs. An encoding declares its hooks;
// the concept demands that those found are those declared, so that a misspelt hook is an error and not silently
// nothing.
//
// clang-format off
//   input             S input(p, channel, position)            added to the token embedding
//   input_row         int input_row(position)                  row of the learned table (parameter 0) added to the embedding
//   angle             S angle(p, head, plane, position)        turns channel pairs of queries and keys
//   stretch           S stretch(head, plane, position)         multiplies turned queries, divides turned keys
//   bias              S bias(p, head, distance)                added to the logit
//   bias_at           S bias_at(p, head, position_of<S>, position_of<S>)   the same, of query and key position
//   bucket            int bucket(distance)                     column of the learned bias (parameter 0) of the head
//   relative_row      int relative_row(distance)               row of learned relative keys (parameter 0; values: 1)
//   relative_feature  S relative_feature(channel, distance)    projected to relative keys (parameters u, v, projection)
//   score             S score(p, head, distance, S raw)        rewrites a logit
//   network           double feature(extents, int, distance), S unit(S), S outlet(S)    a small network of the distance
//   probe             S probe(p, head, distance, S match)  added to the logit, of how well a key matches a direction (last parameter)
//   polar             double polar_angle(channel, position), S magnitude(S), S phase(S)    magnitudes at angles (parameter 0: phases)
//   mix               S mixed_unit(S)                      hidden units of a network that sees all heads' logits and biases
//   turns             rotation_shape turned_planes(int), double frequency(plane)    turns by sums of what tokens choose (signals)
//   reflections       (tag) keys seen through reflections that tokens choose (signals)
//   gate              (tag) a log-decay per token, from parameters weight and bias
//   row               rewrite and rewrite_backward of a query's whole row of logits: hand-written, for what no scalar can say
// clang-format on
#pragma once
#include <concepts>
#include <string_view>

#include "core/config/field.hpp"
#include "core/hooks/parameter.hpp"
#include "core/hooks/signal_shape.hpp"

namespace lengthwise {

// How the channels of a head pair up into planes that turn.
enum class layout { interleaved, half_split };
constexpr auto names_of(layout) { return std::array<std::string_view, 2>{"interleaved", "half_split"}; }
// The first `planes` planes turn; pairs are laid out over the first `span` channels: (2t, 2t + 1) or (t, t + span/2).
struct rotation_shape {
  int planes = 0, span = 0;
  layout pairs = layout::interleaved;
};

enum class hook : unsigned {
  none = 0,
  input = 1,
  input_row = 2,
  angle = 4,
  stretch = 8,
  bias = 16,
  bias_at = 32,
  bucket = 64,
  relative_row = 128,
  relative_feature = 256,
  score = 512,
  gate = 1024,
  row = 2048,
  network = 4096,
  probe = 8192,
  polar = 16384,
  mix = 32768,
  turns = 65536,
  reflections = 131072
};
constexpr hook operator|(hook a, hook b) {
  return static_cast<hook>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool any_of(hook set, hook wanted) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(wanted)) != 0;
}

template <class E, class S = double>
concept has_input = requires(const E e, parameters<E, S> p) {
  { e.template input<S>(p, channel{}, position{}) } -> std::same_as<S>;
};
template <class E>
concept has_input_row = requires(const E e) {
  { e.input_row(position{}) } -> std::same_as<int>;
};
template <class E, class S = double>
concept has_angle = requires(const E e, parameters<E, S> p) {
  { e.template angle<S>(p, head{}, plane{}, position{}) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_stretch = requires(const E e) {
  { e.template stretch<S>(head{}, plane{}, position{}) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_bias = requires(const E e, parameters<E, S> p) {
  { e.template bias<S>(p, head{}, distance{}) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_bias_at = requires(const E e, parameters<E, S> p) {
  { e.template bias_at<S>(p, head{}, position_of<S>{}, position_of<S>{}) } -> std::same_as<S>;
};
template <class E>
concept has_bucket = requires(const E e) {
  { e.bucket(distance{}) } -> std::same_as<int>;
};
template <class E>
concept has_relative_row = requires(const E e) {
  { e.relative_row(distance{}) } -> std::same_as<int>;
};
template <class E, class S = double>
concept has_relative_feature = requires(const E e) {
  { e.template relative_feature<S>(channel{}, distance{}) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_score = requires(const E e, parameters<E, S> p, S raw) {
  { e.template score<S>(p, head{}, distance{}, raw) } -> std::same_as<S>;
};
template <class E>
concept has_gate = requires {
  typename E::gate;
};
// ln sigmoid of the gate's logit is summed, or of its negative.
template <class E>
constexpr double sign_of_gate() {
  if constexpr (requires { E::gate::sign; }) return E::gate::sign;
  return 1;
}
template <class E>
inline constexpr double gate_sign = sign_of_gate<E>();
// What the sum is multiplied by.
template <class E>
constexpr double gate_scale(const E& e, int head_width) {
  if constexpr (requires { e.gate_scale(head_width); }) return e.gate_scale(head_width);
  return 1;
}
template <class E, class S = double>
concept has_network = requires(const E e, S x) {
  { e.feature(model_extents{}, 0, distance{}) } -> std::same_as<double>;
  { e.template unit<S>(x) } -> std::same_as<S>;
  { e.template outlet<S>(x) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_probe = requires(const E e, parameters<E, S> p, S match) {
  { e.template probe<S>(p, head{}, distance{}, match) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_polar = requires(const E e, S x) {
  { e.polar_angle(channel{}, position{}) } -> std::same_as<double>;
  { e.template magnitude<S>(x) } -> std::same_as<S>;
  { e.template phase<S>(x) } -> std::same_as<S>;
};
template <class E, class S = double>
concept has_mix = requires(const E e, S x) {
  { e.template mixed_unit<S>(x) } -> std::same_as<S>;
};
// What of each token the next two hooks read is made by a network of the layer's input.
template <class E>
concept has_signals = requires(const E e) {
  { e.signals(model_extents{}) } -> std::same_as<signal_shape>;
};
template <class E>
concept has_turns = has_signals<E> && requires(const E e) {
  { e.turned_planes(0) } -> std::same_as<rotation_shape>;
  { e.frequency(plane{}) } -> std::same_as<double>;
};
template <class E>
concept has_reflections = has_signals<E> && requires {
  typename E::reflections;
};
template <class E>
concept has_row = requires {
  typename E::row;
};

template <class E>
constexpr hook detect_hooks() {
  hook found = hook::none;
  const auto add = [&](bool there, hook h) {
    if (there) found = found | h;
  };
  add(has_input<E>, hook::input), add(has_input_row<E>, hook::input_row), add(has_angle<E>, hook::angle);
  add(has_stretch<E>, hook::stretch), add(has_bias<E>, hook::bias), add(has_bias_at<E>, hook::bias_at);
  add(has_bucket<E>, hook::bucket), add(has_relative_row<E>, hook::relative_row);
  add(has_relative_feature<E>, hook::relative_feature), add(has_score<E>, hook::score), add(has_gate<E>, hook::gate);
  add(has_row<E>, hook::row), add(has_network<E>, hook::network);
  add(has_probe<E>, hook::probe), add(has_polar<E>, hook::polar);
  add(has_mix<E>, hook::mix), add(has_turns<E>, hook::turns), add(has_reflections<E>, hook::reflections);
  return found;
}
template <class E>
inline constexpr hook detected_hooks = detect_hooks<E>();

// The scalar parameters of a hook must also take dual numbers, or be written on a tape: the gradient comes from there.
template <class E>
using sensitivity = dual<double, scalar_parameter_count<E> == 0 ? 1 : scalar_parameter_count<E>>;
template <class E>
concept hooks_are_those_declared = E::hooks == detected_hooks<E>;
template <class E>
constexpr bool are_hooks_differentiable() {
  using S = sensitivity<E>;
  if (has_input<E> && !has_input<E, S>) return false;
  if (has_angle<E> && !has_angle<E, S>) return false;
  if (has_bias<E> && !has_bias<E, S>) return false;
  if (has_bias_at<E> && !has_bias_at<E, taped>) return false;
  if (has_network<E> && !has_network<E, dual<double, 1>>) return false;
  if (has_polar<E> && !has_polar<E, dual<double, 1>>) return false;
  if (has_mix<E> && !has_mix<E, dual<double, 1>>) return false;
  if (has_probe<E> && !has_probe<E, S>) return false;
  return !has_score<E> || has_score<E, S>;
}
template <class E>
concept hooks_are_differentiable = are_hooks_differentiable<E>();
// Two hooks that would fight for one place: two sources of bias, two of relative keys, two of the input. A row rewrites
// whole logits, so nothing else may touch them. A stretch stretches turned channels.
template <class E>
constexpr bool do_hooks_agree() {
  const int inputs = has_input<E> + has_input_row<E>,
            biases = has_bias<E> + has_bias_at<E> + has_bucket<E> + has_network<E>,
            relatives = has_relative_row<E> + has_relative_feature<E>;
  if (inputs > 1 || biases > 1 || relatives > 1) return false;
  if (has_stretch<E> && !has_angle<E>) return false;
  if (has_polar<E> && (has_angle<E> || relatives > 0 || has_row<E> || has_probe<E>)) return false;
  return !has_row<E> || (biases == 0 && relatives == 0 && !has_score<E> && !has_gate<E>);
}
template <class E>
concept hooks_agree = do_hooks_agree<E>();

// Scalar hooks see a struct of numbers that is filled from the stored ones: both must be the same.
template <class E>
constexpr bool are_scalars_declared() {
  if constexpr (!has_scalar_parameters<E>) return true;
  E e;
  if constexpr (requires { E::largest(); }) e = E::largest();  // where keys decide what is learned
  std::size_t declared = 0;
  std::size_t last = 0;
  for (const parameter& p : e.learned_parameters(model_extents{16, 2, 16})) declared += last = p.count_each();
  return declared - (has_probe<E> ? last : 0) == scalar_parameter_count<E>;
}
template <class E>
concept declares_its_scalars = are_scalars_declared<E>();

template <class E>
concept positional_encoding = std::default_initializable<E> && hooks_are_those_declared<E> &&
    hooks_are_differentiable<E> && hooks_agree<E> && declares_its_scalars<E>;

}  // namespace lengthwise
