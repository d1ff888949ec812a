// What all ranks do together, along a tree of halves: log2(count) messages one after another. Every rank calls the same
// function with buffers of the same size; with one rank nothing happens.
#pragma once
#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>

#include "core/parallel/ranks.hpp"

namespace lengthwise {

// Of a long buffer: what passes a rank at a time. Small enough for ranks further down to begin early, large enough for
// a message to take much longer than its announcement.
inline constexpr std::size_t message_bytes = std::size_t(4) << 20;

// Where a node [first, last) is divided, of ranks here as of shards in shard_sum.hpp.
constexpr int middle_of(int first, int last) { return first + (last - first + 1) / 2; }

// What the tasks [0, all) of a rank begin with, for ranks that take tasks in order; of rank `count` the end.
constexpr std::size_t first_task(std::size_t all, int rank, int count) {
  return all * static_cast<std::size_t>(rank) / static_cast<std::size_t>(count);
}

// Everybody gets rank 0's bytes.
inline void broadcast(ranks& together, std::span<std::byte> bytes) {
  for (std::size_t at = 0; together.count() > 1 && at < bytes.size(); at += message_bytes) {
    const std::span piece = bytes.subspan(at, std::min(message_bytes, bytes.size() - at));
    for (int first = 0, last = together.count(); last - first > 1;) {
      const int middle = middle_of(first, last), own = together.index();
      if (own == first) together.send(piece, middle);
      if (own == middle) together.receive(piece, first);
      (own < middle ? last : first) = middle;
    }
  }
}
template <class T>
void broadcast(ranks& together, std::span<T> values) {
  broadcast(together, std::as_writable_bytes(values));
}

namespace rank_tree {

// Rank `first` of a node gets what the others of it have.
inline void gather(ranks& together, int first, int last, std::span<std::byte> bytes, std::size_t each,
                   std::size_t tasks) {
  if (last - first == 1) return;
  const int middle = middle_of(first, last), own = together.index();
  own < middle ? gather(together, first, middle, bytes, each, tasks)
               : gather(together, middle, last, bytes, each, tasks);
  const std::size_t begin = each * first_task(tasks, middle, together.count()),
                    end = each * first_task(tasks, last, together.count());
  for (std::size_t at = begin; at < end; at += message_bytes) {
    const std::span piece = bytes.subspan(at, std::min(message_bytes, end - at));
    if (own == middle) together.send(piece, first);
    if (own == first) together.receive(piece, middle);
  }
}

}  // namespace rank_tree

// `values` has as many for each of `tasks` tasks. Each rank has written those of its own (first_task); rank 0 gets all.
template <class T>
void gather(ranks& together, std::span<T> values, std::size_t tasks) {
  rank_tree::gather(together, 0, together.count(), std::as_writable_bytes(values), values.size_bytes() / tasks, tasks);
}
// The same, and everybody gets all.
template <class T>
void allgather(ranks& together, std::span<T> values, std::size_t tasks) {
  if (together.count() == 1) return;
  gather(together, values, tasks);
  broadcast(together, values);
}

// Rank 0 stopped what was done together.
struct stopped_by_rank_0 final : std::exception {
  const char* what() const noexcept override { return "rank 0 stopped"; }
};

// Everybody does it; if rank 0 throws, the others throw stopped_by_rank_0. The others must not throw by themselves.
template <class Work>
void stop_together(ranks& together, Work&& work) {
  if (together.count() == 1) return work();
  std::byte stopped{0};
  const std::span word(&stopped, 1);
  try {
    work();
  } catch (...) {
    stopped = std::byte{1};
    broadcast(together, word);
    throw;
  }
  broadcast(together, word);
  if (stopped != std::byte{0}) throw stopped_by_rank_0();
}

}  // namespace lengthwise
