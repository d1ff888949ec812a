// The tree of shard_sum.hpp over ranks that each own neighbouring shards: the same sums of the same pairs, and so the
// same bits, whatever the number of ranks.
#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/parallel/rank_tree.hpp"
#include "core/parallel/workers.hpp"
#include "core/training/shard_sum.hpp"

namespace lengthwise {

// Shards [begin, end) are a rank's own, of each as many. Throws usage_error where that cannot be.
struct own_shards {
  int begin, end;
  own_shards(int shards, const ranks& together)
      : begin(shards / together.count() * together.index()), end(begin + shards / together.count()) {
    if (shards % together.count() != 0)
      throw usage_error("train.shards = " + std::to_string(shards) + " cannot be dealt to " +
                        std::to_string(together.count()) + " ranks; take a number of ranks that divides it");
  }
  int count() const { return end - begin; }
};

class rank_sum {
 public:
  rank_sum(ranks& all, workers& threads, int shards) : together(all), pool(threads), shard_count(shards) {
    if (all.count() > 1) incoming.resize(message_bytes / sizeof(real));
  }

  // parts[shard] are `count` numbers for each of a rank's own shards, and change. On rank 0 parts[0] becomes the sum.
  void operator()(real* const* parts, std::size_t count) { sum(parts, count, 0, shard_count); }

 private:
  int owner(int shard) const { return shard / (shard_count / together.count()); }

  // A node's sum comes to where its first shard is. Every rank meets nodes in the same order, so that whoever sends is
  // received from.
  void sum(real* const* parts, std::size_t count, int first, int last) {
    const int left = owner(first), own = together.index();
    if (own < left || own > owner(last - 1)) return;
    if (left == owner(last - 1)) return sum_here(parts, count, first, last);
    const int middle = middle_of(first, last), right = owner(middle);
    sum(parts, count, first, middle);
    sum(parts, count, middle, last);
    if (own != left && own != right) return;
    if (left == right) return add(parts[first], parts[middle], count);
    for (std::size_t at = 0; at < count; at += incoming.size()) {
      const std::span<real> piece(incoming.data(), std::min(incoming.size(), count - at));
      if (own == right) {
        together.send(std::as_bytes(std::span<const real>(parts[middle] + at, piece.size())), left);
      } else {
        together.receive(std::as_writable_bytes(piece), right);
        add(parts[first] + at, piece.data(), piece.size());
      }
    }
  }
  void sum_here(real* const* parts, std::size_t count, int first, int last) {
    for_pieces(count,
               [&](std::size_t at, std::size_t size) { sum_tree(parts, first, last, at, size, parts[first] + at); });
  }
  void add(real* out, const real* other, std::size_t count) {
    for_pieces(count, [&](std::size_t at, std::size_t size) { kernels().add(out + at, other + at, size); });
  }
  template <class F>
  void for_pieces(std::size_t count, F&& f) {
    pool.for_each(static_cast<int>((count + sum_piece - 1) / sum_piece), [&](int piece, int) {
      const std::size_t at = static_cast<std::size_t>(piece) * sum_piece;
      f(at, std::min(sum_piece, count - at));
    });
  }

  ranks& together;
  workers& pool;
  int shard_count;
  std::vector<real> incoming;
};

}  // namespace lengthwise
