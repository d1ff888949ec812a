#include "experiments/measured/range_losses.hpp"

#include <algorithm>
#include <cmath>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "experiments/measured/block_losses.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t fewest = 16;  // blocks in a range
constexpr double ranges_an_octave = 4;

// Of so many targets at each position, those in blocks between two of them.
std::size_t blocks_between(const xt::xtensor<std::size_t, 1>& counts, int first, int end) {
  std::size_t blocks = 0;
  for (int from = first, to = 0; from < end; from = to) {
    to = std::min(end, (from / block_bytes + 1) * block_bytes);
    blocks += *std::max_element(counts.begin() + from, counts.begin() + to);
  }
  return blocks;
}

// Ranges from 0 to the length, but for what lies before the training length and has no targets.
std::vector<index_range> ranges_of(const xt::xtensor<std::size_t, 1>& counts, int train_length) {
  const int length = static_cast<int>(counts.size());
  const auto edge = [&](int k) {
    return std::min(length, static_cast<int>(std::lround(train_length * std::exp2(k / ranges_an_octave))));
  };
  const auto blocks = [&](int first, int end) { return blocks_between(counts, first, end); };
  const int middle = edge(0);
  std::vector<index_range> ranges;
  int end = middle;
  while (end > 0 && counts(static_cast<std::size_t>(end - 1)) == 0) --end;
  for (int k = -1; end > 0; --k) {
    const int first = edge(k);
    if (first >= end || (first > 0 && blocks(first, end) < fewest)) continue;
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
    else if (!ranges.empty() && ranges.back().first >= middle)
      ranges.back().end = last;
    first = last;
  }
  return ranges;
}

}  // namespace

range_losses::range_losses(std::span<const xt::xtensor<float, 2>> seeds, int train_length) {
  const std::size_t windows = seeds.front().shape(0), length = seeds.front().shape(1);
  xt::xtensor<bool, 2> scored = xt::ones<bool>({windows, length});
  for (const auto& own : seeds) scored = scored && !xt::isnan(own);
  const xt::xtensor<std::size_t, 1> counts = xt::sum(xt::cast<std::size_t>(scored), {0});
  ranges_ = ranges_of(counts, train_length);

  std::vector<index_range> pieces;
  for (std::size_t r = 0; r < ranges_.size(); ++r)
    for (int first = ranges_[r].first, end = 0; first < ranges_[r].end; first = end) {
      end = std::min(ranges_[r].end, (first / block_bytes + 1) * block_bytes);
      pieces.push_back({first, end}), range_of_.push_back(r);
      block_of_.push_back(static_cast<std::size_t>(first / block_bytes));
    }
  sums_ = xt::zeros<double>({seeds.size(), windows, pieces.size()});
  counts_ = xt::zeros<double>({windows, pieces.size()});
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    const auto within = [&] { return xt::range(pieces[p].first, pieces[p].end); };
    const auto counted = xt::view(scored, xt::all(), within());
    xt::view(counts_, xt::all(), p) = xt::sum(xt::cast<double>(counted), {1});
    for (std::size_t s = 0; s < seeds.size(); ++s)
      xt::view(sums_, s, xt::all(), p) =
          xt::sum(xt::where(counted, xt::cast<double>(xt::view(seeds[s], xt::all(), within())), 0.0), {1});
  }
}

estimate range_losses::mean(index_range r) const {
  // The pieces of a block are one, whatever ranges they are in; blocks at one place of their windows differ by chance.
  std::vector<std::size_t> blocks;
  for (std::size_t p = 0; p < range_of_.size(); ++p)
    if (static_cast<int>(range_of_[p]) >= r.first && static_cast<int>(range_of_[p]) < r.end &&
        (blocks.empty() || blocks.back() != block_of_[p]))
      blocks.push_back(block_of_[p]);
  const std::size_t seeds = sums_.shape(0), windows = sums_.shape(1);
  block_sums all{xt::zeros<double>({seeds, blocks.size() * windows}), xt::zeros<double>({blocks.size() * windows}),
                 xt::zeros<std::size_t>({blocks.size() * windows})};
  for (std::size_t b = 0, p = 0; b < blocks.size(); ++b) {
    const auto own = [&] { return xt::range(b * windows, (b + 1) * windows); };
    for (; p < range_of_.size(); ++p) {
      if (static_cast<int>(range_of_[p]) < r.first) continue;
      if (static_cast<int>(range_of_[p]) >= r.end || block_of_[p] != blocks[b]) break;
      xt::view(all.sums, xt::all(), own()) += xt::view(sums_, xt::all(), xt::all(), p);
      xt::view(all.counts, own()) += xt::view(counts_, xt::all(), p);
    }
    xt::view(all.strata, own()) = blocks[b];
  }
  return mean_of(all);
}

}  // namespace lengthwise
