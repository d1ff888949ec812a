// Encodings that act layer by layer, repeated to the depth: three layers with windows and rotations to one without
// (rope,rope,rope,none), say.
#pragma once
#include "core/attention/joined_encodings.hpp"

namespace lengthwise {

class layer_pattern final : public joined_encodings {
 public:
  explicit layer_pattern(std::vector<std::unique_ptr<encoding>> layers);
  std::unique_ptr<encoding> clone() const override { return std::unique_ptr<encoding>(new layer_pattern(*this)); }

  config_problem problem(const model_extents&) const override;
  const encoding& of_layer(int layer) const override {
    return at(pattern_[static_cast<std::size_t>(layer) % pattern_.size()]);
  }

  // What a table or figure shows is the first layer's.
  void add_to(attention_tables& t, const model_extents& x, std::size_t block) const override {
    at(pattern_.front()).add_to(t, x, block);
  }
  double logit_scale(int head_width) const override { return at(pattern_.front()).logit_scale(head_width); }
  double logit_bias(const model_extents& x, const real* parameters, head h, position query,
                    position key) const override {
    return at(pattern_.front()).logit_bias(x, parameters, h, query, key);
  }

 private:
  struct distinct_layers {
    std::vector<std::unique_ptr<encoding>> encodings;
    std::vector<int> pattern;
    std::string name;
  };
  static distinct_layers distinct(std::vector<std::unique_ptr<encoding>> layers);
  explicit layer_pattern(distinct_layers);
  layer_pattern(const layer_pattern& other)
      : layer_pattern({other.clones(), other.pattern_, std::string(other.name())}) {}

  std::vector<int> pattern_;  // which encoding; numbers of at()
};

}  // namespace lengthwise
