#include "core/mixers/zone_rows.hpp"

#include <algorithm>

namespace lengthwise {
namespace {

constexpr part parts[] = {part::key, part::value};

// Calls f(row of the list, row of all tokens), [width] each, for every sequence and number of a list.
template <class F>
void for_each_row(const token_rows& list, const token_rows& all, const std::vector<int>& tokens, int sequences, F&& f) {
  for (int s = 0; s < sequences; ++s)
    for (int i = 0; i < list.count; ++i)
      f(list.of_head<token>(s, 0, i, 1).data,
        all.of_head<token>(s, 0, tokens.empty() ? i : tokens[static_cast<std::size_t>(i)], 1).data);
}

}  // namespace

zone_rows::zone_rows(const attention_arguments& a, const attention_gradients* g, arena_cutter& scratch)
    : a_(a),
      g_(g),
      x_(a.extents),
      tables_(*a.tables),
      polar_(tables_.polar()),
      zones_(scratch.cut<rows_of_zone>(tables_.places().zones.size())) {
  for (int z = 0; z < count(); ++z) {
    rows_of_zone made;
    for (const part p : parts) {
      if (!owns(z, p)) continue;
      const int rows = place(z).keys->count();
      const int wide = p == part::key ? row_width() : x_.head_width;
      const auto numbers = static_cast<std::size_t>(x_.sequences * rows) * static_cast<std::size_t>(x_.heads * wide);
      made.rows[p == part::value] = {scratch.cut(numbers), x_.heads * wide, rows, wide};
      made.gradients[p == part::value] = {scratch.cut(numbers), x_.heads * wide, rows, wide};
    }
    if (first_like(z) == z)
      for (const part p : parts)
        made.laid[p == part::value] = {x_.sequences, place(z).keys->count(),
                                       p == part::key ? row_width() : x_.head_width, scratch};
    if (zones_ != nullptr) zones_[z] = made;
  }
  const std::size_t tile = queries_in_place() ? 0 : query_tile * static_cast<std::size_t>(row_width());
  tile_queries_ = scratch.cut(tile), tile_d_queries_ = scratch.cut(tile);
  turns_ = scratch.cut(tables_.turns() == nullptr ? 0 : tables_.turns()->scratch_count(x_));
}

int zone_rows::first_like(int z) const {
  int first = 0;
  while (place(first).keys != place(z).keys) ++first;
  return first;
}
bool zone_rows::scales_what_is_normed() const {
  return tables_.choices().query_key_norm && tables_.turned() != nullptr && tables_.turned()->scales();
}
bool zone_rows::keys_in_place() const {
  const auto first = [&](const attention_zone& z) { return z.keys == place(0).keys; };
  return !scales_what_is_normed() && polar_ == nullptr && place(0).keys->tokens.empty() &&
         std::ranges::all_of(tables_.places().zones, first);
}
bool zone_rows::owns(int z, part p) const {
  return first_like(z) == z && (p == part::key ? !keys_in_place() : !place(z).keys->tokens.empty());
}

void zone_rows::turn(int zone, part p, const token_rows& rows, bool back) const {
  if (tables_.turned() == nullptr) return;
  for (int s = 0; s < x_.sequences; ++s)
    for (int h = 0; h < x_.heads; ++h)
      tables_.turned()->turn({zone, p, h, 0, rows.count, rows.of_head<token>(s, h, 0, 1).data, rows.stride}, back);
}
head_norm_arguments zone_rows::norm_arguments() const {
  const auto epsilon = static_cast<real>(tables_.choices().query_key_epsilon);
  return {3 * static_cast<std::ptrdiff_t>(x_.width()),         x_.tokens(), x_.heads, x_.head_width,
          static_cast<real>(tables_.choices().query_key_gain), epsilon};
}
// A rotation does not change it, so that rows and gradient may both be turned or both not.
void zone_rows::norm_backward(part p) const {
  if (!tables_.choices().query_key_norm) return;
  const bool key = p == part::key;
  kernels().norm_heads_backward(norm_arguments(), packed_part(x_, a_.packed, p).data,
                                a_.key_norms + (key ? x_.tokens() * x_.heads : 0),
                                packed_part(x_, g_->d_packed, p).data);
}
void zone_rows::gather_angles(int zone, part p, const token_rows& turned, const token_rows& d_turned) const {
  real* slot = tables_.turned() == nullptr ? nullptr : tables_.slot_of(*tables_.turned(), g_->d_tables);
  if (slot == nullptr) return;
  for (int s = 0; s < x_.sequences; ++s)
    for (int h = 0; h < x_.heads; ++h)
      tables_.turned()->add_angle_gradient(
          {zone, p, h, 0, turned.count, turned.of_head<token>(s, h, 0, 1).data, turned.stride},
          d_turned.of_head<token>(s, h, 0, 1).data, slot);
}

void zone_rows::open(bool way_back) {
  if (tables_.choices().query_key_norm && !way_back)
    for (const part p : {part::query, part::key})
      kernels().norm_heads(norm_arguments(), packed_part(x_, a_.packed, p).data,
                           a_.key_norms + (p == part::key ? x_.tokens() * x_.heads : 0));
  if (tables_.turns() != nullptr) tables_.turns()->open(x_, a_.signals, turns_);
  if (!way_back) turn_tokens();
  if (queries_in_place() && !way_back) turn(0, part::query, packed_part(x_, a_.packed, part::query), false);
  if (way_back)
    std::fill_n(g_->d_packed, static_cast<std::size_t>(x_.tokens()) * 3 * static_cast<std::size_t>(x_.width()),
                real(0));
  for (int z = 0; z < count(); ++z)
    for (const part p : parts) {
      const bool value = p == part::value;
      token_rows &own = zones_[z].rows[value], &own_gradient = zones_[z].gradients[value];
      const token_rows all = packed_part(x_, a_.packed, p);
      if (owns(z, p)) {
        if (!value && polar_ != nullptr)
          make_keys(z, own);
        else
          for_each_row(own, all, place(z).keys->tokens, x_.sequences,
                       [&](real* to, const real* from) { std::copy_n(from, x_.width(), to); });
        if (!value) turn(z, p, own, false);
        if (way_back)
          std::fill_n(own_gradient.data, static_cast<std::ptrdiff_t>(x_.sequences) * own.count * own.stride, real(0));
      } else if (const int first = first_like(z); first < z) {
        zones_[z] = zones_[first];
      } else {
        own = all;
        if (!value && !way_back) turn(z, p, own, false);  // in place
        if (way_back) own_gradient = packed_part(x_, g_->d_packed, p);
      }
    }
}

void zone_rows::lay(int head) const {
  for (int z = 0; z < count(); ++z) {
    if (first_like(z) < z) continue;
    const token_panels &keys = zones_[z].laid[0], &values = zones_[z].laid[1];
    keys.lay<operand::transposed>(of(z, part::key), x_.sequences, head);
    if (g_ == nullptr)
      values.lay<operand::plain>(of(z, part::value), x_.sequences, head);
    else
      values.lay<operand::transposed>(of(z, part::value), x_.sequences, head);
  }
}

void zone_rows::turn_tokens() const {
  if (tables_.turns() == nullptr) return;
  for (const part p : {part::query, part::key}) tables_.turns()->turn(x_, a_.packed, p, turns_, false);
}

// Rows of keys made by magnitude and angle, and back.
void zone_rows::make_keys(int zone, const token_rows& rows) const {
  const token_rows all = packed_part(x_, a_.packed, part::key);
  const std::vector<int>& tokens = place(zone).keys->tokens;
  for (int s = 0; s < x_.sequences; ++s)
    for (int h = 0; h < x_.heads; ++h)
      for (int i = 0; i < rows.count; ++i)
        polar_->make({zone, part::key, h, i},
                     all.of_head<token>(s, h, tokens.empty() ? i : tokens[static_cast<std::size_t>(i)], 1).data,
                     rows.of_head<token>(s, h, i, 1).data);
}
void zone_rows::make_keys_backward(int zone) const {
  const token_rows all = packed_part(x_, a_.packed, part::key), d_all = packed_part(x_, g_->d_packed, part::key),
                   d_rows = gradient(zone, part::key);
  const std::vector<int>& tokens = place(zone).keys->tokens;
  for (int s = 0; s < x_.sequences; ++s)
    for (int h = 0; h < x_.heads; ++h)
      for (int i = 0; i < d_rows.count; ++i) {
        const int own = tokens.empty() ? i : tokens[static_cast<std::size_t>(i)];
        polar_->make_backward({zone, part::key, h, i}, all.of_head<token>(s, h, own, 1).data,
                              d_rows.of_head<token>(s, h, i, 1).data, d_all.of_head<token>(s, h, own, 1).data,
                              tables_.slot_of(*polar_, g_->d_tables));
      }
}

query_rows zone_rows::queries(const attention_tile& t) const {
  const query_rows packed =
      packed_part(x_, a_.packed, part::query).of_head<query_axis>(t.sequence, t.head, t.first, t.rows);
  if (queries_in_place()) return packed;
  const query_rows own(tile_queries_, t.rows, row_width());
  for (int r = 0; r < t.rows; ++r)
    if (polar_ == nullptr)
      std::copy_n(packed.row(r), x_.head_width, own.row(r));
    else
      polar_->make({t.zone, part::query, t.head, t.first + r}, packed.row(r), own.row(r));
  if (tables_.turned() != nullptr)
    tables_.turned()->turn({t.zone, part::query, t.head, t.first, t.rows, own.data, own.stride}, false);
  return own;
}

query_rows zone_rows::d_queries(const attention_tile& t) const {
  if (queries_in_place())
    return packed_part(x_, g_->d_packed, part::query).of_head<query_axis>(t.sequence, t.head, t.first, t.rows);
  const query_rows own(tile_d_queries_, t.rows, row_width());
  std::fill_n(own.data, t.rows * row_width(), real(0));
  return own;
}
void zone_rows::close(const attention_tile& t) const {
  if (queries_in_place()) return;
  if (const rotation* turned = tables_.turned()) {
    if (real* slot = tables_.slot_of(*turned, g_->d_tables))
      turned->add_angle_gradient({t.zone, part::query, t.head, t.first, t.rows, tile_queries_, x_.head_width},
                                 tile_d_queries_, slot);
    turned->turn({t.zone, part::query, t.head, t.first, t.rows, tile_d_queries_, x_.head_width}, true);
  }
  const query_rows to =
      packed_part(x_, g_->d_packed, part::query).of_head<query_axis>(t.sequence, t.head, t.first, t.rows);
  if (polar_ != nullptr) {
    const query_rows from =
        packed_part(x_, a_.packed, part::query).of_head<query_axis>(t.sequence, t.head, t.first, t.rows);
    for (int r = 0; r < t.rows; ++r)
      polar_->make_backward({t.zone, part::query, t.head, t.first + r}, from.row(r), tile_d_queries_ + r * row_width(),
                            to.row(r), tables_.slot_of(*polar_, g_->d_tables));
    return;
  }
  for (int r = 0; r < t.rows; ++r)
    kernels().add(to.row(r), tile_d_queries_ + r * x_.head_width, static_cast<std::size_t>(x_.head_width));
}

void zone_rows::close() const {
  for (const part p : {part::query, part::key})
    if (p == part::query ? queries_in_place() : keys_in_place()) {
      const token_rows turned = packed_part(x_, a_.packed, p), d_turned = packed_part(x_, g_->d_packed, p);
      gather_angles(0, p, turned, d_turned);
      if (tables_.turns() == nullptr) norm_backward(p), turn(0, p, d_turned, true);
    }
  for (int z = 0; z < count(); ++z)
    for (const part p : parts) {
      if (!owns(z, p)) continue;
      if (p == part::key && polar_ != nullptr) {
        make_keys_backward(z);
        continue;
      }
      if (p == part::key) gather_angles(z, p, of(z, p), gradient(z, p)), turn(z, p, gradient(z, p), true);
      for_each_row(gradient(z, p), packed_part(x_, g_->d_packed, p), place(z).keys->tokens, x_.sequences,
                   [&](real* from, real* to) { kernels().add(to, from, static_cast<std::size_t>(x_.width())); });
    }
  if (tables_.turns() != nullptr) {
    tables_.turns()->increments_backward(x_, a_.packed, g_->d_packed, g_->d_signals);
    for (const part p : {part::query, part::key}) {
      norm_backward(p);
      tables_.turns()->turn(x_, g_->d_packed, p, turns_, true);
    }
    return;
  }
  if (!queries_in_place()) norm_backward(part::query);
  if (!keys_in_place()) norm_backward(part::key);
}

}  // namespace lengthwise
