// The [attention] section: what is chosen beside the encoding, for all layers or, where a key is a list, layer by
// layer.
#pragma once
#include "core/config/field.hpp"
#include "core/config/list.hpp"

namespace lengthwise {

// What makes weights of logits. `linear` has none: Katharopoulos et al., 2020, with the rotation of Su et al., 2021,
// equation 19. `stick_breaking`: Tan et al., 2025, arXiv 2410.17980.
enum class mixer_kind { softmax, linear, stick_breaking };
constexpr auto names_of(mixer_kind) { return std::array<std::string_view, 3>{"softmax", "linear", "stick_breaking"}; }

// What the logits of query i are multiplied by. `ssmax`: s_h ln(i + 1), learned (Nakanishi, 2025, arXiv 2501.19399);
// `logn`: max(1, ln(i + 1) / ln L) (Su, 2021); `llama4`: 1 + a ln(floor((i + 1) / F) + 1).
enum class row_scale { constant, ssmax, logn, llama4 };
constexpr auto names_of(row_scale) { return std::array<std::string_view, 4>{"constant", "ssmax", "logn", "llama4"}; }

// A logit without a key that joins the softmax, so that a query may attend to nothing: 0 (Miller, 2023), or learned,
// one for each head (gpt-oss, 2025).
enum class sink_kind { none, one, learned };
constexpr auto names_of(sink_kind) { return std::array<std::string_view, 3>{"none", "one", "learned"}; }

// What stick breaking does with the stick that is left.
enum class remainder_kind { none, value };
constexpr auto names_of(remainder_kind) { return std::array<std::string_view, 2>{"none", "value"}; }

struct attention_config {
  mixer_kind kind = mixer_kind::softmax;
  short_list<int, 64> windows = {}, head_windows = {}, chunks = {};
  short_list<row_scale, 64> scale = {row_scale::constant};
  bool scale_bias = false, scales_bias = false, scale_unclipped = false;
  double scale_start = 0.43, scale_coefficient = 0.1;
  int scale_floor = 8192;
  sink_kind sink = sink_kind::none;
  bool query_key_norm = false;
  double query_key_gain = 1.2, query_key_epsilon = 1e-5;
  double linear_epsilon = 0;
  bool attend_current = false;
  remainder_kind remainder = remainder_kind::none;

  static constexpr auto fields() {
    using c = attention_config;
    return std::tuple(
        field{"kind", &c::kind, "what makes weights of logits; linear has none, and costs grow with length alone"}
            .later(),
        field{"windows", &c::windows,
              "the newest keys that a query sees, its own included: a number for each layer, repeated to the depth; 0: "
              "all",
              0.0, 1048576.0}
            .later(),
        field{"head_windows", &c::head_windows, "the same for each head of every layer, repeated to their number", 0.0,
              1048576.0}
            .later(),
        field{"chunks", &c::chunks,
              "a query sees its own chunk of so many tokens: a number for each layer, repeated to the depth; 0: all",
              0.0, 1048576.0}
            .later(),
        field{"scale", &c::scale,
              "what the logits of query i are multiplied by, for each layer, repeated to the depth: ssmax: s ln(i + 1) "
              "of a learned s a head; logn: max(1, ln(i + 1) / ln L); llama4: 1 + a ln(floor((i + 1) / F) + 1)"}
            .later(),
        field{"scale_bias", &c::scale_bias, "ssmax: whether a learned number a head is added to the factor"}.later(),
        field{"scales_bias", &c::scales_bias, "ssmax: whether the encoding's biases are multiplied too"}.later(),
        field{"scale_unclipped", &c::scale_unclipped, "logn: without the max, so below 1 within L"}.later(),
        field{"scale_start", &c::scale_start, "ssmax: where s starts", -1e3, 1e3}.later(),
        field{"scale_coefficient", &c::scale_coefficient, "llama4: a", -1e3, 1e3}.later(),
        field{"scale_floor", &c::scale_floor, "llama4: F", 1.0, 1073741824.0}.later(),
        field{"sink", &c::sink, "a logit without a key in each softmax: 0, or learned by each head"}.later(),
        field{"query_key_norm", &c::query_key_norm,
              "whether queries and keys of each head are divided by their root mean square"}
            .later(),
        field{"query_key_gain", &c::query_key_gain, "what both are multiplied by then", 1e-6, 1e6}.later(),
        field{"query_key_epsilon", &c::query_key_epsilon, "what is added to the mean square", 0.0, 1e3}.later(),
        field{"linear_epsilon", &c::linear_epsilon, "linear: what is added to the denominator", 0.0, 1e3}.later(),
        field{"attend_current", &c::attend_current, "stick_breaking: whether a query sees its own key"}.later(),
        field{"remainder", &c::remainder, "stick_breaking: whether the rest of the stick goes to the query's own value"}
            .later());
  }
  constexpr bool scales() const {
    for (const row_scale s : scale)
      if (s != row_scale::constant) return true;
    return false;
  }
  constexpr bool limits() const {
    for (const auto& list : {windows, head_windows, chunks})
      for (const int limit : list)
        if (limit > 0) return true;
    return false;
  }
  constexpr config_problem problem() const {
    if (scale.empty()) return {"attention.scale must say at least one", "attention.scale"};
    if (kind == mixer_kind::softmax) return {};
    if (sink != sink_kind::none) return {"a sink joins a softmax alone", "attention.sink", "attention.kind"};
    if (kind == mixer_kind::stick_breaking) return {};
    if (scales()) return {"linear attention has no logits to scale", "attention.scale", "attention.kind"};
    if (limits())
      return {"linear attention sums over all keys: it has no windows", "attention.windows", "attention.kind"};
    if (query_key_norm)
      return {"linear attention divides by the sum of its features: it takes no norm of queries and keys",
              "attention.query_key_norm", "attention.kind"};
    return {};
  }

  // ---- What one layer is given
  template <class T, std::size_t N>
  static constexpr T of(const short_list<T, N>& list, int index, T otherwise) {
    return list.empty() ? otherwise : list[static_cast<std::size_t>(index) % list.size()];
  }
  // The same choices for a layer alone.
  constexpr attention_config of_layer(int layer) const {
    attention_config own = *this;
    own.windows = {of(windows, layer, 0)}, own.chunks = {of(chunks, layer, 0)};
    own.scale = {of(scale, layer, row_scale::constant)};
    return own;
  }
  constexpr int window_of(int head) const {
    const int layer = of(windows, 0, 0), own = of(head_windows, head, 0);
    return layer == 0 || (own != 0 && own < layer) ? own : layer;
  }
  constexpr bool operator==(const attention_config&) const = default;
};

}  // namespace lengthwise
