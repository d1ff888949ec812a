// The definition of attention, executed by the compiler: for every encoding its answer to a small problem is that of an
// independent implementation (tests/reference/goldens.py writes goldens.inl). Nothing here runs.
#include <array>
#include <boost/test/unit_test.hpp>
#include <encodings/typelist.hpp>

#include "core/attention/reference.hpp"

namespace lengthwise {
namespace {

constexpr model_extents x{8, 2, 4};  // two heads of width 4
constexpr int time = 4;

// Fractions that a double holds exactly.
constexpr double made(int k, int which) { return ((k * 37 + 11 * which) % 29 - 14) / 16.0; }
constexpr double parameter_value(int k) { return ((k * 53 + 7) % 31 + 1) / 32.0; }

// [time, width of a head] of one head.
constexpr auto rows(int h, int which) {
  std::array<double, time * 4> all{};
  for (int k = 0; k < time * 4; ++k) all[static_cast<std::size_t>(k)] = made(h * time * 4 + k, which);
  return all;
}
template <class E>
constexpr std::size_t parameter_count() {
  std::size_t count = 0;
  for (const parameter& p : E{}.learned_parameters(x)) count += p.count(x.heads);
  return count;
}

template <class E>
constexpr bool answers(std::array<double, 8> expected) {
  std::array<double, parameter_count<E>()> parameters{};
  for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k] = parameter_value(static_cast<int>(k));
  for (int h = 0; h < x.heads; ++h) {
    const auto q = rows(h, 1), k = rows(h, 2), v = rows(h, 3);
    std::array<double, time> gates{}, weights{};
    for (int i = 0; i < time; ++i) gates[static_cast<std::size_t>(i)] = made(h * time + i, 5);
    std::array<double, 4> out{};
    const E e{};
    reference_attention<E, double>{e, x, head{h, x.heads}, q, k, v, parameters, gates}.output(time - 1, out, weights);
    for (int c = 0; c < 4; ++c)
      if (math::abs(out[static_cast<std::size_t>(c)] - expected[static_cast<std::size_t>(h * 4 + c)]) > 1e-13)
        return false;
  }
  return true;
}

#include "tests/attention/goldens.inl"

}  // namespace
}  // namespace lengthwise

BOOST_AUTO_TEST_CASE(the_compiler_has_found_every_golden_answer) {
  BOOST_TEST(std::tuple_size_v<lengthwise::encoding_list> >= 16u);
}
