#include "core/model/transformer.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

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
bool is_largest(const real* row, token_id target) {
  int as_large = 0;
  for (int i = 0; i < vocabulary_size; ++i) as_large += row[i] >= row[target];
  return as_large == 1;
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
      if (slice.initial.shape == distribution::kind::by_head)
        value += slice.initial.second * static_cast<double>(i + 1) / static_cast<double>(slice.count);
      if (slice.initial.shape == distribution::kind::normal) value += slice.initial.second * source.normal(i);
      values.data()[slice.offset + i] = static_cast<real>(value);
    }
    ++source.step;  // each slice draws its own numbers
  }
}

void transformer::switch_to(std::shared_ptr<const encoding> other) {
  parameter_layout its(c, *other, x.train_length);
  const auto same = [](const parameter_slice& a, const parameter_slice& b) {
    return a.name == b.name && a.shape == b.shape;
  };
  if (!std::ranges::equal(its.slices(), slices.slices(), same))
    throw std::invalid_argument("an encoding that learns something else");
  e = std::move(other), slices = std::move(its);
}

// ---- Tables

position_tables counted_tables(const model_config& c, const encoding& e, int train_length,
                               const attention_places& places) {
  const parameter_layout layout(c, e, train_length);
  position_tables tables;
  std::vector<int> like;  // [sets of the model]: which one of these is like it
  for (int set = 0; set < layout.set_count(); ++set) {
    const int layer = layout.first_layer_of(set);
    int same = 0;
    for (; same < set; ++same) {
      const int other = layout.first_layer_of(same);
      if (&e.of_layer(other) == &e.of_layer(layer) && c.attention.of_layer(other) == c.attention.of_layer(layer)) break;
    }
    if (same < set) {
      like.push_back(like[static_cast<std::size_t>(same)]);
      ++tables.copies[static_cast<std::size_t>(like.back())];
      continue;
    }
    like.push_back(static_cast<int>(tables.sets.size()));
    tables.sets.push_back(e.of_layer(layer).make_tables(c.extents(train_length), c.attention.of_layer(layer), places));
    tables.copies.push_back(1);
  }
  for (int layer = 0; layer < c.layers; ++layer)
    tables.of_layers.push_back(like[static_cast<std::size_t>(layout.set_of(layer))]);
  return tables;
}
position_tables transformer::make_tables(const attention_places& places) const {
  position_tables tables;
  for (int set = 0; set < slices.set_count(); ++set) {
    const int layer = slices.first_layer_of(set);
    tables.sets.push_back(e->of_layer(layer).make_tables(x, c.attention.of_layer(layer), places));
    fill(tables, set);
  }
  for (int layer = 0; layer < c.layers; ++layer) tables.of_layers.push_back(slices.set_of(layer));
  return tables;
}
position_tables transformer::make_tables_by_layer(const attention_places& places) const {
  position_tables tables;
  for (int layer = 0; layer < c.layers; ++layer) {
    tables.sets.push_back(e->of_layer(layer).make_tables(x, c.attention.of_layer(layer), places));
    tables.sets.back().fill(slices.layer(parameters(), layer).attention);
    tables.of_layers.push_back(layer);
  }
  return tables;
}
void transformer::fill(position_tables& tables, int set) const {
  tables.sets[static_cast<std::size_t>(set)].fill(slices.layer(parameters(), slices.first_layer_of(set)).attention);
}
void transformer::collect(const position_tables& tables, int set, const real* d_tables, real* d_parameters) const {
  const int layer = slices.first_layer_of(set);
  tables.sets[static_cast<std::size_t>(set)].collect(slices.layer(parameters(), layer).attention, d_tables,
                                                     slices.layer(d_parameters, layer).attention);
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
        const token_id target = targets[first + i];
        if (target == unscored) {
          std::fill_n(logits.row(i), vocabulary_size, loss = 0);  // no loss, no gradient
          continue;
        }
        if (a.right != nullptr) a.right[first + i] = is_largest(logits.row(i), target);
        loss = kernels().cross_entropy(logits.row(i), target, vocabulary_size, scale);
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
  for (int i = c.layers; i-- > 0;) {
    const layer_weights<const real> w = slices.layer(parameters(), i);
    const layer_weights<real> g = slices.layer(d_parameters, i);
    real* d_set = d_tables + tables.gradient_begin(tables.of_layers[static_cast<std::size_t>(i)]);
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
