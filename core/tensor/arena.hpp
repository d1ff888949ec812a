// All of a computation's memory in one piece, cut once: a struct that takes its pieces from an arena_cutter is built
// twice, first over no memory, which only counts, and then over the memory counted.
#pragma once
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "core/math/real.hpp"

namespace lengthwise {

inline constexpr std::size_t arena_alignment = 64;  // a cache line, and the widest vector
inline constexpr std::size_t huge_page = std::size_t{2} << 20;

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
  explicit buffer(std::size_t count) : size_(count) {
    // Large ones in huge pages, where the system gives them: a training step walks over tens of megabytes, and finding
    // their small pages costs as much as reading them.
    const std::size_t bytes = count * sizeof(real), page = bytes < huge_page ? arena_alignment : huge_page;
    memory.reset(static_cast<real*>(std::aligned_alloc(page, (bytes + page) / page * page)));
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    if (page == huge_page) madvise(memory.get(), (bytes + page) / page * page, MADV_HUGEPAGE);
#endif
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
