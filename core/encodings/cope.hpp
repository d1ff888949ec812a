// CoPE: positions counted by content. Gates between query and keys are summed from the key to the query, and the sum,
// a fraction, interpolates between learned vectors (Golovneva et al., 2024, arXiv 2405.18719, section 4).
// A logit depends on all the gates to its right, which no scalar hook can say: hence the row hook and a backward pass
// written by hand.
#pragma once
#include <algorithm>
#include <span>

#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct cope : encoding_defaults {
  int positions = 64;
  bool per_head = false;

  static constexpr hook hooks = hook::row;
  struct row {};
  static constexpr card about{"contextual position encoding",
                              "g_it = sigmoid(q_i.k_t / sqrt(d)), p_ij = min(sum over t = j..i of g_it, P-1), "
                              "e += (1-frac) q_i.E[floor p] + frac q_i.E[ceil p]",
                              "arXiv 2405.18719, section 4", "`per_head` gives each head its own E"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::up_to_rounding, {}, {{"embedding", "0", zero}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"positions", &cope::positions, "rows of E; larger sums share the last one", 2.0, 65536.0},
                      field{"per_head", &cope::per_head, "one E for each head"});
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{parameter{"embedding", per_head, positions, x.head_width(), constant(0)}};
  }

  // One query's logits q_i.k_j / sqrt(d), j = 0..i, rewritten in place; scores [positions] are q_i.E.
  template <class T>
  void rewrite(std::span<T> logits, std::span<const T> scores, std::span<T> gates) const {
    fill_gates<T>(logits, gates);
    T place = 0;
    for (std::size_t j = logits.size(); j-- > 0;) {
      place += gates[j];
      const auto [low, high, fraction] = between(place);
      logits[j] += (1 - fraction) * scores[low] + fraction * scores[high];
    }
  }
  // The gradient of `rewrite`: d_logits becomes that of the raw logits, d_scores [positions] is added to.
  template <class T>
  void rewrite_backward(std::span<const T> raw, std::span<const T> scores, std::span<T> gates, std::span<T> d_logits,
                        std::span<T> d_scores) const {
    fill_gates<T>(raw, gates);
    // d p_ij goes to all gates t >= j: a running sum from the left. The places are summed from the right, as forward
    // did.
    T place = 0;
    std::size_t clamped = 0;  // keys left of here stand at the last position, where the gradient of the sum stops
    for (std::size_t j = raw.size(); j-- > 0;) {
      place += gates[j];
      const auto [low, high, fraction] = between(place);
      d_scores[low] += (1 - fraction) * d_logits[j];
      d_scores[high] += fraction * d_logits[j];
      if (place >= static_cast<T>(positions - 1)) {
        clamped = std::max(clamped, j + 1);
        continue;
      }
      d_places(gates)[j] = d_logits[j] * (scores[high] - scores[low]);
    }
    T sum = 0;
    for (std::size_t t = 0; t < raw.size(); ++t) {
      if (t >= clamped) sum += d_places(gates)[t];
      d_logits[t] += sum * gates[t] * (1 - gates[t]);
    }
  }
  // Numbers of scratch a row of n logits needs.
  static constexpr std::size_t row_scratch(std::size_t n) { return 2 * n; }

 private:
  template <class T>
  auto between(T place) const {
    struct {
      std::size_t low, high;
      T fraction;
    } at{};
    const T last = static_cast<T>(positions - 1), p = place < last ? place : last;
    at.low = static_cast<std::size_t>(p);
    at.fraction = p - static_cast<T>(at.low);
    at.high = at.fraction > 0 ? at.low + 1 : at.low;
    return at;
  }
  template <class T>
  static void fill_gates(std::span<const T> logits, std::span<T> gates) {
    for (std::size_t j = 0; j < logits.size(); ++j) gates[j] = math::sigmoid(logits[j]);
  }
  // The second half of the scratch.
  template <class T>
  static std::span<T> d_places(std::span<T> gates) {
    return gates.subspan(gates.size() / 2);
  }
};

}  // namespace lengthwise::encodings
