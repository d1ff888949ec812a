// An encoding at run time: what a model needs of it, whatever its type. One object per encoding and set of
// hyper-parameters; stateless and shared by threads. Transformer, optimiser, trainer and evaluator know only this.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/attention/attention_tables.hpp"
#include "core/config/allowed_values.hpp"
#include "core/config/value.hpp"
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise {

class encoding {
 public:
  virtual ~encoding() = default;
  virtual std::unique_ptr<encoding> clone() const = 0;

  virtual std::string_view name() const = 0;
  // Whether it is the encoding of this name, or joined of such a one and others.
  virtual bool includes(std::string_view one) const { return one == name(); }
  virtual const card& about() const = 0;
  virtual hook hooks() const = 0;
  virtual std::span<const property_claim> claims() const = 0;  // all six properties
  virtual std::span<const reduction> reductions() const = 0;

  // Hyper-parameters.
  virtual std::string assign(std::string_view key, const config_value& value, bool& known) = 0;
  virtual std::vector<named_value> options() const = 0;
  virtual std::vector<field_help> option_helps() const = 0;
  virtual std::vector<allowed_values> option_values() const = 0;
  virtual config_problem problem(const model_extents&) const = 0;

  // Learned parameters, stored one after the other in this order.
  virtual std::vector<parameter> learned(const model_extents&) const = 0;
  virtual bool one_for_all_layers() const = 0;
  std::size_t parameter_count(const model_extents&) const;

  // What it is composed of, each with parameters of its own; itself alone.
  virtual int part_count() const { return 1; }
  virtual const encoding& part(int) const { return *this; }
  // What acts in a layer; in all layers the same.
  virtual const encoding& of_layer(int) const { return *this; }

  // What it asks of each token; nothing where it has no such hook.
  virtual signal_shape signals(const model_extents&) const = 0;
  virtual int domain(const model_extents&) const = 0;
  virtual double embedding_scale(int width) const = 0;
  bool gated() const { return any_of(hooks(), hook::gate); }
  // What a gate of this logit adds to the logits of all pairs around its token; of one that has gates.
  virtual double log_gate(double /*logit*/, int /*head_width*/) const { return 0; }
  bool acts_on_input() const { return any_of(hooks(), hook::input | hook::input_row); }
  bool acts_on_attention() const {
    return any_of(hooks(), static_cast<hook>(~static_cast<unsigned>(hook::input | hook::input_row)));
  }

  // Tables for tokens at these places; their values come when they are filled.
  // For one layer with these choices. Blocks of parameters: one for each part, then those of learned_choices.
  attention_tables make_tables(const model_extents&, const attention_config&, attention_places) const;
  // How far from its origin a stretch may be asked for; infinity where there is none.
  virtual double stretch_reach(const model_extents&) const = 0;
  // Adds the encoding's own tables and terms, whose parameters are this block.
  virtual void add_to(attention_tables&, const model_extents&, std::size_t block) const = 0;
  virtual double logit_scale(int head_width) const = 0;
  // What is added to the logit of a query and a key for their positions alone; 0 where nothing is. For figures and
  // tables.
  virtual double logit_bias(const model_extents&, const real* parameters, head, position query, position key) const = 0;
};

}  // namespace lengthwise
