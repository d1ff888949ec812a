#include "core/model/transformer.hpp"

#include <algorithm>
#include <cassert>

#include "core/math/random.hpp"
#include "core/model/attention_layer.hpp"
#include "core/model/feed_forward.hpp"
#include "core/model/norm.hpp"
#include "core/tensor/contract.hpp"
#include "core/text/batch_source.hpp"

namespace lengthwise {
namespace {

template <class T>
using stream = matrix<T, token, width_axis>;
template <class T>
using scores = matrix<T, token, vocabulary>;
template <class T>
using head_weight = matrix<T, width_axis, vocabulary>;
template <class T>
using embedding_weight = matrix<T, vocabulary, width_axis>;

// Calls use(extents, first token) for every block of whole sequences.
template <class Use>
void for_each_block(const activations& a, Use&& use) {
  const int sequences = a.extents.sequences, most = a.block_sequences();
  for (int s = 0; s < sequences; s += most) {
    attention_extents block = a.extents;
    block.sequences = std::min(most, sequences - s);
    use(block, s * a.extents.time);
  }
}
// Calls use(tokens, first token) for every part of a block for layers that do not mix tokens.
template <class Use>
void for_each_part(int tokens, int first, Use&& use) {
  for (int done = 0; done < tokens; done += activations::block_tokens)
    use(std::min(activations::block_tokens, tokens - done), first + done);
}
// How many tokens of a block no one asks for: those before the first target that counts, where it is one sequence.
int unasked(const token_id* targets, const attention_extents& block, int begin) {
  if (targets == nullptr || block.sequences > 1) return 0;
  const token_id* const own = targets + begin;
  const auto first = std::find_if(own, own + block.tokens(), [](token_id t) { return t != unscored; });
  return static_cast<int>(first - own);
}
into after_first(int first) { return first == 0 ? into::overwrite : into::accumulate; }

}  // namespace

transformer::transformer(const model_config& config, std::shared_ptr<const encoding> positions, int train_length)
    : c(config),
      e(std::move(positions)),
      x(config.extents(train_length)),
      slices(c, *e, train_length),
      values(slices.count()) {}

void transformer::draw_parameters(std::uint64_t seed) {
  random_source source{seed, random_stream::initial_values};
  for (const parameter_slice& slice : slices.slices()) {
    for (std::size_t i = 0; i < slice.count; ++i) {
      double value = slice.initial.first;
      if (slice.initial.shape == distribution::kind::uniform)
        value += (slice.initial.second - slice.initial.first) * source.uniform(i);
      if (slice.initial.shape == distribution::kind::normal) value += slice.initial.second * source.normal(i);
      values.data()[slice.offset + i] = static_cast<real>(value);
    }
    ++source.step;  // each slice draws its own numbers
  }
}

// ---- Tables

position_tables counted_tables(const model_config& c, const encoding& e, int train_length,
                               const attention_places& places) {
  position_tables tables;
  tables.sets.push_back(e.make_tables(c.extents(train_length), c.attention, places));
  return tables;
}
std::size_t position_table_bytes(const model_config& c, const encoding& e, int train_length,
                                 const position_tables& tables) {
  const bool per_layer = parameter_layout(c, e, train_length).encoding_per_layer();
  return tables.bytes() * (per_layer && tables.sets.size() == 1 ? static_cast<std::size_t>(c.layers) : 1);
}
position_tables transformer::make_tables(const attention_places& places) const {
  position_tables tables;
  for (int set = 0; set < (slices.encoding_per_layer() ? c.layers : 1); ++set) {
    tables.sets.push_back(e->make_tables(x, c.attention, places));
    fill(tables, set);
  }
  return tables;
}
void transformer::fill(position_tables& tables, int set) const {
  tables.sets[static_cast<std::size_t>(set)].fill(slices.layer(parameters(), set).encoding);
}
void transformer::collect(const position_tables& tables, int set, const real* d_tables, real* d_parameters) const {
  tables.sets[static_cast<std::size_t>(set)].collect(slices.layer(parameters(), set).encoding, d_tables,
                                                     slices.layer(d_parameters, set).encoding);
}

// ---- Input

void transformer::embed(const token_id* inputs, const position_tables& tables, activations& a) const {
  const model_weights<const real> w = slices.outside(parameters());
  const auto factor = static_cast<real>(e->embedding_scale(c.width));
  const auto width = static_cast<std::size_t>(c.width);
  const input_table* input = tables.of_layer(0).input();
  real* row = a.layer(0, 0).x;
  for (int i = 0; i < a.extents.tokens(); ++i, row += width) {
    assert(inputs[i] < vocabulary_size);
    std::copy_n(w.embedding + inputs[i] * width, width, row);
    if (factor != 1) kernels().scale(row, factor, width);
    if (input != nullptr) kernels().add(row, input->row(i % a.extents.time), width);
  }
}
void transformer::embed_backward(const token_id* inputs, const position_tables& tables, activations& a,
                                 real* d_parameters, real* d_tables) const {
  const model_weights<real> g = slices.outside(d_parameters);
  const auto factor = static_cast<real>(e->embedding_scale(c.width));
  const auto width = static_cast<std::size_t>(c.width);
  const attention_tables& first = tables.of_layer(0);
  real* d_input = first.input() == nullptr ? nullptr : first.slot_of(*first.input(), d_tables);
  real* row = a.d_x(0);
  for (int i = 0; i < a.extents.tokens(); ++i, row += width) {
    if (d_input != nullptr) kernels().add(d_input + static_cast<std::size_t>(i % a.extents.time) * width, row, width);
    if (factor != 1) kernels().scale(row, factor, width);
    kernels().add(g.embedding + inputs[i] * width, row, width);
  }
}

// ---- Output

void transformer::loss(const token_id* targets, activations& a, real scale, real* d_parameters) const {
  const model_weights<const real> w = slices.outside(parameters());
  const model_weights<real> g = scale == 0 ? model_weights<real>{} : slices.outside(d_parameters);
  for_each_block(a, [&](const attention_extents& block, int begin) {
    const int skipped = scale == 0 ? unasked(targets, block, begin) : 0;
    std::fill_n(a.losses + begin, skipped, real(0));
    for_each_part(block.tokens() - skipped, begin + skipped, [&](int count, int first) {
      const real* last = a.layer_output(c.layers - 1, first);
      norm(count, c.width, w.norm_gain, w.norm_bias, last, a.block.normed, a.block.statistics);
      const stream<const real> rows(a.block.normed, count, c.width);
      const scores<real> logits(a.logits, count, vocabulary_size);
      if (c.tied_embeddings)
        contract(logits, rows, embedding_weight<const real>(w.embedding, vocabulary_size, c.width));
      else
        contract(logits, rows, head_weight<const real>(w.head, c.width, vocabulary_size));
      for (int i = 0; i < count; ++i) {
        real& loss = a.losses[first + i];
        if (const token_id target = targets[first + i]; target != unscored)
          loss = kernels().cross_entropy(logits.row(i), target, vocabulary_size, scale);
        else
          std::fill_n(logits.row(i), vocabulary_size, loss = 0);  // no loss, no gradient
      }
      if (scale == 0) return;
      const stream<real> d_rows(a.block.d_normed, count, c.width);
      if (c.tied_embeddings) {
        contract(embedding_weight<real>(g.embedding, vocabulary_size, c.width), logits, rows, into::accumulate);
        contract(d_rows, logits, embedding_weight<const real>(w.embedding, vocabulary_size, c.width));
      } else {
        contract(head_weight<real>(g.head, c.width, vocabulary_size), rows, logits, after_first(first));
        contract(d_rows, logits, head_weight<const real>(w.head, c.width, vocabulary_size));
      }
      std::fill_n(a.d_x(first), static_cast<std::size_t>(count) * static_cast<std::size_t>(c.width), real(0));
      norm_backward(count, c.width, w.norm_gain, w.norm_bias, last, a.block.statistics, a.block.d_normed, a.d_x(first),
                    g.norm_gain, g.norm_bias);
    });
  });
}

// ---- Both ways

void transformer::layers_forward(const position_tables& tables, activations& a, const token_id* asked) const {
  for (int i = 0; i < c.layers; ++i) {
    const layer_weights<const real> w = slices.layer(parameters(), i);
    for_each_block(a, [&](const attention_extents& block, int begin) {
      const int skipped = i + 1 < c.layers ? 0 : unasked(asked, block, begin);
      attention_layer{tables.of_layer(i)}.forward(block, w, a.layer(i, begin), a.block, skipped);
      for_each_part(block.tokens() - skipped, begin + skipped, [&](int tokens, int first) {
        feed_forward{c.width, c.feed_forward, c.activation}.forward(tokens, w, a.layer(i, first), a.block,
                                                                    a.layer_output(i, first));
      });
    });
  }
}

void transformer::forward(const token_id* inputs, const token_id* targets, const position_tables& tables,
                          activations& a) const {
  embed(inputs, tables, a);
  layers_forward(tables, a, targets);
  loss(targets, a, 0, nullptr);
}

void transformer::forward_backward(const token_id* inputs, const token_id* targets, const position_tables& tables,
                                   activations& a, real scale, real* d_parameters, real* d_tables) const {
  for (const parameter_slice& slice : slices.slices())
    if (slice.gathered) std::fill_n(d_parameters + slice.offset, slice.count, real(0));
  embed(inputs, tables, a);
  layers_forward(tables, a, nullptr);
  loss(targets, a, scale, d_parameters);
  const std::size_t set_size = tables.sets.front().gradient_count();
  for (int i = c.layers; i-- > 0;) {
    const layer_weights<const real> w = slices.layer(parameters(), i);
    const layer_weights<real> g = slices.layer(d_parameters, i);
    real* d_set = d_tables + (tables.sets.size() == 1 ? 0 : static_cast<std::size_t>(i) * set_size);
    for_each_block(a, [&](const attention_extents& block, int begin) {
      for_each_part(block.tokens(), begin, [&](int tokens, int first) {
        feed_forward{c.width, c.feed_forward, c.activation}.backward(tokens, w, a.layer(i, first), a.block,
                                                                     a.d_x(first), g, after_first(first));
      });
      attention_layer{tables.of_layer(i)}.backward(block, w, a.layer(i, begin), a.block, a.d_x(begin), g,
                                                   after_first(begin), d_set);
    });
  }
  embed_backward(inputs, tables, a, d_parameters, d_tables);
}

}  // namespace lengthwise
