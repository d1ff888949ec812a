// A view: how a trained model is made to read a longer text, without touching its weights. Pairs of a query i and a key
// j fall into zones; in a zone each has a position, and a query sees a range of a list of keys. Beside that a view may
// scale the logits of a row, turn planes by other frequencies, and read another text. A view keeps no state: a result
// never depends on what was read before.
//
// A view inherits these defaults, the reading of every token in order, and hides what it changes.
#pragma once
#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise {

// A window of so many tokens, read by a model that was trained at so many.
struct reading_extents {
  int time, trained;
  constexpr double stretch() const { return time > trained ? static_cast<double>(time) / trained : 1; }
};

// Numbers begin .. end - 1 of a zone's list of keys.
struct key_range {
  int begin, end;
};

// What a view changes decides which encodings it is for.
enum class view_changes {
  nothing,      // that has to do with an encoding: which text or keys are read, how rows are scaled
  positions,    // where tokens stand
  distances,    // of a pair, apart from its tokens' positions
  frequencies,  // of a rotation
};

struct view_defaults {
  static constexpr view_changes changes = view_changes::nothing;
  // Whether it is meant to help a model, or to tell why length harms it.
  static constexpr bool extends = true;
  static constexpr auto fields() { return std::tuple<>(); }
  // What is wrong with its keys for a reading of these extents.
  constexpr config_problem problem(const reading_extents&) const { return {}; }

  // The last so many tokens of the window are read; indices i and j below count from the first of them.
  constexpr int tokens(const reading_extents& x) const { return x.time; }
  // The first so many tokens are another text's, when the last `scored` targets count.
  constexpr int foreign_count(const reading_extents&, int /*scored*/) const { return 0; }
  constexpr int zones(const reading_extents&) const { return 1; }
  // Which keys of a zone query i sees: numbers in a list of every key_step-th token.
  constexpr key_range keys(const reading_extents&, int /*zone*/, int i) const { return {0, i + 1}; }
  constexpr int key_step(const reading_extents&, int /*zone*/) const { return 1; }
  // Where a query and a key (by their tokens) stand in a zone.
  constexpr double query(const reading_extents&, int /*zone*/, int i) const { return i; }
  constexpr double key(const reading_extents&, int /*zone*/, int j) const { return j; }
  // What the logits of query i are multiplied by.
  constexpr double factor(const reading_extents&, int /*i*/) const { return 1; }
  // What cosine and sine of a token at this position are multiplied by, for queries and for keys.
  constexpr double temperature(const reading_extents&, position) const { return 1; }
  // The angle of plane t for each unit of position, for a token at this position; `trained` are those of all planes.
  constexpr double frequency(const reading_extents&, std::span<const double> trained, plane t, position) const {
    return trained[static_cast<std::size_t>(t.index)];
  }
};

// The extent that a key leaves to the view: 0 stands for it.
constexpr int given_or(int given, int otherwise) { return given > 0 ? given : otherwise; }
constexpr double given_or(double given, double otherwise) { return given > 0 ? given : otherwise; }

// Two zones: the nearest `near` keys, its own included, and those beyond.
constexpr key_range near_or_far(int zone, int i, int near) {
  const int far = std::max(0, i - near + 1);
  return zone == 0 ? key_range{far, i + 1} : key_range{0, far};
}
// How many keys are near: as given, or half of the trained length where more than that is read, for up to there nothing
// changes.
constexpr int near_keys(int given, const reading_extents& x) {
  return given_or(given, x.time > x.trained ? std::max(1, x.trained / 2) : x.time);
}

// By definition, pair by pair: what the reference reads, and what headers prove.
template <class V>
struct reading_of {
  V view;
  reading_extents x;

  constexpr int zone(int i, int j) const {
    for (int z = 0; z < view.zones(x); ++z) {
      const key_range seen = view.keys(x, z, i);
      const int step = view.key_step(x, z);
      if (j % step == 0 && j / step >= seen.begin && j / step < seen.end) return z;
    }
    return -1;
  }
  constexpr bool sees(int i, int j) const { return j <= i && zone(i, j) >= 0; }
  constexpr double query_position(int i, int j) const { return view.query(x, zone(i, j), i); }
  constexpr double key_position(int i, int j) const { return view.key(x, zone(i, j), j); }
  constexpr double factor(int i) const { return view.factor(x, i); }
  constexpr double distance(int i, int j) const { return query_position(i, j) - key_position(i, j); }
  constexpr int seen(int i) const {
    int count = 0;
    for (int j = 0; j <= i; ++j) count += sees(i, j);
    return count;
  }
};

template <class V>
reading_of(V, reading_extents) -> reading_of<V>;

// What a view is to be, proven over a reading: every pair that it shows stands as far apart as `expected` says, and it
// shows those that `shown` says.
template <class V, class Shown, class Expected>
constexpr bool tells(const V& view, reading_extents x, Shown&& shown, Expected&& expected) {
  const reading_of<V> reading{view, x};
  for (int i = 0; i < view.tokens(x); ++i)
    for (int j = 0; j <= i; ++j) {
      if (reading.sees(i, j) != shown(i, j)) return false;
      if (reading.sees(i, j) && math::abs(reading.distance(i, j) - expected(i, j)) > 1e-9) return false;
    }
  return true;
}
constexpr bool every_pair(int, int) { return true; }
constexpr double as_read(int i, int j) { return i - j; }

}  // namespace lengthwise
