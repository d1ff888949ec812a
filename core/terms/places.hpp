// Where the queries and keys of attention stand, and which of them meet: values, so that a window read in order, at
// positions of one's own, or in any other way goes through the same kernels.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/hooks/position.hpp"

namespace lengthwise {

// A list of queries or of keys. Zones that share one share what follows from it.
struct token_places {
  std::vector<double> positions;
  std::vector<int> tokens;      // the token that each is of; empty where number j is of token j
  std::vector<double> centres;  // where a stretch counts from; empty: from 0

  int count() const { return static_cast<int>(positions.size()); }
};

// Pairs of queries and keys whose positions are told in one way. No pair is in two zones.
struct attention_zone {
  std::shared_ptr<const token_places> queries, keys;  // queries: one for each token
  std::vector<int> begin, end;                        // [time]: query i sees the keys begin[i] .. end[i] - 1
  double apart = 0;                                   // a query's centre less that of a key that it sees
};

// How far a pair of channels turns for each unit of position, and what it is multiplied by.
struct plane_turn {
  double frequency, scale;
};

struct attention_places {
  // Every query sees its own key in the first zone, within the last 128 keys that its neighbours see there.
  std::vector<attention_zone> zones;
  std::vector<double> factors;  // [time]: what the logits of each query are multiplied by; empty: 1
  // Where a rotation is read in another way: of the frequencies of all planes, the plane, and the position.
  std::function<plane_turn(std::span<const double>, plane, double)> turn;

  int time() const { return zones.front().queries->count(); }
  std::size_t bytes() const;
};

// The largest position of any query or key; 0 where all are below.
double furthest_position(const attention_places&);

// Token i stands at positions[i], and sees the tokens up to itself.
attention_places places_at(std::span<const double> positions);
// At 0 .. time - 1.
attention_places places_in_order(int time);

// The same, with a stretch that counts from centres that are `reach` apart, so that no token is further from its own:
// keys are parted into zones by how far their centre lies from their query's. Lists that are not in order are left
// alone.
attention_places recentred(const attention_places&, double reach);

}  // namespace lengthwise
