// A decoder-only pre-norm transformer over bytes (Radford et al., 2019), whatever its positional encoding.
#pragma once
#include <memory>
#include <span>

#include "core/model/activations.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/model/position_tables.hpp"

namespace lengthwise {

// One set of each kind, for a model trained at `train_length`: what must be known before there is a model.
position_tables counted_tables(const model_config&, const encoding&, int train_length, const attention_places&);

class transformer {
 public:
  // Parameters are zero until they are drawn or loaded.
  transformer(const model_config&, std::shared_ptr<const encoding>, int train_length);
  void draw_parameters(std::uint64_t seed);

  const model_config& config() const { return c; }
  const encoding& positions() const { return *e; }
  const model_extents& extents() const { return x; }
  const parameter_layout& layout() const { return slices; }
  real* parameters() { return values.data(); }
  const real* parameters() const { return values.data(); }

  // Another encoding from here on. It must learn the same parameters; throws std::invalid_argument otherwise.
  void switch_to(std::shared_ptr<const encoding>);

  // Filled; refill after parameters changed, where the encoding learns.
  position_tables make_tables(const attention_places&) const;
  position_tables make_tables(int time) const { return make_tables(places_in_order(time)); }
  // Filled, with tables of its own for every layer, for what looks at them one by one.
  position_tables make_tables_by_layer(const attention_places&) const;
  void fill(position_tables&, int set) const;
  // d_parameters += the gradient of set `set`.
  void collect(const position_tables&, int set, const real* d_tables, real* d_parameters) const;

  // Losses in nats of every token: a.losses [sequences, time]. Tokens [sequences, time], as activations were made.
  void forward(const token_id* inputs, const token_id* targets, const position_tables&, activations&) const;
  // The same, and the gradient of scale times the sum of losses: d_parameters is written, d_tables (one block a set)
  // added to.
  void forward_backward(const token_id* inputs, const token_id* targets, const position_tables&, activations&,
                        real scale, real* d_parameters, real* d_tables) const;

 private:
  void embed(const token_id* inputs, const position_tables&, activations&) const;
  void embed_backward(const token_id* inputs, const position_tables&, activations&, real* d_parameters,
                      real* d_tables) const;
  // Of the last layer only what targets that count ask for; everything where there are none.
  void layers_forward(const position_tables&, activations&, const token_id* targets) const;
  // Output losses; with a scale, d_x becomes the gradient of what left the last layer.
  void loss(const token_id* targets, activations&, real scale, real* d_parameters) const;

  model_config c;
  std::shared_ptr<const encoding> e;
  model_extents x;
  parameter_layout slices;
  buffer values;
};

}  // namespace lengthwise
