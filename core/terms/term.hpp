// A term: one thing that acts on the logits of attention. It owns its table, its scratch and its gradient slot; the
// loop over tiles (core/mixers/softmax_attention.hpp) knows only "each term". Terms are shared by threads, so what
// they write lies in memory that they are handed.
#pragma once
#include <span>

#include "core/hooks/position.hpp"
#include "core/terms/attention_extents.hpp"
#include "core/terms/pair_distances.hpp"
#include "core/terms/table.hpp"

namespace lengthwise {

// Queries that are taken at a time, and keys. A tile's own keys lie in one block, the first that it is taken through.
inline constexpr int query_tile = 64, key_block = 128;
static_assert(key_block % query_tile == 0);

using query_rows = matrix<real, query_axis, head_channel>;
using query_values = matrix<const real, query_axis, head_channel>;

// Queries first .. first + rows - 1 of one head of one sequence, as they see the keys of one zone.
struct attention_tile {
  attention_extents extents;
  int zone, sequence, head, first, rows;
  query_rows queries;  // as the products read them; a term may put rows of its own in their place
  query_rows output;   // forward: the sum of values so far, not yet divided by that of the weights
  // Backward only: the output's gradient, and where that of `queries` is gathered.
  query_values d_output;
  query_rows d_queries;
};

// Keys `key` .. key + count - 1 of a query; `row` is its index in the tile, and at[j] belongs to key + j.
struct key_row {
  int row, query, key, count;
  real* at;
};

// A term's own memory in one pass of one thread.
struct term_memory {
  real* scratch;  // scratch_count() numbers
  real* d_table;  // gradient_count() numbers, added to
  int block;      // the most keys of a row
};

// What a pass as a whole knows.
struct attention_pass {
  attention_extents extents;
  const real* gate_logits;  // [tokens, heads]; null unless a term reads gates
  const real* signals;      // [tokens, signals]; null unless a term reads them
  real* packed;             // [tokens, 3 width]: queries, keys, values
  real* d_gate_logits;      // the same of gradients; backward only
  real* d_signals;
  real* d_packed;
};

// In this order terms act on a product of query and key; all but the first see it after the division by sqrt(d).
enum class term_stage { product, row_scale, score, bias, bias_scale, row, gate, watch };

class term : public table {
 public:
  virtual term_stage stage() const = 0;
  // Whether it wants all keys of a query at once, in one zone.
  virtual bool wants_whole_rows() const { return false; }
  // For rows of at most `block` keys at a time.
  virtual std::size_t scratch_count(const attention_extents&, int /*block*/) const { return 0; }

  // Before the first tile of a pass; before the tiles of a head that begin at `first`, one a sequence; before a tile.
  virtual void open(const attention_pass&, term_memory) const {}
  virtual void prepare(int /*zone*/, int /*head*/, int /*first*/, term_memory) const {}
  virtual void begin(attention_tile&, term_memory) const {}
  // Acts on logits of a tile; and, behind all that a tile's blocks of keys gave, finishes the tile.
  virtual void logits(const attention_tile&, const key_row&, term_memory) const = 0;
  virtual void end(const attention_tile&, term_memory) const {}
  // What `logits` adds to a row, where it does only that and the numbers lie side by side; else null. It saves a pass.
  virtual const real* addend(const attention_tile&, const key_row&, term_memory) const { return nullptr; }

  // The way back: from the gradient of what it made of the logits to that of what it was given, in place. `logits` has
  // been called for the same row before.
  virtual void begin_backward(attention_tile& t, term_memory m) const { begin(t, m); }
  virtual void backward(const attention_tile&, const key_row&, term_memory) const {}
  virtual void end_backward(attention_tile&, term_memory) const {}
  virtual void close(const attention_pass&, term_memory) const {}

  // Whether it also takes part in the sum of values.
  virtual bool reads_weights() const { return false; }
  // Weights of a row, not yet divided by their sum; what it has summed of the row before is to be multiplied by
  // `factor`.
  virtual void weights(const attention_tile&, const key_row&, real /*factor*/, term_memory) const {}
  // Probabilities of a row, and the gradient of them, which is added to.
  virtual void weights_backward(const attention_tile&, const key_row&, real* /*d_weights*/, term_memory) const {}
};

// What terms are made for.
struct term_site {
  model_extents extents;
  const attention_places& places;
  const std::vector<pair_distances>& distances;  // of each zone

  int time() const { return places.time(); }
};

}  // namespace lengthwise
