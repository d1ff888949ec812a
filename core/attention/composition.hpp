// Encodings that act together: the union of their terms, each with its own parameters. Whether they may, and what is
// true of them then, follows by rule (core/hooks/composition_rules.hpp).
#pragma once
#include "core/attention/joined_encodings.hpp"

namespace lengthwise {

class composition final : public joined_encodings {
 public:
  explicit composition(std::vector<std::unique_ptr<encoding>> parts);
  std::unique_ptr<encoding> clone() const override { return std::make_unique<composition>(clones()); }

  // Also where two parts fight for one place.
  config_problem problem(const model_extents&) const override;
  int part_count() const override { return count(); }
  const encoding& part(int index) const override { return at(index); }

  void add_to(attention_tables&, const model_extents&, std::size_t first_block) const override;
  double logit_scale(int head_width) const override;
  double logit_bias(const model_extents&, const real* parameters, head, position query, position key) const override;

 private:
  composition(std::string name, std::vector<std::unique_ptr<encoding>>& parts);
};

}  // namespace lengthwise
