// Every kernel at every level of this machine gives the same bits, for every length up to 100 and wherever the numbers
// lie in memory.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <limits>
#include <string>

#include "tests/kernels/levels.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

// Inputs x, y, z and outputs u, v, w of n numbers each, and room for a few results.
struct numbers {
  const real *x, *y, *z;
  real *u, *v, *w, *results;
  std::size_t n;
};
struct kernel {
  const char* name;
  void (*apply)(const kernel_table&, const numbers&);
};

constexpr std::size_t room = 128;

const kernel every_kernel[] = {
    {"add", [](const kernel_table& t, const numbers& a) { t.add(a.u, a.x, a.n); }},
    {"scale", [](const kernel_table& t, const numbers& a) { t.scale(a.u, real(0.37), a.n); }},
    {"dot", [](const kernel_table& t, const numbers& a) { a.results[0] = t.dot(a.x, a.y, a.n); }},
    {"sum_of_squares",
     [](const kernel_table& t, const numbers& a) {
       const double sum = t.sum_of_squares(a.x, a.n);
       std::memcpy(a.results, &sum, sizeof sum);
     }},
    {"scale_and_bias", [](const kernel_table& t, const numbers& a) { t.scale_and_bias(a.u, real(0.37), a.x, a.n); }},
    {"add_decay",
     [](const kernel_table& t, const numbers& a) {
       const std::vector<double> decay(a.y, a.y + a.n);
       t.add_decay(a.u, 0.123456789, decay.data(), a.n);
     }},
    {"softmax_block",
     [](const kernel_table& t, const numbers& a) {
       a.results[0] = -std::numeric_limits<real>::infinity(), a.results[1] = 0;
       a.results[2] = t.softmax_block(a.u, a.n, a.results[0], a.results[1]);
       a.results[3] = t.softmax_block(a.v, a.n, a.results[0], a.results[1]);
     }},
    {"probabilities", [](const kernel_table& t, const numbers& a) { t.probabilities(a.u, real(1.7), a.n); }},
    {"softmax_gradient", [](const kernel_table& t, const numbers& a) { t.softmax_gradient(a.x, a.u, real(0.3), a.n); }},
    {"rotate",
     [](const kernel_table& t, const numbers& a) {
       const int planes = static_cast<int>(a.n / 2);
       for (const bool half : {false, true})
         t.rotate({half ? a.u : a.v, 0, 1, planes, 2 * planes, half, a.x, a.y, half});
     }},
    {"norm",
     [](const kernel_table& t, const numbers& a) {
       const norm_arguments layer{1, static_cast<int>(a.n), a.y, a.z, real(1e-5)},
           rms{1, static_cast<int>(a.n), a.y, nullptr, real(1e-5)};
       t.norm(layer, a.x, a.u, a.results);
       t.norm(rms, a.x, a.v, a.results + 2);
     }},
    {"norm_backward",
     [](const kernel_table& t, const numbers& a) {
       const real statistics[] = {real(0.1), real(1.3)};
       t.norm_backward({1, static_cast<int>(a.n), a.y, a.z, real(1e-5)}, a.x, statistics, a.z, a.u, a.v, a.w);
     }},
    {"norm_backward of rms",
     [](const kernel_table& t, const numbers& a) {
       const real statistics[] = {0, real(1.3)};
       t.norm_backward({1, static_cast<int>(a.n), a.y, nullptr, real(1e-5)}, a.x, statistics, a.z, a.u, a.v, nullptr);
     }},
    {"gelu", [](const kernel_table& t, const numbers& a) { t.gelu(a.x, a.u, a.n); }},
    {"gelu_backward", [](const kernel_table& t, const numbers& a) { t.gelu_backward(a.x, a.y, a.v, a.u, a.n); }},
    {"swiglu", [](const kernel_table& t, const numbers& a) { t.swiglu(a.x, a.y, a.u, a.n); }},
    {"swiglu_backward",
     [](const kernel_table& t, const numbers& a) { t.swiglu_backward(a.x, a.y, a.z, a.w, a.u, a.v, a.n); }},
    {"relu2", [](const kernel_table& t, const numbers& a) { t.relu2(a.x, a.u, a.n); }},
    {"relu2_backward", [](const kernel_table& t, const numbers& a) { t.relu2_backward(a.x, a.y, a.v, a.u, a.n); }},
    {"norm_heads",
     [](const kernel_table& t, const numbers& a) {
       t.norm_heads({0, 1, 1, static_cast<int>(a.n), real(1.2), real(1e-5)}, a.u, a.results);
       t.norm_heads_backward({0, 1, 1, static_cast<int>(a.n), real(1.2), real(1e-5)}, a.u, a.results, a.v);
     }},
    {"cross_entropy",
     [](const kernel_table& t, const numbers& a) {
       const int target = static_cast<int>(a.n / 2);
       a.results[0] = t.cross_entropy(a.u, target, a.n, 0);
       a.results[1] = t.cross_entropy(a.u, target, a.n, real(0.01));
     }},
    {"adamw",
     [](const kernel_table& t, const numbers& a) {
       for (std::size_t i = 0; i < a.n; ++i) a.w[i] = a.w[i] * a.w[i];  // a second moment is a mean of squares
       t.adamw({a.u, a.v, a.w, a.x, a.n, real(0.7), real(1e-3), real(1e-4), real(0.9), real(0.95), real(1e-8),
                real(1.5), real(2.5)});
     }},
};

// All that a kernel writes, its inputs beginning `shift` numbers into their memory.
std::vector<real> outcome(const kernel& k, const kernel_table& table, std::size_t n, std::size_t shift) {
  std::vector<real> memory(7 * room);
  const auto at = [&](std::size_t slot) { return memory.data() + slot * room + shift; };
  for (std::size_t slot = 0; slot < 6; ++slot) {
    const std::vector<real> values = drawn(n, slot + 1, 3);
    std::copy(values.begin(), values.end(), at(slot));
  }
  k.apply(table, {at(0), at(1), at(2), at(3), at(4), at(5), at(6), n});
  std::vector<real> all;
  for (std::size_t slot = 3; slot < 7; ++slot) all.insert(all.end(), at(slot), at(slot) + (slot == 6 ? 4 : n));
  for (std::size_t slot = 3; slot < 6; ++slot)  // and nothing beyond its end
    for (std::size_t i = n; i + shift < room; ++i) BOOST_TEST_REQUIRE(at(slot)[i] == 0);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(level)

BOOST_AUTO_TEST_CASE(every_level_gives_the_same_bits_at_every_length_and_alignment) {
  const auto tables = levels();
  BOOST_TEST_MESSAGE("levels here: " << tables.size());
  for (const kernel& k : every_kernel)
    for (std::size_t n = 1; n <= 100; ++n) {
      const std::vector<real> first = outcome(k, *tables[0], n, 0);
      for (const kernel_table* table : tables)
        for (const std::size_t shift : {0u, 1u, 3u, 8u})
          BOOST_TEST_REQUIRE(same_bits(outcome(k, *table, n, shift), first),
                             k.name << " at " << table->name << ", " << n << " numbers, shift " << shift);
    }
}
BOOST_AUTO_TEST_CASE(a_level_is_chosen_by_name) {
  const std::string before(kernels().name);
  for (const kernel_table* table : levels()) {
    select_kernels(table->name);
    BOOST_TEST(kernels().name == table->name);
  }
  select_kernels(before);
  BOOST_CHECK_EXCEPTION(select_kernels("v9"), std::invalid_argument, [](const std::invalid_argument& e) {
    return std::string(e.what()) == "kernel level 'v9' is not to be had on this machine";
  });
  BOOST_TEST(kernels().name == before);  // a refused choice changes nothing
}

BOOST_AUTO_TEST_SUITE_END()
