// Everything that one layer's attention reads besides its queries, keys and values: where tokens stand and what follows
// from it. Made for a length, filled with the encoding's parameters once a step, shared by threads. The gradients of
// all tables lie in one block of numbers, each in a slot of its own.
#pragma once
#include <memory>
#include <vector>

#include "core/terms/input_table.hpp"
#include "core/terms/rotation.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class attention_tables {
 public:
  // For what acts by these hooks. Distances are found only where one of them asks: a table of pairs may be large.
  attention_tables(attention_places, hook hooks, double logit_scale);

  const attention_places& places() const { return *places_; }
  int time() const { return places_->time(); }
  term_site site(const model_extents& x) const { return {x, *places_, *distances_}; }
  bool gated() const { return any_of(hooks_, hook::gate); }
  // What a product of query and key is multiplied by.
  double logit_scale() const { return logit_scale_; }

  const input_table* input() const { return input_.get(); }  // null where nothing is added to the input
  const rotation* turned() const { return rotation_.get(); }
  // In the order in which they act.
  const std::vector<std::unique_ptr<term>>& terms() const { return terms_; }

  // `parameters` is where the encoding's own begin among those of the layer.
  void add(std::unique_ptr<input_table>, std::size_t parameters);
  void add(std::unique_ptr<rotation>, std::size_t parameters);
  void add(std::unique_ptr<term>, std::size_t parameters);

  void fill(const real* parameters);
  std::size_t gradient_count() const { return gradient_count_; }
  // d_parameters += the tables' gradients through the formulas.
  void collect(const real* parameters, const real* d_tables, real* d_parameters) const;
  // A table's slot in the block of gradients; null where it has none or there is no block.
  real* slot_of(const table&, real* d_tables) const;
  std::size_t bytes() const;

 private:
  struct placed {
    table* what;
    std::size_t parameters, gradient;
  };
  void place(table*, std::size_t parameters);

  std::unique_ptr<const attention_places> places_;
  std::unique_ptr<const std::vector<pair_distances>> distances_;
  hook hooks_;
  double logit_scale_;
  std::unique_ptr<input_table> input_;
  std::unique_ptr<rotation> rotation_;
  std::vector<std::unique_ptr<term>> terms_;
  std::vector<placed> all_;
  std::size_t gradient_count_ = 0;
};

}  // namespace lengthwise
