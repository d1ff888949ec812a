// Angles against their formula, wherever tokens stand; how many planes turn; and turning back.
#include "core/terms/rotation.hpp"

#include <boost/test/unit_test.hpp>

#include "core/encodings/p_rope.hpp"
#include "core/encodings/rope.hpp"
#include "core/encodings/xpos.hpp"
#include "tests/terms/site.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

constexpr int width = 10, planes = width / 2;
constexpr model_extents extents{2 * width, 2, 16};
const std::vector<double> standing{0, 2, 5, 9, 1000.5};

}  // namespace

BOOST_AUTO_TEST_SUITE(rotations)

BOOST_AUTO_TEST_CASE(turn_by_position_and_not_by_index) {
  const site s(extents, standing);
  encodings::rope e;
  e.base = 100;
  rotation_of<encodings::rope> turned(e, s.of());
  turned.fill(nullptr);
  for (int i = 0; i < s.places.time(); ++i)
    for (int t = 0; t < planes; ++t) {
      const double angle = standing[static_cast<std::size_t>(i)] * std::pow(100, -2.0 * t / width);
      for (const part p : {part::query, part::key}) {
        BOOST_TEST(std::abs(static_cast<double>(turned.at(0, p, 1, i, t).cosine) - std::cos(angle)) < 1e-6);
        BOOST_TEST(std::abs(static_cast<double>(turned.at(0, p, 1, i, t).sine) - std::sin(angle)) < 1e-6);
      }
    }
}
// A share of the planes is cut to whole ones, and a share that is written in decimals is what it says.
BOOST_AUTO_TEST_CASE(share_turns_the_planes_that_fit_into_it) {
  const auto turning = [](double share, int head_width) {
    encodings::rope rope;
    encodings::p_rope p_rope;
    rope.fraction = p_rope.p = share;
    BOOST_TEST(rope.rotation(head_width).planes == p_rope.rotation(head_width).planes);
    return rope.rotation(head_width).planes;
  };
  for (int head_width = 2; head_width <= 256; head_width += 2)
    for (int hundredth = 0; hundredth <= 100; ++hundredth)
      BOOST_TEST_REQUIRE(turning(hundredth / 100.0, head_width) == hundredth * (head_width / 2) / 100,
                         hundredth << "% of " << head_width / 2 << " planes");
}
BOOST_AUTO_TEST_CASE(fraction_has_the_wavelengths_of_what_turns) {
  encodings::rope e;
  e.fraction = 0.5;  // 2 of 5 planes: theta_1 = base^(-2/4)
  const site s(extents, standing);
  rotation_of<encodings::rope> turned(e, s.of());
  turned.fill(nullptr);
  BOOST_TEST(turned.shape().planes == 2);
  BOOST_TEST(std::abs(static_cast<double>(turned.at(0, part::key, 0, 3, 1).sine) - std::sin(9 / 100.0)) < 1e-6);
  std::vector<real> row(width, 1);
  turned.turn({0, part::query, 0, 3, 1, row.data(), width}, false);
  for (int c = 4; c < width; ++c) BOOST_TEST(row[static_cast<std::size_t>(c)] == 1);
  BOOST_TEST(row[0] != 1);
}
BOOST_AUTO_TEST_CASE(stretch_multiplies_queries_and_divides_keys) {
  const site s(extents, standing);
  rotation_of<encodings::xpos> turned(encodings::xpos{}, s.of());
  turned.fill(nullptr);
  for (int t = 0; t < planes; ++t) {
    const double zeta = (2.0 * t / width + 0.4) / 1.4, angle = 9 * std::pow(10000, -2.0 * t / width);
    BOOST_TEST(
        static_cast<double>(turned.at(0, part::query, 0, 3, t).cosine) == std::cos(angle) * std::pow(zeta, 9 / 512.0),
        boost::test_tools::tolerance(1e-5));
    BOOST_TEST(
        static_cast<double>(turned.at(0, part::key, 0, 3, t).cosine) == std::cos(angle) / std::pow(zeta, 9 / 512.0),
        boost::test_tools::tolerance(1e-5));
  }
}
BOOST_AUTO_TEST_CASE(turned_back_is_as_before) {
  const site s(extents, standing);
  for (const layout pairs : {layout::interleaved, layout::half_split}) {
    encodings::rope e;
    e.layout = pairs;
    rotation_of<encodings::rope> turned(e, s.of());
    turned.fill(nullptr);
    std::vector<real> rows(standing.size() * width);
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<real>(k % 7) - 3;
    const std::vector<real> before = rows;
    turned.turn({0, part::key, 1, 0, 5, rows.data(), width}, false);
    // Channel pairs keep their length, and the first one turns by one a position.
    const auto second = static_cast<std::size_t>(pairs == layout::interleaved ? 1 : planes);
    const std::size_t at = 3 * width;
    BOOST_TEST(static_cast<double>(rows[at]) == static_cast<double>(before[at]) * std::cos(9.0) -
                                                    static_cast<double>(before[at + second]) * std::sin(9.0),
               boost::test_tools::tolerance(1e-5));
    turned.turn({0, part::key, 1, 0, 5, rows.data(), width}, true);
    for (std::size_t k = 0; k < rows.size(); ++k) BOOST_TEST(std::abs(rows[k] - before[k]) < 1e-5f);
  }
}

BOOST_AUTO_TEST_SUITE_END()
