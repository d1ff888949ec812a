// What the loop of softmax attention goes over: tiles of queries, blocks of the keys that any of them sees, and the
// terms that act on their logits, each with its memory.
#pragma once
#include <algorithm>
#include <span>

#include "core/mixers/zone_rows.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {

using tile_matrix = matrix<real, query_axis, key_axis>;

class attention_tiles {
 public:
  attention_tiles(const attention_arguments& arguments, const attention_gradients* gradients)
      : a(arguments),
        g(gradients),
        x(arguments.extents),
        t(*arguments.tables),
        cutter(arguments.scratch),
        rows(arguments, gradients, cutter) {
    for (const auto& each : t.terms())
      whole_rows = whole_rows || each->wants_whole_rows(), weighs = weighs || each->reads_weights();
    block = whole_rows ? std::max(x.time, key_block) : key_block;
    scores_memory = cutter.cut(query_tile * static_cast<std::size_t>(block));
    d_scores_memory = cutter.cut(query_tile * static_cast<std::size_t>(block));
    sums = cutter.cut(2 * query_tile);
    term_count = t.terms().size();
    terms = cutter.cut<handed_term>(term_count);
    for (std::size_t i = 0; i < term_count; ++i) {
      const term& own = *t.terms()[i];
      real* const scratch = cutter.cut(own.scratch_count(x, block));
      if (terms != nullptr) terms[i] = {&own, {scratch, g == nullptr ? nullptr : t.slot_of(own, g->d_tables), block}};
    }
  }
  std::size_t used_scratch() const { return cutter.used(); }

  struct handed_term {
    const term* what;
    term_memory memory;
  };
  std::span<const handed_term> all() const { return {terms, term_count}; }
  attention_pass whole_pass() const {
    if (g == nullptr) return {x, a.gate_logits, a.signals, a.packed, nullptr, nullptr, nullptr};
    return {x, a.gate_logits, a.signals, a.packed, g->d_gate_logits, g->d_signals, g->d_packed};
  }
  int zones() const { return static_cast<int>(t.places().zones.size()); }
  const attention_zone& zone(int z) const { return t.places().zones[static_cast<std::size_t>(z)]; }

  template <class F>
  void for_each_tile(F&& f) {
    for (const handed_term& each : all()) each.what->open(whole_pass(), each.memory);
    for (int h = 0; h < x.heads; ++h) {
      rows.lay(h);
      for (int first = a.first_query / query_tile * query_tile; first < x.time; first += query_tile) {
        for (int z = 0; z < zones(); ++z)
          for (const handed_term& each : all()) each.what->prepare(z, h, first, each.memory);
        for (int s = 0; s < x.sequences; ++s)
          f({x, 0, s, h, first, std::min(query_tile, x.time - first), no_rows(), no_rows(), no_rows(), no_rows()});
      }
    }
  }
  static query_rows no_rows() { return {nullptr, 0, 0}; }
  query_rows output_rows(real* output, const attention_tile& tile) const {
    return token_rows{output, x.width(), x.time, x.head_width}.of_head<query_axis>(tile.sequence, tile.head, tile.first,
                                                                                   tile.rows);
  }
  template <class Axis>
  matrix<real, Axis, head_channel> rows_of(const token_rows& all_rows, const attention_tile& tile, int first,
                                           int count) const {
    return all_rows.of_head<Axis>(tile.sequence, tile.head, first, count);
  }
  real* log_sums(const attention_tile& tile) const {
    return a.log_sums + (static_cast<std::ptrdiff_t>(tile.sequence) * x.heads + tile.head) * x.time + tile.first;
  }

  // Calls f(first key, keys) for the blocks of the tile's zone that any of its queries sees, from the last to the
  // first.
  template <class F>
  void for_each_block(const attention_tile& tile, F&& f) const {
    const attention_zone& z = zone(tile.zone);
    const int* const begins = t.begins(tile.zone, tile.head);
    int begin = z.keys->count(), end = 0;
    for (int i = tile.first; i < tile.first + tile.rows; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (begins[at] < z.end[at]) begin = std::min(begin, begins[at]), end = std::max(end, z.end[at]);
    }
    if (begin < end)
      for (int key = (end - 1) / block * block; key + block > begin; key -= block) f(key, std::min(block, end - key));
  }
  // What query `row` of the tile sees of a block; the scores of all other keys become 0.
  key_row seen(const attention_tile& tile, const tile_matrix& scores, int key, int row) const {
    const auto query = static_cast<std::size_t>(tile.first + row);
    const attention_zone& z = zone(tile.zone);
    const int end = std::clamp(z.end[query] - key, 0, scores.column_count),
              begin = std::clamp(t.begins(tile.zone, tile.head)[query] - key, 0, end);
    return {row, tile.first + row, key + begin, end - begin, scores.row(row) + begin};
  }
  static void clear_unseen(const tile_matrix& scores, const key_row& r) {
    real* const row = scores.row(r.row);
    if (r.at != row) std::fill(row, r.at, real(0));
    std::fill(r.at + r.count, row + scores.column_count, real(0));
  }
  real factor(int query) const {
    const std::vector<double>& own = t.places().factors;
    return static_cast<real>(own.empty() ? t.logit_scale() : t.logit_scale() * own[static_cast<std::size_t>(query)]);
  }

  // Final logits of what a query sees of a block, and their gradient's way back to the product.
  void logits(const attention_tile& tile, const key_row& r) const {
    const auto n = static_cast<std::size_t>(r.count);
    const real scale = factor(r.query);
    bool scaled = false;
    for (const handed_term& each : all()) {
      const real* added = nullptr;
      if (!scaled && each.what->stage() != term_stage::product) {
        added = each.what->addend(tile, r, each.memory);
        kernels().scale_and_bias(r.at, scale, added, n), scaled = true;
      }
      if (added == nullptr) each.what->logits(tile, r, each.memory);
    }
    if (!scaled) kernels().scale(r.at, scale, n);
  }
  void logits_backward(const attention_tile& tile, const key_row& r) const {
    const auto n = static_cast<std::size_t>(r.count);
    bool scaled = false;
    for (std::size_t i = all().size(); i-- > 0;) {
      if (!scaled && terms[i].what->stage() == term_stage::product)
        kernels().scale(r.at, factor(r.query), n), scaled = true;
      terms[i].what->backward(tile, r, terms[i].memory);
    }
    if (!scaled) kernels().scale(r.at, factor(r.query), n);
  }

  const attention_arguments& a;
  const attention_gradients* g;
  const attention_extents& x;
  const attention_tables& t;
  arena_cutter cutter;
  zone_rows rows;
  bool whole_rows = false;
  int block = key_block;
  real *scores_memory, *d_scores_memory, *sums;
  handed_term* terms;
  std::size_t term_count;
  bool weighs = false;  // whether a term takes part in the sum of values
};

}  // namespace lengthwise
