#include "core/terms/rotation.hpp"

#include <algorithm>

namespace lengthwise {

rotation::rotation(rotation_shape shape, const term_site& s, bool stretches)
    : shape_(shape), x_(s.extents), places_(s.places), stretches_(stretches) {
  std::size_t numbers = 0;
  const auto list_of = [&](const token_places* list, bool of_queries) {
    const auto known = std::ranges::find_if(
        lists_, [&](const angles& a) { return a.list == list && (!stretches || a.of_queries == of_queries); });
    if (known != lists_.end()) return static_cast<std::size_t>(known - lists_.begin());
    lists_.push_back({list, of_queries, numbers});
    numbers += static_cast<std::size_t>(x_.heads) * list->positions.size() * static_cast<std::size_t>(shape_.planes);
    return lists_.size() - 1;
  };
  for (const attention_zone& z : s.places.zones)
    queries_.push_back(list_of(z.queries.get(), true)), keys_.push_back(list_of(z.keys.get(), false));
  cosine_.resize(numbers), sine_.resize(numbers);
  if (stretches) apart_.resize(queries_.size() * static_cast<std::size_t>(x_.heads * shape_.planes));
}

std::size_t rotation::bytes() const { return (2 * cosine_.size() + apart_.size()) * sizeof(real); }

const rotation::angles& rotation::angles_of(int zone, part p) const {
  return lists_[(p == part::query ? queries_ : keys_)[static_cast<std::size_t>(zone)]];
}
rotation::turned_unit rotation::at(int zone, part p, int head, int i, int plane) const {
  const std::size_t at = slot(angles_of(zone, p), head, i, plane);
  return {cosine_[at], sine_[at]};
}

double rotation::angle_per_token(int t) const {
  const std::vector<double>& at = lists_.front().list->positions;
  const double own = trained_[static_cast<std::size_t>(t)];
  if (at.size() < 2) return own;
  const double frequency = places_.turn ? places_.turn(trained_, {t, x_.head_width() / 2}, at.back()).frequency : own;
  return frequency * (at[at.size() - 1] - at[at.size() - 2]);
}

void rotation::turn(const head_rows& rows, bool back) const {
  const auto turn_planes = [&] {
    const std::size_t at = slot(angles_of(rows.zone, rows.what), rows.head, rows.first, 0);
    kernels().rotate({rows.data, rows.stride, rows.count, shape_.planes, shape_.span,
                      shape_.pairs == layout::half_split, cosine_.data() + at, sine_.data() + at, back});
  };
  const bool apart =
      stretches_ && rows.what == part::query && places_.zones[static_cast<std::size_t>(rows.zone)].apart != 0;
  if (!apart) return turn_planes();
  if (!back) turn_planes();
  const real* stretch = apart_.data() + (rows.zone * x_.heads + rows.head) * shape_.planes;
  for (int i = 0; i < rows.count; ++i)
    for (int m = 0; m < shape_.planes; ++m) {
      real* const pair = rows.data + i * rows.stride + step() * m;
      pair[0] *= stretch[m], pair[second()] *= stretch[m];
    }
  if (back) turn_planes();
}

// d/d(angle) of a turned pair (u, v) is (-v, u).
void rotation::add_angle_gradient(const head_rows& turned, const real* d_turned, real* d_table) const {
  for (int i = 0; i < turned.count; ++i) {
    const real *y = turned.data + i * turned.stride, *d_y = d_turned + i * turned.stride;
    real* d_angle = d_table + slot(angles_of(turned.zone, turned.what), turned.head, turned.first + i, 0);
    for (int m = 0; m < shape_.planes; ++m) {
      const int u = step() * m, v = u + second();
      d_angle[m] += y[u] * d_y[v] - y[v] * d_y[u];
    }
  }
}

}  // namespace lengthwise
