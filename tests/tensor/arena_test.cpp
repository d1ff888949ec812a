// One piece of memory, measured and then cut: aligned pieces that do not overlap and fit what was measured.
#include "core/tensor/arena.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <vector>

using namespace lengthwise;

namespace {

struct pieces {
  struct piece {
    const char *begin, *end;
  };
  std::vector<piece> all;
  template <class T>
  void take(arena_cutter& cutter, std::size_t count) {
    T* at = cutter.cut<T>(count);
    all.push_back({reinterpret_cast<const char*>(at), reinterpret_cast<const char*>(at + (at == nullptr ? 0 : count))});
  }
  explicit pieces(arena_cutter& cutter) {
    for (const std::size_t count : {1u, 0u, 15u, 16u, 17u, 1000u})
      take<real>(cutter, count), take<double>(cutter, count), take<char>(cutter, count);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(arena)

BOOST_AUTO_TEST_CASE(what_is_measured_is_what_is_cut) {
  arena_cutter measuring(nullptr);
  const pieces none(measuring);
  for (const auto& piece : none.all) BOOST_TEST((piece.begin == nullptr));
  buffer memory(measuring.used());
  arena_cutter cutting(memory.data());
  const pieces cut(cutting);
  BOOST_TEST(cutting.used() == measuring.used());
  const char* last = reinterpret_cast<const char*>(memory.data());
  for (const auto& piece : cut.all) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(piece.begin) % arena_alignment == 0u);
    BOOST_TEST((piece.begin >= last));  // after the one before it
    last = piece.end;
  }
  BOOST_TEST((last <= reinterpret_cast<const char*>(memory.data() + memory.size())));
}
BOOST_AUTO_TEST_CASE(a_buffer_is_aligned_and_zero) {
  for (const std::size_t count : {0u, 1u, 16u, 1001u}) {
    const buffer x(count);
    BOOST_TEST(x.size() == count);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(x.data()) % arena_alignment == 0u);
    for (std::size_t i = 0; i < count; ++i) BOOST_TEST_REQUIRE(x.data()[i] == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
