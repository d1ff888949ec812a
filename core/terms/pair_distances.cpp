#include "core/terms/pair_distances.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace lengthwise {
namespace {

// Whether x[i] = x[0] + i step, but for rounding.
bool follows(const std::vector<double>& x, double step) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::abs(x[i] - (x[0] + static_cast<double>(i) * step)) > 1e-10 * std::abs(step) + 1e-14 * std::abs(x[i]))
      return false;
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
