// What the tests of terms share: a term where tokens stand, and tiles of it without queries, for terms that add
// numbers.
#pragma once
#include <cmath>
#include <vector>

#include "core/terms/term.hpp"

namespace lengthwise::test {

inline std::vector<double> in_order(int time) {
  std::vector<double> positions(static_cast<std::size_t>(time));
  for (int i = 0; i < time; ++i) positions[static_cast<std::size_t>(i)] = i;
  return positions;
}

struct site {
  model_extents extents;
  attention_places places;
  std::vector<pair_distances> distances;

  site(const model_extents& x, const std::vector<double>& positions)
      : extents(x), places(places_at(positions)), distances(distances_of(places)) {}
  explicit site(const model_extents& x, attention_places where)
      : extents(x), places(std::move(where)), distances(distances_of(places)) {}
  term_site of() const { return {extents, places, distances}; }

  attention_tile tile(int head, int first, int rows) const {
    return {{1, places.time(), extents.heads, extents.head_width()},
            0,
            0,
            head,
            first,
            rows,
            {nullptr, 0, 0},
            {nullptr, 0, 0},
            {nullptr, 0, 0},
            {nullptr, 0, 0}};
  }
  // What a term adds to the logits of a query's keys 0 .. query.
  std::vector<real> added(const term& t, int head, int query, term_memory m) const {
    std::vector<real> row(static_cast<std::size_t>(query + 1));
    const int first = query / query_tile * query_tile;
    t.logits(tile(head, first, 1), {query - first, query, 0, query + 1, row.data()}, m);
    return row;
  }
};

}  // namespace lengthwise::test
