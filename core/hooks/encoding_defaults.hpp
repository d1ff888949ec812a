// What an encoding is when it says nothing else. An encoding inherits these and hides what it changes.
#pragma once
#include <array>
#include <limits>
#include <string_view>
#include <tuple>

#include "core/hooks/hook.hpp"
#include "core/hooks/properties.hpp"
#include "core/hooks/reduction.hpp"
#include "core/math/scalar.hpp"

namespace lengthwise {

// The card of an encoding: what documentation and `lengthwise inspect` say of it.
struct card {
  std::string_view title, formula, source, notes = "";
};

struct encoding_defaults {
  template <class S>
  using parameters = no_parameters<S>;
  // The properties that it has with its default hyper-parameters; the build checks them.
  static constexpr property claims = property::none;
  // What it reduces to; the tests check it.
  static constexpr std::array<reduction, 0> reductions() { return {}; }
  // Learned parameters, in the order of the struct of scalar parameters.
  constexpr std::array<parameter, 0> learned_parameters(const model_extents&) const { return {}; }
  // One set of parameters for all layers, or one for each.
  static constexpr bool one_for_all_layers = false;
  // Hyper-parameters: config keys.
  static constexpr auto fields() { return std::tuple<>(); }
  // What is wrong with the hyper-parameters for a model of these extents, and which config keys decide it.
  constexpr config_problem problem(const model_extents&) const { return {}; }
  // The positions that the encoding has a meaning for: 0 .. domain - 1.
  constexpr int domain(const model_extents&) const { return std::numeric_limits<int>::max(); }
  // What the token embedding is multiplied by before positions are added to it.
  constexpr double embedding_scale(int /*width*/) const { return 1; }
  // What q.k is multiplied by.
  constexpr double logit_scale(int head_width) const { return 1 / math::sqrt(static_cast<double>(head_width)); }
};

}  // namespace lengthwise
