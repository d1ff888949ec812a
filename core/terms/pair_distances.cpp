#include "core/terms/pair_distances.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace lengthwise {
namespace {

// Whether x[i] = x[0] + i step without any rounding, so that equal steps are equal distances to the last bit: a
// bucket's edge may lie between two that differ by it.
bool follows(const std::vector<double>& x, double step) {
  const auto exact = [](double y) { return std::abs(y) < 0x1p31 && y * 0x1p20 == std::floor(y * 0x1p20); };
  if (!exact(step)) return false;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!exact(x[i]) || x[i] != x[0] + static_cast<double>(i) * step) return false;
  return true;
}

}  // namespace

pair_distances::pair_distances(const attention_zone& z) : keys_(z.keys->positions.size()) {
  const std::vector<double>&q = z.queries->positions, &k = z.keys->positions;
  const double step = q.size() > 1 ? q[1] - q[0] : 0;
  if (k.empty()) return;
  if (follows(q, step) && follows(k, step)) {
    int back = 0, ahead = 0;
    for (int i = 0; i < static_cast<int>(q.size()); ++i) {
      const int begin = z.begin[static_cast<std::size_t>(i)], end = z.end[static_cast<std::size_t>(i)];
      if (begin < end) back = std::max(back, i - begin), ahead = std::max(ahead, end - 1 - i);
    }
    origin_ = back;
    for (int n = back; n >= -ahead; --n) values_.push_back(std::abs(q[0] - k[0] + n * step));
    return;
  }
  slots_.assign(q.size() * k.size(), 0);
  std::unordered_map<double, std::int32_t> known;
  for (std::size_t i = 0; i < q.size(); ++i)
    for (int j = z.begin[i]; j < z.end[i]; ++j) {
      const double apart = std::abs(q[i] - k[static_cast<std::size_t>(j)]);
      const auto [at, fresh] = known.try_emplace(apart, static_cast<std::int32_t>(values_.size()));
      if (fresh) values_.push_back(apart);
      slots_[i * k.size() + static_cast<std::size_t>(j)] = at->second;
    }
}

std::vector<pair_distances> distances_of(const attention_places& places) {
  return {places.zones.begin(), places.zones.end()};
}

}  // namespace lengthwise
