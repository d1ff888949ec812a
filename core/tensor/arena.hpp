// All of a computation's memory in one piece, cut once: a struct that takes its pieces from an arena_cutter is built
// twice, first over no memory, which only counts, and then over the memory counted.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "core/math/real.hpp"

namespace lengthwise {

inline constexpr std::size_t arena_alignment = 64;  // a cache line, and the widest vector

class arena_cutter {
 public:
  explicit arena_cutter(real* memory) : start(memory) {}
  // Room for `count` numbers of type T, aligned to a cache line; null while counting.
  template <class T = real>
  T* cut(std::size_t count) {
    constexpr std::size_t line = arena_alignment / sizeof(real);
    T* piece = start == nullptr ? nullptr : reinterpret_cast<T*>(start + taken);
    taken += ((count * sizeof(T) + sizeof(real) - 1) / sizeof(real) + line - 1) / line * line;
    return piece;
  }
  std::size_t used() const { return taken; }

 private:
  real* start;
  std::size_t taken = 0;
};

// Aligned numbers, zero at first, of a fixed count.
class buffer {
 public:
  buffer() = default;
  explicit buffer(std::size_t count)
      : size_(count),
        memory(static_cast<real*>(std::aligned_alloc(
            arena_alignment, (count * sizeof(real) + arena_alignment) / arena_alignment * arena_alignment))) {
    if (memory == nullptr) throw std::bad_alloc();
    for (std::size_t i = 0; i < count; ++i) memory.get()[i] = 0;
  }
  real* data() { return memory.get(); }
  const real* data() const { return memory.get(); }
  std::size_t size() const { return size_; }

 private:
  struct release {
    void operator()(real* p) const { std::free(p); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<real, release> memory;
};

}  // namespace lengthwise
