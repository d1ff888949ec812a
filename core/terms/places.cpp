#include "core/terms/places.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace lengthwise {

std::size_t attention_places::bytes() const {
  std::size_t bytes = factors.size() * sizeof(double);
  std::set<const token_places*> lists;
  for (const attention_zone& z : zones) {
    bytes += (z.begin.size() + z.end.size()) * sizeof(int);
    lists.insert({z.queries.get(), z.keys.get()});
  }
  for (const token_places* list : lists)
    bytes += (list->positions.size() + list->centres.size()) * sizeof(double) + list->tokens.size() * sizeof(int);
  return bytes;
}

double furthest_position(const attention_places& places) {
  double most = 0;
  for (const attention_zone& z : places.zones)
    for (const auto& list : {z.queries, z.keys})
      if (!list->positions.empty()) most = std::max(most, std::ranges::max(list->positions));
  return most;
}

attention_places places_at(std::span<const double> positions) {
  const auto list = std::make_shared<token_places>();
  list->positions.assign(positions.begin(), positions.end());
  attention_zone zone{list, list, std::vector<int>(positions.size(), 0), std::vector<int>(positions.size())};
  std::iota(zone.end.begin(), zone.end.end(), 1);
  attention_places places;
  places.zones.push_back(std::move(zone));
  return places;
}

attention_places places_in_order(int time) {
  std::vector<double> positions(static_cast<std::size_t>(time));
  std::iota(positions.begin(), positions.end(), 0.0);
  return places_at(positions);
}

namespace {

std::shared_ptr<const token_places> with_centres(const token_places& list, double reach) {
  const auto made = std::make_shared<token_places>(list);
  for (const double at : list.positions) made->centres.push_back(std::floor(at / reach) * reach);
  return made;
}
// The keys of a zone whose centre lies `apart` before that of their query; none: no zone.
void add_part(std::vector<attention_zone>& zones, const attention_zone& z, double reach, double apart) {
  attention_zone part{z.queries, z.keys, {}, {}, apart};
  const auto keys = z.keys->positions.begin();
  bool any = false;
  for (std::size_t i = 0; i < z.begin.size(); ++i) {
    const double centre = z.queries->centres[i] - apart;
    const auto first = keys + z.begin[i], last = keys + std::max(z.begin[i], z.end[i]);
    part.begin.push_back(static_cast<int>(std::lower_bound(first, last, centre) - keys));
    part.end.push_back(static_cast<int>(std::lower_bound(first, last, centre + reach) - keys));
    any = any || part.begin.back() < part.end.back();
  }
  if (any) zones.push_back(std::move(part));
}

}  // namespace

attention_places recentred(const attention_places& places, double reach) {
  attention_places made = places;
  made.zones.clear();
  for (const attention_zone& z : places.zones) {
    const auto [least, most] = std::ranges::minmax(z.queries->positions);
    const double nearest = std::min(least, z.keys->positions.empty() ? least : z.keys->positions.front());
    if (std::max(std::abs(nearest), std::abs(most)) <= reach || !std::ranges::is_sorted(z.keys->positions)) {
      made.zones.push_back(z);
      continue;
    }
    attention_zone centred = z;
    centred.queries = with_centres(*z.queries, reach);
    centred.keys = z.keys == z.queries ? centred.queries : with_centres(*z.keys, reach);
    const double furthest = (std::floor(most / reach) - std::floor(nearest / reach)) * reach;
    for (double apart = 0; apart <= furthest; apart += reach) add_part(made.zones, centred, reach, apart);
  }
  return made;
}

}  // namespace lengthwise
