// Several encodings under one name: those that act together in every layer, or each in layers of its own. Their
// hyper-parameters are told by KEY where one of them has it, else by ENCODING.KEY; KEY alone sets it in all that do.
#pragma once
#include "core/attention/encoding.hpp"

namespace lengthwise {

class joined_encodings : public encoding {
 public:
  std::string_view name() const final { return name_; }
  bool includes(std::string_view one) const final;
  const card& about() const final { return about_; }
  hook hooks() const final;
  std::span<const property_claim> claims() const final { return claims_; }
  std::span<const reduction> reductions() const final { return {}; }

  std::string assign(std::string_view key, const config_value& value, bool& known) final;
  std::vector<named_value> options() const final;
  std::vector<field_help> option_helps() const final;
  std::vector<allowed_values> option_values() const final;

  // Those of all under their own names; under ENCODING.NAME where two have the same.
  std::vector<parameter> learned(const model_extents&) const final;
  bool one_for_all_layers() const final;
  signal_shape signals(const model_extents&) const final;
  int domain(const model_extents&) const final;
  double embedding_scale(int width) const final;
  double stretch_reach(const model_extents&) const final;

 protected:
  // No two of the same name. `name` is theirs together; claims are `claims`.
  joined_encodings(std::vector<std::unique_ptr<encoding>> all, std::string name, std::string_view how);
  const encoding& at(int index) const { return *all_[static_cast<std::size_t>(index)]; }
  int count() const { return static_cast<int>(all_.size()); }
  std::vector<std::unique_ptr<encoding>> clones() const;
  void claim(property);

 private:
  template <class F>
  void for_each_option(F&& f) const;

  std::vector<std::unique_ptr<encoding>> all_;
  std::string name_, title_, formula_, source_;
  card about_;
  std::array<property_claim, all_properties.size()> claims_{};
};

// What an encoding claims.
property claims_in(const encoding&);

}  // namespace lengthwise
