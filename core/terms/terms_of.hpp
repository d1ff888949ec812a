// What an encoding gives to attention, from its hooks: the one list of hooks and what serves them.
#pragma once
#include <memory>

#include "core/terms/bias.hpp"
#include "core/terms/bucket.hpp"
#include "core/terms/gate.hpp"
#include "core/terms/head_mix.hpp"
#include "core/terms/input_table.hpp"
#include "core/terms/network_bias.hpp"
#include "core/terms/polar.hpp"
#include "core/terms/probe.hpp"
#include "core/terms/reflections.hpp"
#include "core/terms/relative_features.hpp"
#include "core/terms/relative_rows.hpp"
#include "core/terms/rotation.hpp"
#include "core/terms/row_rewrite.hpp"
#include "core/terms/score.hpp"
#include "core/terms/square_bias.hpp"
#include "core/terms/token_turns.hpp"

namespace lengthwise {

template <class E>
std::unique_ptr<input_table> input_table_of(const E& e, const term_site& s) {
  if constexpr (has_input<E>) return std::make_unique<input_of<E>>(e, s);
  if constexpr (has_input_row<E>) return std::make_unique<input_row_of<E>>(e, s);
  return nullptr;
}

template <class E>
std::unique_ptr<rotation> rotation_for(const E& e, const term_site& s) {
  if constexpr (has_angle<E>) return std::make_unique<rotation_of<E>>(e, s);
  return nullptr;
}

template <class E>
std::unique_ptr<polar> polar_for(const E& e, const term_site& s) {
  if constexpr (has_polar<E>) return std::make_unique<polar_of<E>>(e, s);
  return nullptr;
}

template <class E>
std::unique_ptr<head_mix> head_mix_for(const E& e, const term_site& s) {
  if constexpr (has_mix<E>) return std::make_unique<head_mix_of<E>>(e, s);
  return nullptr;
}
template <class E>
std::unique_ptr<token_turns> token_turns_for(const E& e, const term_site& s) {
  if constexpr (has_turns<E>) return std::make_unique<token_turns>(e, s);
  return nullptr;
}

template <class E>
std::vector<std::unique_ptr<term>> terms_of(const E& e, const term_site& s) {
  std::vector<std::unique_ptr<term>> terms;
  if constexpr (has_relative_row<E>) terms.push_back(std::make_unique<relative_rows_of<E>>(e, s));
  if constexpr (has_relative_feature<E>) terms.push_back(std::make_unique<relative_features_of<E>>(e, s));
  if constexpr (has_score<E>) terms.push_back(std::make_unique<score_of<E>>(e, s));
  if constexpr (has_bias<E>) terms.push_back(std::make_unique<bias_of<E>>(e, s));
  if constexpr (has_bias_at<E>) terms.push_back(std::make_unique<square_bias_of<E>>(e, s));
  if constexpr (has_reflections<E>) terms.push_back(std::make_unique<reflections>(s));
  if constexpr (has_probe<E>) terms.push_back(std::make_unique<probe_of<E>>(e, s));
  if constexpr (has_bucket<E>) terms.push_back(std::make_unique<bucket_of<E>>(e, s));
  if constexpr (has_network<E>) terms.push_back(std::make_unique<network_bias_of<E>>(e, s));
  if constexpr (has_row<E>) terms.push_back(std::make_unique<row_rewrite_of<E>>(e, s));
  if constexpr (has_gate<E>)
    terms.push_back(std::make_unique<gate_term>(s, gate_sign<E>, gate_scale(e, s.extents.head_width())));
  return terms;
}

// How far from its origin a stretch may be asked for: float holds 38 decades, of which products of queries and keys
// need some.
template <class E>
double stretch_reach(const E& e, const model_extents& x) {
  double fastest = 1e-12;
  const int planes = e.rotation(x.head_width()).planes;
  for (int h = 0; h < x.heads; ++h)
    for (int m = 0; m < planes; ++m)
      fastest = math::max(fastest, math::abs(math::log(e.template stretch<double>(
                                       head{h, x.heads}, plane{m, x.head_width() / 2}, position{1}))));
  return math::max(1.0, math::floor(34 / fastest));
}

}  // namespace lengthwise
