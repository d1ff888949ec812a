#include "experiments/measured/block_losses.hpp"

#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace lengthwise {

bool block_losses::same_targets(const block_losses& other) const {
  return scored == other.scored && (windows.shape(0) == 0 || other.windows.shape(0) == 0 || windows == other.windows);
}

block_losses in_blocks(const recorded_losses& r, protocol p) {
  block_losses b;
  b.windows = r.windows;
  b.scored.reserve(r.losses.size());
  std::vector<double> sums, counts;
  std::vector<std::size_t> strata;
  const bool placed = r.windows.shape(0) == r.losses.shape(0), side_by_side = p == protocol::non_overlapping;
  const bool by_place = side_by_side && r.losses.shape(0) > 1;
  std::int64_t document = -1, next = -1;  // where the last block goes on
  for (std::size_t w = 0; w < r.losses.shape(0); ++w) {
    std::size_t place = 0;  // of the block in its window
    for (std::size_t i = 0; i < r.losses.shape(1); ++i) {
      const auto loss = static_cast<double>(r.losses(w, i));
      b.scored.push_back(!std::isnan(loss));
      if (std::isnan(loss)) continue;
      const std::int64_t own_document = placed ? r.windows(w, 0) : 0,
                         byte = placed ? r.windows(w, 1) + static_cast<std::int64_t>(i) : next;
      const bool begins_window = side_by_side && place == 0;
      if (counts.empty() || counts.back() == block_bytes || begins_window || document != own_document || byte != next) {
        sums.push_back(0), counts.push_back(0), strata.push_back(by_place ? place : 0);
        ++place;
      }
      sums.back() += loss, ++counts.back();
      document = own_document, next = byte + 1;
    }
  }
  b.sums = xt::adapt(sums, {sums.size()}), b.counts = xt::adapt(counts, {counts.size()});
  b.strata = xt::adapt(strata, {strata.size()});
  return b;
}

std::optional<block_losses> block_losses_of(const std::filesystem::path& folder, const evaluation_record& e) {
  if (!e.ok()) return std::nullopt;
  const std::optional<recorded_losses> losses = read_losses(folder, e.length, e.protocol, e.extension);
  if (!losses) return std::nullopt;
  block_losses b = in_blocks(*losses, e.protocol);
  if (b.counts.size() == 0) return std::nullopt;
  return b;
}

block_sums together(const std::vector<const block_losses*>& seeds) {
  block_sums all{xt::zeros<double>({seeds.size(), seeds.front()->sums.size()}), seeds.front()->counts,
                 seeds.front()->strata};
  for (std::size_t s = 0; s < seeds.size(); ++s) xt::row(all.sums, static_cast<std::ptrdiff_t>(s)) = seeds[s]->sums;
  return all;
}

}  // namespace lengthwise
