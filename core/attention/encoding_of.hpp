// The run-time face of one encoding type: everything follows from its header.
#pragma once
#include <limits>

#include "core/attention/encoding.hpp"
#include "core/hooks/property_checks.hpp"
#include "core/terms/terms_of.hpp"

namespace lengthwise {

template <positional_encoding E>
class encoding_of final : public encoding {
 public:
  explicit encoding_of(std::string_view name) : own_name(name) {}
  std::unique_ptr<encoding> clone() const override { return std::make_unique<encoding_of>(*this); }

  std::string_view name() const override { return own_name; }
  const card& about() const override { return E::about; }
  hook hooks() const override { return E::hooks; }
  std::span<const property_claim> claims() const override {
    static constexpr auto list = checks::claims_of<E>();
    return list;
  }
  std::span<const reduction> reductions() const override {
    static constexpr auto list = E::reductions();
    return list;
  }

  std::string assign(std::string_view key, const config_value& value, bool& known) override {
    return assign_field(e, key, value, known);
  }
  std::vector<named_value> options() const override { return field_values(e); }
  std::vector<field_help> option_helps() const override { return field_helps<E>(); }
  std::vector<allowed_values> option_values() const override { return allowed_values_of<E>(); }
  config_problem problem(const model_extents& x) const override { return e.problem(x); }

  std::vector<parameter> learned(const model_extents& x) const override {
    const auto declared = e.learned_parameters(x);
    return {declared.begin(), declared.end()};
  }
  double log_gate([[maybe_unused]] double logit, [[maybe_unused]] int head_width) const override {
    if constexpr (has_gate<E>) return gate_scale(e, head_width) * math::log_sigmoid(gate_sign<E> * logit);
    return 0;
  }
  bool one_for_all_layers() const override { return E::one_for_all_layers; }
  signal_shape signals([[maybe_unused]] const model_extents& x) const override {
    if constexpr (has_signals<E>) return e.signals(x);
    return {};
  }
  int domain(const model_extents& x) const override { return e.domain(x); }
  double embedding_scale(int width) const override { return e.embedding_scale(width); }

  double stretch_reach([[maybe_unused]] const model_extents& x) const override {
    if constexpr (has_stretch<E>) return lengthwise::stretch_reach(e, x);
    return std::numeric_limits<double>::infinity();
  }
  void add_to(attention_tables& t, const model_extents& x, std::size_t block) const override {
    t.add(input_table_of(e, t.site(x)), block);
    t.add(rotation_for(e, t.site(x)), block);
    t.add(polar_for(e, t.site(x)), block);
    for (std::unique_ptr<term>& each : terms_of(e, t.site(x))) t.add(std::move(each), block);
    t.add(head_mix_for(e, t.site(x)), block);
    t.add(token_turns_for(e, t.site(x)));
    if (has_gate<E>) t.set_gate_block(block);
    if constexpr (has_signals<E>) t.set_signals(e.signals(x), block);
  }
  double logit_scale(int head_width) const override { return e.logit_scale(head_width); }
  double logit_bias([[maybe_unused]] const model_extents& x, [[maybe_unused]] const real* parameters,
                    [[maybe_unused]] head h, [[maybe_unused]] position query,
                    [[maybe_unused]] position key) const override {
    if constexpr (has_bias<E>)
      return e.template bias<double>(as_values<E>(e.learned_parameters(x), parameters, h), h, query - key);
    else if constexpr (has_bias_at<E>)
      return e.template bias_at<double>(as_values<E>(e.learned_parameters(x), parameters, h), h, query, key);
    else if constexpr (has_network<E>)
      return network_output(x, parameters, h.index, query - key);
    else if constexpr (has_bucket<E>)
      return static_cast<double>(parameters[h.index * e.learned_parameters(x)[0].columns + e.bucket(query - key)]);
    else
      return 0;
  }

 private:
  double network_output(const model_extents& x, const real* parameters, int of_head, distance n) const {
    distance_network<E> network(e, x);
    network.look(parameters, n);
    return network.output(parameters, of_head);
  }

  std::string_view own_name;
  E e;
};

// Of an encoding that is not sound nothing is made, so that the compiler's first messages are those that say why.
template <class E>
std::unique_ptr<encoding> make_sound([[maybe_unused]] std::string_view name) {
  if constexpr (positional_encoding<E>)
    return std::make_unique<encoding_of<E>>(name);
  else
    return nullptr;
}

}  // namespace lengthwise
