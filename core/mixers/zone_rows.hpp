// Queries, keys and values as each zone sees them, turned where the encoding turns them. Where tokens stand at one list
// of places, packed rows serve, turned in place. Otherwise each list of keys has rows of its own, and queries are
// turned tile by tile.
#pragma once
#include "core/mixers/mixer.hpp"
#include "core/mixers/token_panels.hpp"
#include "core/tensor/arena.hpp"
#include "core/terms/polar.hpp"

namespace lengthwise {

class zone_rows {
 public:
  // Cuts what it needs from the scratch.
  zone_rows(const attention_arguments&, const attention_gradients*, arena_cutter& scratch);

  // Before all tiles: brings the rows about. Packed ones are as the projection left them or, on the way back, as
  // forward left them.
  void open(bool way_back);
  // Keys and values of a zone, and where their gradients are gathered.
  const token_rows& of(int zone, part p) const { return zones_[zone].rows[p == part::value]; }
  const token_rows& gradient(int zone, part p) const { return zones_[zone].gradients[p == part::value]; }
  // Lays out a head's rows for the products of its tiles: those over the channels of keys (transposed) and over values
  // (plain), on the way back those over the channels of both.
  void lay(int head) const;
  // Some of them, of a tile of that head.
  template <operand Kind>
  laid_matrix<key_axis, head_channel, Kind> laid(part p, const attention_tile& t, int first, int count) const {
    return zones_[t.zone].laid[p == part::value].rows_of<Kind>(of(t.zone, p), t.sequence, t.head, first, count);
  }
  // The queries of a tile in its zone.
  query_rows queries(const attention_tile&) const;

  // On the way back: where the gradient of those is gathered, zero at first; and the end of it.
  query_rows d_queries(const attention_tile&) const;
  void close(const attention_tile&) const;
  // Behind all tiles: gives gradients of keys and values to d_packed, turned back, and those of angles to their slot.
  void close() const;

 private:
  struct rows_of_zone {
    token_rows rows[2], gradients[2];  // keys, values
    token_panels laid[2];
  };
  const attention_zone& place(int z) const { return tables_.places().zones[static_cast<std::size_t>(z)]; }
  int count() const { return static_cast<int>(tables_.places().zones.size()); }
  // What scales rows must not come between a norm and its gradient.
  bool scales_what_is_normed() const;
  bool queries_in_place() const { return count() == 1 && !scales_what_is_normed() && polar_ == nullptr; }
  // Of queries and keys, one head's, as products read them.
  int row_width() const { return polar_ == nullptr ? x_.head_width : polar_->width(); }
  // Turns packed queries and keys by what their tokens choose.
  void turn_tokens() const;
  void make_keys(int zone, const token_rows&) const;
  void make_keys_backward(int zone) const;
  bool keys_in_place() const;
  // The first zone with the same list of keys.
  int first_like(int z) const;
  bool owns(int z, part p) const;
  void turn(int zone, part, const token_rows&, bool back) const;
  head_norm_arguments norm_arguments() const;
  void norm_backward(part) const;
  void gather_angles(int zone, part, const token_rows& turned, const token_rows& d_turned) const;

  const attention_arguments& a_;
  const attention_gradients* g_;
  const attention_extents& x_;
  const attention_tables& tables_;
  const polar* polar_;  // null where queries and keys are read as they are
  rows_of_zone* zones_;
  real *tile_queries_, *tile_d_queries_;
  real* turns_;  // scratch of token_turns
};

}  // namespace lengthwise
