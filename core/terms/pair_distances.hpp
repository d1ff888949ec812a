// The distances between the queries and keys of a zone, so that a table has one row for equal distances. A distance is
// a magnitude: where positions are in another order than tokens, a key may stand ahead of its query.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/terms/places.hpp"

namespace lengthwise {

class pair_distances {
 public:
  explicit pair_distances(const attention_zone&);

  // The distances that visible pairs have.
  const std::vector<double>& values() const { return values_; }
  int count() const { return static_cast<int>(values_.size()); }
  // Which of them a visible pair has. Where positions follow each other by equal steps, exactly (`stepped`), the slots
  // of a query's keys follow each other by ones.
  int slot(int query, int key) const {
    return stepped() ? key - query + origin_
                     : slots_[static_cast<std::size_t>(query) * keys_ + static_cast<std::size_t>(key)];
  }
  bool stepped() const { return slots_.empty(); }
  std::size_t bytes() const { return values_.size() * sizeof(double) + slots_.size() * sizeof(std::int32_t); }

 private:
  std::vector<double> values_;
  std::vector<std::int32_t> slots_;  // [queries, keys]; empty where stepped
  std::size_t keys_;
  int origin_ = 0;
};

// Those of every zone.
std::vector<pair_distances> distances_of(const attention_places&);

}  // namespace lengthwise
