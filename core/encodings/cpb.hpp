// Continuous position bias: a small network of the distance, one output a head (Liu et al., 2021, arXiv 2111.09883,
// section 3.3; Wang, x-transformers, 2022).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

enum class cpb_distance { linear, log, fourier, swin };
constexpr auto names_of(cpb_distance) { return std::array<std::string_view, 4>{"linear", "log", "fourier", "swin"}; }
enum class cpb_activation { relu, silu };
constexpr auto names_of(cpb_activation) { return std::array<std::string_view, 2>{"relu", "silu"}; }

struct cpb : encoding_defaults {
  encodings::cpb_distance distance = cpb_distance::log;
  int hidden = 256, features = 16;
  double base = 20000;
  encodings::cpb_activation activation = cpb_activation::relu;

  static constexpr hook hooks = hook::network;
  static constexpr card about{
      "continuous position bias", "e += f(x(n)), f: features -> hidden -> H",
      "arXiv 2111.09883, section 3.3; x-transformers' dynamic position bias",
      "distance `linear`: x = n; `log`: ln(1 + n); `fourier`: sines, then cosines, of n base^(-2u/features); `swin` "
      "(the "
      "authors' code): log2(1 + 8 n/(L-1))/3, and the bias is 16 sigmoid of the output, which has no b2. Beyond L a "
      "`linear` network goes on in straight lines, up or down"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::bit_for_bit, {}, {{"w2", "0", zero}, {"b2", "0", zero}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"distance", &cpb::distance, "what of the distance the network sees"},
                      field{"hidden", &cpb::hidden, "hidden units", 1.0, 65536.0},
                      field{"features", &cpb::features, "fourier: how many sines and cosines; even", 2.0, 4096.0},
                      field{"base", &cpb::base, "fourier: the slowest sine turns at about 1/base", 1.0, 1e12},
                      field{"activation", &cpb::activation, "of the hidden units"});
  }
  constexpr config_problem problem(const model_extents&) const {
    if (features % 2 == 0) return {};
    return {"cpb needs an even number of features: sines and cosines", "encoding.features"};
  }
  constexpr auto learned_parameters(const model_extents&) const {
    const int n = distance == cpb_distance::fourier ? features : 1;
    const double fan_in = 1 / math::sqrt(static_cast<double>(n)), fan = 1 / math::sqrt(static_cast<double>(hidden));
    short_list<parameter, 4> learned{n == 1 ? shared_by_heads("w1", uniform(-1, 1), hidden)
                                            : shared_by_heads("w1", uniform(-fan_in, fan_in), n, hidden),
                                     shared_by_heads("b1", uniform(-fan_in, fan_in), hidden),
                                     per_head("w2", uniform(-fan, fan), hidden)};
    if (distance != cpb_distance::swin) learned.push_back(per_head("b2", uniform(-fan, fan)));
    return learned;
  }

  constexpr double feature(const model_extents& x, int k, lengthwise::distance n) const {
    const int half = features / 2;
    switch (distance) {
      case cpb_distance::linear: return n.value;
      case cpb_distance::log: return math::log(1 + n.value);
      case cpb_distance::swin:
        return math::log(1 + 8 * n.value / math::max(1.0, x.train_length - 1.0)) / math::log(8.0);
      case cpb_distance::fourier: break;
    }
    const double turned = n.value * math::exp(-2.0 * (k % half) / features * math::log(base));
    return k < half ? math::sin(turned) : math::cos(turned);
  }
  template <class S>
  constexpr S unit(const S& x) const {
    using math::relu, math::sigmoid;
    return activation == cpb_activation::relu ? relu(x) : x * sigmoid(x);
  }
  template <class S>
  constexpr S outlet(const S& x) const {
    using math::sigmoid;
    return distance == cpb_distance::swin ? S(16) * sigmoid(x) : x;
  }
};

}  // namespace lengthwise::encodings
