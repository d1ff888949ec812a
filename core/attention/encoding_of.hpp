// The run-time face of one encoding type: everything follows from its header.
#pragma once
#include "core/attention/causal_attention.hpp"
#include "core/hooks/property_checks.hpp"

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
  config_problem problem(const model_extents& x) const override { return e.problem(x); }

  std::vector<parameter> learned(const model_extents& x) const override {
    const auto declared = e.learned_parameters(x);
    return {declared.begin(), declared.end()};
  }
  bool one_for_all_layers() const override { return E::one_for_all_layers; }
  int domain(const model_extents& x) const override { return e.domain(x); }
  double embedding_scale(int width) const override { return e.embedding_scale(width); }

  attention_tables make_tables(const model_extents& x, std::span<const double> positions) const override {
    return make_attention_tables(e, x, positions);
  }
  void fill(attention_tables& t, const model_extents& x, const real* parameters) const override {
    fill_attention_tables(e, t, x, parameters);
  }
  table_gradient_layout table_gradients(const model_extents& x, int time) const override {
    return lay_out_table_gradients(e, x, time);
  }
  void collect(const attention_tables& t, const model_extents& x, const real* parameters, const real* d_tables,
               real* d_parameters) const override {
    collect_table_gradients(e, t, x, parameters, d_tables, d_parameters);
  }
  double logit_bias([[maybe_unused]] const model_extents& x, [[maybe_unused]] const real* parameters,
                    [[maybe_unused]] head h, [[maybe_unused]] position query,
                    [[maybe_unused]] position key) const override {
    if constexpr (has_bias<E>)
      return e.template bias<double>(as_values<E>(e.learned_parameters(x), parameters, h), h, query - key);
    else if constexpr (has_bias_at<E>)
      return e.template bias_at<double>(as_values<E>(e.learned_parameters(x), parameters, h), h, query, key);
    else if constexpr (has_bucket<E>)
      return static_cast<double>(parameters[h.index * e.learned_parameters(x)[0].columns + e.bucket(query - key)]);
    else
      return 0;
  }

  std::size_t scratch_count(const attention_extents& x) const override {
    return causal_attention<E>::scratch_count(e, x);
  }
  void forward(const attention_arguments& a) const override { causal_attention<E>(e, a).forward(); }
  void backward(const attention_arguments& a, const attention_gradients& g) const override {
    causal_attention<E>(e, a).backward(g);
  }

 private:
  std::string_view own_name;
  E e;
};

}  // namespace lengthwise
