#include "experiments/measured/range_losses.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/statistics/statistics.hpp"

namespace lengthwise {
namespace {

constexpr int block = 16;           // bytes
constexpr std::size_t fewest = 16;  // blocks in a range
constexpr double ranges_an_octave = 4;

// Ranges from 0 to the length; blocks(first, end) counts those with a target.
template <class Blocks>
std::vector<index_range> ranges_of(int length, int train_length, Blocks&& blocks) {
  const auto edge = [&](int k) {
    return std::min(length, static_cast<int>(std::lround(train_length * std::exp2(k / ranges_an_octave))));
  };
  const int middle = edge(0);
  std::vector<index_range> ranges;
  int end = middle;
  for (int k = -1; end > 0; --k) {
    const int first = edge(k);
    if (first == end || (first > 0 && blocks(first, end) < fewest)) continue;
    // What is left at the beginning may be too little alone.
    if (!ranges.empty() && blocks(first, end) < fewest)
      ranges.back().first = first;
    else
      ranges.push_back({first, end});
    end = first;
  }
  std::ranges::reverse(ranges);
  int first = middle;
  for (int k = 1; first < length; ++k) {
    const int last = edge(k);
    if (last < length && blocks(first, last) < fewest) continue;
    if (blocks(first, last) >= fewest)
      ranges.push_back({first, last});
    else if (ranges.back().first >= middle)
      ranges.back().end = last;
    first = last;
  }
  return ranges;
}

}  // namespace

range_losses::range_losses(std::span<const std::vector<float>> seeds, int length, int train_length)
    : seeds_(seeds.size()) {
  const auto width = static_cast<std::size_t>(length);
  const std::size_t windows = seeds.front().size() / width;
  const auto scored = [&](std::size_t at) {
    return std::ranges::none_of(seeds, [&](const auto& losses) { return std::isnan(losses[at]); });
  };
  std::vector<std::size_t> counts(width, 0);
  for (std::size_t at = 0; at < windows * width; ++at) counts[at % width] += scored(at);
  ranges_ = ranges_of(length, train_length, [&](int first, int end) {
    std::size_t blocks = 0;
    for (int from = first, to = 0; from < end; from = to) {
      to = std::min(end, (from / block + 1) * block);
      blocks += *std::max_element(counts.begin() + from, counts.begin() + to);
    }
    return blocks;
  });
  const std::size_t blocks_a_window = (width - 1) / block + 1;
  for (std::size_t w = 0; w < windows; ++w)
    for (int r = 0; r < count(); ++r)
      for (int i = ranges_[static_cast<std::size_t>(r)].first; i < ranges_[static_cast<std::size_t>(r)].end; ++i) {
        const std::size_t at = w * width + static_cast<std::size_t>(i),
                          own = w * blocks_a_window + static_cast<std::size_t>(i / block);
        if (!scored(at)) continue;
        if (pieces_.empty() || pieces_.back().range != r || pieces_.back().block != own) {
          pieces_.push_back({r, own, 0});
          sums_.resize(sums_.size() + seeds_, 0);
        }
        pieces_.back().count += 1;
        for (std::size_t s = 0; s < seeds_; ++s) sums_[sums_.size() - seeds_ + s] += static_cast<double>(seeds[s][at]);
      }
}

estimate range_losses::mean(index_range r) const {
  const auto inside = [&](const piece& p) { return p.range >= r.first && p.range < r.end; };
  double count = 0;
  std::vector<double> by_seed(seeds_, 0);
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    if (!inside(pieces_[p])) continue;
    count += pieces_[p].count;
    for (std::size_t s = 0; s < seeds_; ++s) by_seed[s] += sums_[p * seeds_ + s];
  }
  for (double& seed : by_seed) seed /= count;
  const sample_statistics over_seeds = statistics_of(by_seed);
  double squares = 0, of_block = 0, blocks = 0;
  std::size_t last_block = 0;
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    if (!inside(pieces_[p])) continue;
    if (blocks == 0 || pieces_[p].block != last_block)
      squares += of_block * of_block, of_block = 0, ++blocks, last_block = pieces_[p].block;
    double sum = 0;
    for (std::size_t s = 0; s < seeds_; ++s) sum += sums_[p * seeds_ + s];
    of_block += (sum / static_cast<double>(seeds_) - pieces_[p].count * over_seeds.mean) / count;
  }
  squares += of_block * of_block;
  const double of_targets = blocks > 1 ? squares * blocks / (blocks - 1) : 0;
  return {over_seeds.mean,
          std::sqrt(of_targets + over_seeds.deviation * over_seeds.deviation / static_cast<double>(seeds_))};
}

}  // namespace lengthwise
