// Values from the papers and their authors' codes, worked out by the compiler: these are static_asserts, and nothing
// runs.
#include <boost/test/unit_test.hpp>

#include "core/encodings/alibi.hpp"
#include "core/encodings/bam.hpp"
#include "core/encodings/kerple_power.hpp"
#include "core/encodings/p_rope.hpp"
#include "core/encodings/rope.hpp"
#include "core/encodings/sandwich.hpp"
#include "core/encodings/shaw.hpp"
#include "core/encodings/sinusoidal.hpp"
#include "core/encodings/t5_bias.hpp"
#include "core/encodings/xpos.hpp"

namespace lengthwise::encodings {
namespace {

constexpr bool near(double a, double b, double tolerance = 1e-14) {
  return math::abs(a - b) <= tolerance * (1 + math::abs(b));
}

// ---- T5: buckets, with every edge of 32 buckets up to distance 128 (worked out in integers: n^16 against 16^16 8^k)
constexpr int bucket(int n) { return t5_bias{}.bucket(distance{static_cast<double>(n)}); }
static_assert(bucket(0) == 0 && bucket(1) == 1 && bucket(15) == 15 && bucket(16) == 16);
static_assert(bucket(112) == 30 && bucket(113) == 31 && bucket(127) == 31 && bucket(128) == 31 && bucket(100000) == 31);
constexpr bool edges_are(std::initializer_list<int> first_of_bucket) {
  int b = 17;
  for (const int n : first_of_bucket) {
    if (bucket(n) != b || bucket(n - 1) != b - 1) return false;
    ++b;
  }
  return b == 32;
}
static_assert(edges_are({19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113}));
constexpr bool buckets_never_fall() {
  for (int n = 1; n < 300; ++n)
    if (bucket(n) < bucket(n - 1)) return false;
  return true;
}
static_assert(buckets_never_fall());

// ---- ALiBi: slopes for 6, 8 and 12 heads
constexpr bool slopes_are(std::initializer_list<double> expected) {
  const int heads = static_cast<int>(expected.size());
  int h = 0;
  for (const double m : expected)
    if (!near(alibi{}.slope(head{h++, heads}), m)) return false;
  return true;
}
constexpr double root_half = 0.70710678118654752440;
static_assert(slopes_are({.25, .0625, .015625, .00390625, .5, .125}));
static_assert(slopes_are({1. / 2, 1. / 4, 1. / 8, 1. / 16, 1. / 32, 1. / 64, 1. / 128, 1. / 256}));
static_assert(slopes_are({1. / 2, 1. / 4, 1. / 8, 1. / 16, 1. / 32, 1. / 64, 1. / 128, 1. / 256, root_half,
                          root_half / 2, root_half / 4, root_half / 8}));
// Slopes of a power of two are exact, and so is the bias.
static_assert(alibi{}.bias(no_parameters<double>{}, head{2, 8}, distance{1000}) == -125.0);

// ---- BAM: with a shape below 0 the own key is punished by (1e-5)^shape, but no more than leaves it no weight; what is
// cut off has no slope, so that nothing is learned of it.
using with_slope = dual<double, 1>;
constexpr with_slope bam_bias(double shape, double n) {
  return bam{}.bias<with_slope>({with_slope::variable(shape, 0), 0, 0}, head{0, 1}, distance{n});
}
static_assert(near(bam_bias(-0.5, 0).value, -316.22776601683795) && bam_bias(-0.5, 0).gradient[0] != 0);
static_assert(bam_bias(-2, 0).value == -1e4 && bam_bias(-2, 0).gradient[0] == 0 && bam_bias(-60, 0).value == -1e4);
static_assert(near(bam_bias(-2, 3).value, -1 / (3.00001 * 3.00001)) &&
              near(bam_bias(3, 100).value, -1000000.300000030));

// ---- RoPE: theta_t = 10000^(-2t/d)
constexpr double frequency(int t, int head_width) {
  return rope{}.angle(no_parameters<double>{}, head{0, 1}, plane{t, head_width / 2}, position{1});
}
static_assert(frequency(0, 32) == 1.0);
static_assert(near(frequency(1, 32), 0.5623413251903491));
static_assert(near(frequency(4, 32), 0.1));
static_assert(near(frequency(8, 32), 0.01));
static_assert(near(frequency(15, 32), 1.7782794100389228e-4));
static_assert(near(frequency(1, 128), 0.8659643233600653));
static_assert(rope{}.rotation(32).planes == 16 && rope{}.rotation(32).span == 32);
// Partial rotation: frequencies are computed over the channels that turn.
constexpr rope half_turned{{}, 10000, layout::interleaved, 0.5};
static_assert(half_turned.rotation(32).planes == 8 && half_turned.rotation(32).span == 16);
static_assert(near(half_turned.angle(no_parameters<double>{}, head{0, 1}, plane{4, 16}, position{1}), 0.01));
static_assert(p_rope{}.rotation(32).planes == 12 && p_rope{}.rotation(32).span == 32);
static_assert(near(p_rope{}.angle(no_parameters<double>{}, head{0, 1}, plane{8, 16}, position{7}), 0.07));

// ---- Sinusoids: PE[p, 2t] = sin(p / 10000^(2t/C))
constexpr double sinusoid(int p, int c, int width, sinusoid_layout order = sinusoid_layout::interleaved) {
  return sinusoidal{{}, 10000, order}.input(no_parameters<double>{}, channel{c, width},
                                            position{static_cast<double>(p)});
}
static_assert(sinusoid(0, 0, 128) == 0.0 && sinusoid(0, 1, 128) == 1.0);
static_assert(near(sinusoid(1, 0, 512), 0.8414709848078965) && near(sinusoid(1, 1, 512), 0.5403023058681398));
static_assert(near(sinusoid(3, 2, 4), 0.02999550020249566) && near(sinusoid(3, 3, 4), 0.9995500337489875));
static_assert(near(sinusoid(100, 6, 16), -0.020683531529582487, 1e-13));
static_assert(near(sinusoid(100, 6, 16), sinusoid(100, 3, 16, sinusoid_layout::concatenated)));
static_assert(near(sinusoid(100, 7, 16), sinusoid(100, 11, 16, sinusoid_layout::concatenated)));

// ---- Others
static_assert(near(xpos{}.stretch<double>(head{0, 1}, plane{0, 16}, position{512}), 0.4 / 1.4));
static_assert(near(sandwich{}.bias(no_parameters<double>{}, head{0, 8}, distance{0}), 64.0));
static_assert(near(sandwich{}.bias(no_parameters<double>{}, head{3, 8}, distance{0}), 16.0));
static_assert(near(kerple_power{}.bias(kerple_power::parameters<double>{0.5, 2}, head{0, 1}, distance{3}), -4.5));
static_assert(kerple_power{}.bias(kerple_power::parameters<double>{0.5, 2}, head{0, 1}, distance{0}) == 0.0);
static_assert(shaw{}.relative_row(distance{15}) == 15 && shaw{}.relative_row(distance{16}) == 16 &&
              shaw{}.relative_row(distance{400}) == 16);

}  // namespace
}  // namespace lengthwise::encodings

BOOST_AUTO_TEST_CASE(golden_values_hold) { BOOST_TEST(true, "this file would not have compiled otherwise"); }
