// Everything that one layer's attention reads besides its queries, keys and values: where tokens stand and what follows
// from it. Made for a length, filled with the encoding's parameters once a step, shared by threads. The gradients of
// all tables lie in one block of numbers, each in a slot of its own.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "core/attention/attention_config.hpp"
#include "core/terms/head_mix.hpp"
#include "core/terms/input_table.hpp"
#include "core/terms/parameter_blocks.hpp"
#include "core/terms/polar.hpp"
#include "core/terms/rotation.hpp"
#include "core/terms/sink.hpp"
#include "core/terms/term.hpp"
#include "core/terms/token_turns.hpp"

namespace lengthwise {

class attention_tables {
 public:
  // For one layer with these choices, and what acts by these hooks. Distances are found only where one of them asks: a
  // table of pairs may be large.
  attention_tables(attention_places, const attention_config&, const model_extents&, hook hooks, double logit_scale);

  const attention_places& places() const { return *places_; }
  int time() const { return places_->time(); }
  term_site site(const model_extents& x) const { return {x, *places_, *distances_}; }
  const attention_config& choices() const { return choices_; }
  // [time]: where the keys of a zone begin that each query of a head sees.
  const int* begins(int zone, int head) const {
    const auto z = static_cast<std::size_t>(zone);
    return begins_.empty() ? places_->zones[z].begin.data() : begins_[z][static_cast<std::size_t>(head)].data();
  }
  bool gated() const { return any_of(hooks_, hook::gate); }
  // What a product of query and key is multiplied by.
  double logit_scale() const { return logit_scale_; }

  const input_table* input() const { return input_.get(); }  // null where nothing is added to the input
  const rotation* turned() const { return rotation_.get(); }
  const lengthwise::polar* polar() const { return polar_.get(); }
  const lengthwise::head_mix* mix() const { return mix_.get(); }
  const token_turns* turns() const { return turns_.get(); }
  const lengthwise::sink* sink() const { return sink_.get(); }  // null where there is none
  // In the order in which they act.
  const std::vector<std::unique_ptr<term>>& terms() const { return terms_; }

  // Of the part of the encoding, or the choices, whose parameters are this block.
  void add(std::unique_ptr<input_table> t, std::size_t block) { keep(input_, std::move(t), block); }
  void add(std::unique_ptr<rotation> t, std::size_t block) { keep(rotation_, std::move(t), block); }
  void add(std::unique_ptr<lengthwise::polar> t, std::size_t block) { keep(polar_, std::move(t), block); }
  void add(std::unique_ptr<lengthwise::head_mix> t, std::size_t block) { keep(mix_, std::move(t), block); }
  void add(std::unique_ptr<token_turns> turns) { turns_ = std::move(turns); }
  void add(std::unique_ptr<term>, std::size_t block);
  void add(std::unique_ptr<lengthwise::sink> t, std::size_t block) { keep(sink_, std::move(t), block); }
  // The block with the weights of gates.
  std::size_t gate_block() const { return gate_block_; }
  void set_gate_block(std::size_t block) { gate_block_ = block; }
  // What the encoding asks of each token, and the block with the parameters of its network.
  const signal_shape& signals() const { return signals_; }
  std::size_t signal_block() const { return signal_block_; }
  void set_signals(const signal_shape& shape, std::size_t block) { signals_ = shape, signal_block_ = block; }

  void fill(parameter_blocks<const real>);
  // Of blocks that lie one after the other.
  void fill(const real* parameters) { fill({parameters, in_order_.data()}); }
  void collect(const real* parameters, const real* d_tables, real* d_parameters) const {
    collect({parameters, in_order_.data()}, d_tables, {d_parameters, in_order_.data()});
  }
  // The block behind the last one has so many numbers.
  void append_block(std::size_t count) { in_order_.push_back(in_order_.back() + count); }
  std::size_t gradient_count() const { return gradient_count_; }
  // d_parameters += the tables' gradients through the formulas.
  void collect(parameter_blocks<const real> parameters, const real* d_tables,
               parameter_blocks<real> d_parameters) const;
  // A table's slot in the block of gradients; null where it has none or there is no block.
  real* slot_of(const table&, real* d_tables) const;
  std::size_t bytes() const;

 private:
  struct placed {
    table* what;
    std::size_t block, gradient;
  };
  void place(table*, std::size_t block);
  template <class T>
  void keep(std::unique_ptr<T>& where, std::unique_ptr<T> t, std::size_t block) {
    if (t == nullptr) return;
    place(t.get(), block);
    where = std::move(t);
  }
  void limit(const model_extents&);
  void scale(int train_length);

  std::unique_ptr<attention_places> places_;
  std::unique_ptr<const std::vector<pair_distances>> distances_;
  attention_config choices_;
  hook hooks_;
  double logit_scale_;
  std::unique_ptr<input_table> input_;
  std::unique_ptr<rotation> rotation_;
  std::unique_ptr<lengthwise::polar> polar_;
  std::unique_ptr<lengthwise::sink> sink_;
  std::vector<std::vector<std::vector<int>>> begins_;  // [zones, heads, time]; empty: as the zones say
  std::size_t gate_block_ = 0, signal_block_ = 0;
  signal_shape signals_;
  std::unique_ptr<lengthwise::head_mix> mix_;
  std::unique_ptr<token_turns> turns_;
  std::vector<std::size_t> in_order_ = {0};
  std::vector<std::unique_ptr<term>> terms_;
  std::vector<placed> all_;
  std::size_t gradient_count_ = 0;
};

}  // namespace lengthwise
