// CoPE: positions counted by content. Gates between query and keys are summed from the key to the query, and the sum,
// a fraction, interpolates between learned vectors (Golovneva et al., 2024, arXiv 2405.18719, section 4).
// A logit depends on all the gates to its right, which no scalar hook can say: hence the row hook and a backward pass
// written by hand.
#pragma once
#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "core/hooks/encoding_defaults.hpp"
#include "core/kernels/kernels.hpp"

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

  // What is added to the logit of query i and key j, by definition: of the row's raw logits and the query's products
  // with the rows of E, both as functions of an index.
  template <class S, class Raw, class Scores>
  constexpr S row_addend(int i, int j, Raw&& raw, Scores&& score) const {
    using math::sigmoid, math::value_of;
    S place = 0;
    for (int t = j; t <= i; ++t) place += sigmoid(raw(t));
    if (value_of(place) >= positions - 1) return score(positions - 1);
    const int low = static_cast<int>(value_of(place));
    const S fraction = place - S(low);
    return (S(1) - fraction) * score(low) + fraction * score(low + 1);
  }

  // One query's logits q_i.k_j / sqrt(d), j = 0..i, rewritten in place; scores [positions] are q_i.E.
  template <class T>
  void rewrite(std::span<T> logits, std::span<const T> scores, std::span<T> scratch) const {
    const counted<T> keys = count<T>(logits, scratch);
    add(logits.first(keys.first), scores[last()]);
    for (std::size_t j = keys.first; j < logits.size(); ++j) {
      const auto [low, fraction] = between<T>(keys.places[j]);
      logits[j] += (1 - fraction) * scores[low] + fraction * scores[low + 1];
    }
  }
  // The gradient of `rewrite`: d_logits becomes that of the raw logits, d_scores [positions] is added to.
  template <class T>
  void rewrite_backward(std::span<const T> raw, std::span<const T> scores, std::span<T> scratch, std::span<T> d_logits,
                        std::span<T> d_scores) const {
    const counted<T> keys = count<T>(raw, scratch);
    d_scores[last()] += sum<T>(d_logits.first(keys.first));
    const std::span<T> d_places = scratch.subspan(keys.gates.size() * (1 + doubles<T>));
    const auto scatter = [&](std::size_t j) {
      const auto [low, fraction] = between<T>(keys.places[j]);
      d_scores[low] += (1 - fraction) * d_logits[j];
      d_scores[low + 1] += fraction * d_logits[j];
      const bool clamped = keys.places[j] >= static_cast<double>(last());  // where the gradient of the sum stops
      d_places[j] = clamped ? 0 : d_logits[j] * (scores[low + 1] - scores[low]);
    };
    // Neighbours add to the same scores, and wait for each other: four keys far apart do not.
    const std::size_t quarter = (raw.size() - keys.first) / 4, rest = keys.first + 4 * quarter;
    for (std::size_t j = keys.first; j < keys.first + quarter; ++j)
      scatter(j), scatter(j + quarter), scatter(j + 2 * quarter), scatter(j + 3 * quarter);
    for (std::size_t j = rest; j < raw.size(); ++j) scatter(j);
    T along = 0;  // d p_ij goes to all gates t >= j: a running sum from the left
    for (std::size_t t = keys.first; t < raw.size(); ++t) {
      along += d_places[t];
      d_logits[t] += along * keys.gates[t] * (1 - keys.gates[t]);
    }
  }
  // Numbers of scratch a row of n logits needs.
  template <class T>
  static constexpr std::size_t row_scratch(std::size_t n) {
    return n * (2 + doubles<T>);
  }

 private:
  // Loops over so many numbers, a constant, become vectors at -O2 as well.
  static constexpr std::size_t chunk = 64;

  // Numbers of type T that a double takes the room of.
  template <class T>
  static constexpr std::size_t doubles = sizeof(double) / sizeof(T);

  // Places are sums of many gates, of which an interpolation uses the fraction: they are doubles.
  template <class T>
  struct counted {
    std::span<T> gates;
    std::span<double> places;
    std::size_t first;  // all keys left of it share the last position, whatever their gates
  };
  // Gates and their sums from the right, as far as they matter: to where the last position is reached.
  template <class T>
  counted<T> count(std::span<const T> logits, std::span<T> scratch) const {
    const std::size_t n = logits.size();
    const counted<T> keys{scratch.subspan(n * doubles<T>, n), {reinterpret_cast<double*>(scratch.data()), n}, 0};
    double place = 0;
    for (std::size_t end = logits.size(); end > 0;) {
      const std::size_t begin = end - std::min(end, chunk);
      std::array<T, chunk> gates{};
      std::ranges::copy(logits.subspan(begin, end - begin), gates.begin());
      for (std::size_t l = 0; l < chunk; ++l) gates[l] = -gates[l];
      kernels().probabilities(gates.data(), 0, chunk);  // e^x, and 0 where a gate is 1 in any case
      for (std::size_t l = 0; l < chunk; ++l) gates[l] = 1 / (1 + gates[l]);
      for (std::size_t j = end; j-- > begin;) {
        keys.gates[j] = gates[j - begin];
        keys.places[j] = place += static_cast<double>(gates[j - begin]);
      }
      if (place >= static_cast<double>(last())) return {keys.gates, keys.places, begin};
      end = begin;
    }
    return keys;
  }
  std::size_t last() const { return static_cast<std::size_t>(positions - 1); }
  // The row to the left of a place, and how far the place is from it to the next; the last place is 1 from the last but
  // one.
  template <class T>
  auto between(double place) const {
    struct {
      std::size_t low;
      T fraction;
    } at{};
    const double end = static_cast<double>(last()), p = place < end ? place : end;  // NaN: the last
    at.low = static_cast<std::size_t>(std::min(static_cast<int>(p), positions - 2));
    at.fraction = static_cast<T>(p - static_cast<double>(at.low));
    return at;
  }
  template <class T>
  static void add(std::span<T> x, T constant) {
    for (; x.size() >= chunk; x = x.subspan(chunk))
      for (std::size_t l = 0; l < chunk; ++l) x[l] += constant;
    for (T& each : x) each += constant;
  }
  template <class T>
  static T sum(std::span<const T> x) {
    std::array<T, 16> lanes{};
    for (; x.size() >= lanes.size(); x = x.subspan(lanes.size()))
      for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] += x[l];
    for (std::size_t l = 0; l < x.size(); ++l) lanes[l] += x[l];
    return std::accumulate(lanes.begin(), lanes.end(), T(0));
  }
};

}  // namespace lengthwise::encodings
