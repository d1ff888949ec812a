// A decoder-only pre-norm transformer over bytes (Radford et al., 2019), whatever its positional encoding.
#pragma once
#include <memory>
#include <span>

#include "core/model/activations.hpp"
#include "core/model/parameter_layout.hpp"

namespace lengthwise {

// The encoding's tables at one length: one set, or one for each layer where layers learn their own.
struct position_tables {
  std::vector<attention_tables> sets;
  const attention_tables& of_layer(int index) const {
    return sets[sets.size() == 1 ? 0 : static_cast<std::size_t>(index)];
  }
};

// Bytes of those that a model trained at `train_length` would have.
std::size_t position_table_bytes(const model_config&, const encoding&, int train_length, int time);

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

  // Positions 0 .. time - 1, filled; refill after parameters changed, where the encoding learns.
  position_tables make_tables(int time) const;
  position_tables make_tables(std::span<const double> at) const;
  void fill(position_tables&, int set) const;
  // Numbers of one set's gradient, and d_parameters += the gradient of set `set`.
  std::size_t table_gradient_count(int time) const { return e->table_gradients(x, time).total; }
  void collect(const position_tables&, int set, const real* d_tables, real* d_parameters) const;

  // Losses in nats of every token: a.losses [sequences, time]. Tokens [sequences, time], as activations were made.
  void forward(const token_id* inputs, const token_id* targets, const position_tables&, activations&) const;
  // The same, and the gradient of scale times the sum of losses: d_parameters is written, d_tables (one block a set)
  // added to.
  void forward_backward(const token_id* inputs, const token_id* targets, const position_tables&, activations&,
                        real scale, real* d_parameters, real* d_tables) const;

 private:
  void embed(const token_id* inputs, const position_tables&, activations&) const;
  void embed_backward(const token_id* inputs, activations&, real* d_parameters, real* d_tables) const;
  void layers_forward(const position_tables&, activations&) const;
  // Output losses; with a scale, d_x becomes the gradient of what left the last layer.
  void loss(const token_id* targets, activations&, real scale, real* d_parameters) const;

  model_config c;
  std::shared_ptr<const encoding> e;
  model_extents x;
  parameter_layout slices;
  buffer values;
};

}  // namespace lengthwise
