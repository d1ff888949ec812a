// A training step allocates nothing, whatever the encoding: every way to memory is counted while it runs.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstdlib>
#include <new>

#include "tests/sanitized.hpp"
#include "tests/training/tiny.hpp"

#if defined(__GLIBC__) && !LENGTHWISE_ADDRESS_SANITIZER
namespace {
std::atomic<bool> counting{false};
std::atomic<int> allocations{0};
void count() {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
}
}  // namespace

// The C library's functions, and so operator new, which calls them, and every library's.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept { return count(), __libc_malloc(size); }
void* calloc(std::size_t n, std::size_t size) noexcept { return count(), __libc_calloc(n, size); }
void* realloc(void* p, std::size_t size) noexcept { return count(), __libc_realloc(p, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return count(), __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept { return count(), __libc_memalign(alignment, size); }
int posix_memalign(void** p, std::size_t alignment, std::size_t size) noexcept {
  count();
  *p = __libc_memalign(alignment, size);
  return *p == nullptr ? ENOMEM : 0;
}
}

using namespace lengthwise;
using namespace lengthwise::testing;

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(the_count_counts) {
  allocations = 0, counting = true;
  void* volatile one = ::operator new(100);
  void* volatile two = std::aligned_alloc(64, 640);
  counting = false;
  ::operator delete(one), std::free(two);
  BOOST_TEST(allocations == 2);
}
BOOST_AUTO_TEST_CASE(a_training_step_allocates_nothing) {
  for (const registered_encoding& entry : registered_encodings())
    for (const int threads : {1, 3}) {
      started x(entry.name, threads);
      x.run.step();  // the first may set up what lives as long as a thread
      allocations = 0, counting = true;
      x.run.step();
      counting = false;
      BOOST_TEST(allocations == 0, entry.name << " on " << threads << " threads allocated " << allocations << " times");
    }
}

BOOST_AUTO_TEST_SUITE_END()
#endif
