// BAM: a prior over distances of learned shape, scale and location for each head; Laplace and ALiBi at shape 1
// (Bianchessi et al., 2025, arXiv 2505.22842, section 4).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct bam : encoding_defaults {
  bool learned_location = false;
  template <class S>
  struct parameters {
    S shape, scale, loc;
  };

  static constexpr hook hooks = hook::bias;
  static constexpr card about{"Bayesian attention mechanism", "e += -exp(scale_h) (|n + 2 sinh(loc_h)| + 1e-5)^shape_h",
                              "arXiv 2505.22842, section 4",
                              "scale starts at the logarithm of ALiBi's slope, of heads as a power of two; loc is 0 "
                              "unless it is learned; a shape below 0 makes the query's own key the most punished, "
                              "by 10000 at most"};
  static constexpr property claims =
      property::unique_code | property::relative | property::decays | property::shift_invariant;
  static constexpr bool one_for_all_layers = true;
  static constexpr auto reductions() {
    const auto one = [](head, int) { return 1.0; };
    const auto slope = [](head h, int) { return -8.0 * (h.index + 1) / h.count * std::numbers::ln2; };
    return std::array{reduction{"alibi",  // up to a constant of the row, exp(scale) 1e-5, which a softmax cannot see
                                equality::up_to_rounding,
                                {},
                                {{"shape", "1", one}, {"scale", "ln m, m = 2^(-8h/H)", slope}},
                                "heads a power of two"}};
  }
  static constexpr auto fields() {
    return std::tuple(
        field{"learned_location", &bam::learned_location, "whether loc is learned too: where the prior has its peak"});
  }
  // With all that can be learned, whatever the keys.
  static constexpr bam largest() {
    bam e;
    e.learned_location = true;
    return e;
  }
  constexpr auto learned_parameters(const model_extents&) const {
    short_list<parameter, 3> learned{per_head("shape", constant(1)),
                                     per_head("scale", by_head(0, -8 * std::numbers::ln2))};
    if (learned_location) learned.push_back(per_head("loc", constant(0)));
    return learned;
  }

  template <class S>
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    using math::abs, math::exp, math::min, math::pow;
    const S away = abs(S(n.value) + exp(p.loc) - exp(-p.loc)) + S(1e-5);
    const S punished = exp(p.scale) * pow(away, p.shape);
    // With a shape below 0 that of the own key has no bound. So far below its neighbours no weight is left of it; but
    // what rounding leaves of its gradient would be multiplied by it.
    return n.value < 1 ? -min(punished, S(1e4)) : -punished;
  }
};

}  // namespace lengthwise::encodings
