// T5's bias: a learned number for each head and bucket of distances, exact up to half the buckets, then logarithmic
// (Raffel et al., 2020, arXiv 1910.10683, section 2.1; the causal form of the bucket function).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

enum class logit_scaling { scaled, unscaled };
constexpr auto names_of(logit_scaling) { return std::array<std::string_view, 2>{"scaled", "unscaled"}; }

struct t5_bias : encoding_defaults {
  int buckets = 32, max_distance = 128;
  logit_scaling scaling = logit_scaling::scaled;

  static constexpr hook hooks = hook::bucket;
  static constexpr card about{
      "T5 relative bias", "e += bias[h][bucket(n)]; n < B/2: n; else min(B-1, B/2 + floor(B/2 ln(2n/B) / ln(2D/B)))",
      "arXiv 1910.10683, section 2.1", "scaling `unscaled` leaves q.k undivided, as T5's code does"};
  static constexpr property claims = property::relative | property::bounded | property::shift_invariant;
  static constexpr auto reductions() {
    const auto line = [](head h, int bucket) { return -math::exp2(-8.0 * (h.index + 1) / h.count) * bucket; };
    return std::array{reduction{"none", equality::bit_for_bit, {}, {{"bias", "0", zero}}},
                      reduction{"alibi",
                                equality::bit_for_bit,
                                {{"buckets", 512}, {"max_distance", 1024}},
                                {{"bias", "-2^(-8h/H) bucket", line}},
                                "heads a power of two",
                                256}};
  }
  static constexpr bool one_for_all_layers = true;
  static constexpr auto fields() {
    return std::tuple(
        field{"buckets", &t5_bias::buckets, "learned numbers a head (even)", 2.0, 4096.0},
        field{"max_distance", &t5_bias::max_distance, "distances from here on share the last bucket", 2.0, 1e9},
        field{"scaling", &t5_bias::scaling, "whether q.k is divided by sqrt(d)"});
  }
  constexpr config_problem problem(const model_extents&) const {
    if (buckets % 2 != 0) return {"encoding.buckets must be even", "encoding.buckets"};
    if (max_distance <= buckets / 2)
      return {"encoding.max_distance must be larger than half of encoding.buckets", "encoding.max_distance",
              "encoding.buckets"};
    return {};
  }
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("bias", normal(0, 0.02), buckets)};
  }
  constexpr double logit_scale(int head_width) const {
    return scaling == logit_scaling::unscaled ? 1 : encoding_defaults::logit_scale(head_width);
  }

  // A rounded logarithm can put an edge a little above the whole number that it is; no distance lies so near below one
  // without being it.
  constexpr int bucket(distance n) const {
    constexpr double rounding = 1e-9;
    const int exact = buckets / 2;
    const double whole = math::floor(n.value);  // buckets are of whole distances
    if (whole < exact) return static_cast<int>(whole);
    if (whole >= max_distance) return buckets - 1;
    const double place = exact * math::log(whole / exact) / math::log(static_cast<double>(max_distance) / exact);
    return exact + static_cast<int>(math::min(place + rounding, exact - 1.0));
  }
};

}  // namespace lengthwise::encodings
