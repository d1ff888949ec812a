// Muon: its iteration on matrices whose singular values are known, a step against plain loops, and that threads and
// pieces cannot be seen.
#include "core/training/muon.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

// Row-major [rows, columns] with the singular values s: reflections to both sides of a diagonal.
std::vector<double> with_singular_values(int rows, int columns, const std::vector<double>& s) {
  const auto reflection = [](int n, double seed) {
    std::vector<double> v(static_cast<std::size_t>(n)), h(static_cast<std::size_t>(n * n));
    double squares = 0;
    for (int i = 0; i < n; ++i)
      v[static_cast<std::size_t>(i)] = std::sin(seed * (i + 1)),
      squares += v[static_cast<std::size_t>(i)] * v[static_cast<std::size_t>(i)];
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        h[static_cast<std::size_t>(i * n + j)] =
            (i == j) - 2 * v[static_cast<std::size_t>(i)] * v[static_cast<std::size_t>(j)] / squares;
    return h;
  };
  const std::vector<double> u = reflection(rows, 1.3), v = reflection(columns, 0.7);
  std::vector<double> x(static_cast<std::size_t>(rows * columns));
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j)
      for (std::size_t k = 0; k < s.size(); ++k)
        x[static_cast<std::size_t>(i * columns + j)] +=
            u[static_cast<std::size_t>(i * rows) + k] * s[k] *
            v[k * static_cast<std::size_t>(columns) + static_cast<std::size_t>(j)];
  return x;
}
double after_five_steps(double s) {
  for (int step = 0; step < 5; ++step) s = 3.4445 * s - 4.7750 * s * s * s + 2.0315 * s * s * s * s * s;
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(muon)

BOOST_AUTO_TEST_CASE(the_iteration_acts_on_singular_values_alone) {
  for (const auto& [rows, columns] : {std::pair{5, 9}, {7, 7}, {70, 131}, {128, 128}}) {
    std::vector<double> s, right;
    double squares = 0;
    for (int k = 0; k < rows; ++k)
      s.push_back(0.2 + 1.7 * std::abs(std::sin(3.0 * k + 1))), squares += s.back() * s.back();
    for (const double each : s) right.push_back(after_five_steps(each / std::sqrt(squares)));
    for (const double each : right) BOOST_TEST((each > 0.5 && each < 1.3));
    const std::vector<double> from = with_singular_values(rows, columns, s),
                              expected = with_singular_values(rows, columns, right);
    std::vector<real> x(from.begin(), from.end()), scratch(static_cast<std::size_t>(rows * (columns + 2 * rows)));
    orthogonalise(x.data(), rows, columns, scratch.data());
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(x[i]) - expected[i]));
    BOOST_TEST(largest < 2e-5, rows << " x " << columns << ": " << largest);
  }
}
BOOST_AUTO_TEST_CASE(a_zero_stays_zero) {
  std::vector<real> x(12, 0), scratch(3 * (4 + 6));
  orthogonalise(x.data(), 3, 4, scratch.data());
  for (const real each : x) BOOST_TEST(each == 0);
}
BOOST_AUTO_TEST_CASE(serves_the_matrices_of_layers_queries_keys_and_values_apart) {
  const parameter_layout layout({.layers = 2, .width = 8, .heads = 2, .feed_forward = 12},
                                *make_encoding("transformer_xl"), 16);
  const std::vector<muon_matrix> all = muon_matrices(layout);
  BOOST_TEST(all.size() == 2u * (3 + 1 + 2));
  std::size_t numbers = 0, of_layers = 0;
  for (const muon_matrix& m : all) numbers += static_cast<std::size_t>(m.inputs * m.outputs);
  for (const parameter_slice& s : layout.slices())
    if (s.name.starts_with("layers.") && s.shape.size() == 2 && s.name.find("encoding.") == std::string::npos)
      of_layers += s.count;
  BOOST_TEST(numbers == of_layers);
}
// momentum 0, decay 0: the first step moves a tall and a wide matrix by rate x sqrt(max(1, outputs / inputs)) in all
// directions of its shorter side, as far as the iteration came.
BOOST_AUTO_TEST_CASE(a_step_moves_by_the_rate_whatever_the_gradient_s_size) {
  train_config t;
  t.momentum = 0.5, t.weight_decay = 0.25;
  for (const auto& [inputs, outputs] : {std::pair{6, 24}, {24, 6}}) {
    const int rows = std::min(inputs, outputs), columns = std::max(inputs, outputs);
    const std::vector<double> g =
        with_singular_values(rows, columns, std::vector<double>(static_cast<std::size_t>(rows), 300.0));
    const muon_matrix m{0, inputs, outputs, outputs};
    std::vector<real> gradient(g.size()), parameters(g.size(), 2), velocity(g.size()), none(g.size()),
        scratch(m.scratch_count());
    for (int i = 0; i < inputs; ++i)
      for (int o = 0; o < outputs; ++o)
        gradient[static_cast<std::size_t>(i * outputs + o)] =
            static_cast<real>(g[static_cast<std::size_t>(inputs > outputs ? o * columns + i : i * columns + o)]);
    muon_step(m, t, 0.1, 0.5, {parameters.data(), velocity.data(), none.data()}, gradient.data(), scratch.data());
    const double size = after_five_steps(1 / std::sqrt(rows)), stretch = outputs > inputs ? 2 : 1;
    for (std::size_t i = 0; i < g.size(); ++i) {
      BOOST_TEST_REQUIRE(std::abs(static_cast<double>(velocity[i]) - 0.5 * static_cast<double>(gradient[i])) < 1e-4);
      const double right = 2 - 0.1 * 0.25 * 2 - 0.1 * stretch * size * static_cast<double>(gradient[i]) / 300;
      BOOST_TEST_REQUIRE(std::abs(static_cast<double>(parameters[i]) - right) < 1e-5);
    }
  }
}
// Of two gradients with the singular values a and b in the same directions: the velocity is m a + b, and what is made
// orthogonal is b + m (m a + b).
BOOST_AUTO_TEST_CASE(a_second_step_looks_ahead) {
  train_config t;
  t.momentum = 0.75, t.weight_decay = 0;
  const int inputs = 4, outputs = 16;
  const std::vector<double> a{3, 1, 2, 4}, b{1, 2, 0.5, 1};
  std::vector<double> ahead, right;
  double squares = 0;
  for (std::size_t k = 0; k < 4; ++k)
    ahead.push_back(b[k] + 0.75 * (0.75 * a[k] + b[k])), squares += ahead.back() * ahead.back();
  for (const double each : ahead) right.push_back(after_five_steps(each / std::sqrt(squares)));
  const std::vector<double> expected = with_singular_values(inputs, outputs, right);
  const muon_matrix m{0, inputs, outputs, outputs};
  std::vector<real> parameters(64), velocity(64), none(64), scratch(m.scratch_count()), before;
  for (const std::vector<double>& s : {a, b}) {
    const std::vector<double> g = with_singular_values(inputs, outputs, s);
    const std::vector<real> gradient(g.begin(), g.end());
    before = parameters;
    muon_step(m, t, 0.1, 1, {parameters.data(), velocity.data(), none.data()}, gradient.data(), scratch.data());
  }
  for (std::size_t i = 0; i < 64; ++i)
    BOOST_TEST_REQUIRE(std::abs(static_cast<double>(before[i] - parameters[i]) - 0.1 * 2 * expected[i]) < 1e-5);
}
BOOST_AUTO_TEST_CASE(threads_interruption_and_instruction_set_cannot_be_seen) {
  train_config t = tiny_training;
  t.optimizer = optimizer_kind::muon;
  const std::string digest = started("rope", 1, tiny_model, t).digest_at(4);
  for (const int threads : {2, 3, 5}) BOOST_TEST(started("rope", threads, tiny_model, t).digest_at(4) == digest);
  const temporary_path file("muon.safetensors");
  started before("rope", 2, tiny_model, t), after("rope", 1, tiny_model, t);
  before.digest_at(2);
  before.run.save(file.path(), {});
  after.run.load(file.path());
  BOOST_TEST(after.digest_at(4) == digest);
  BOOST_TEST(started("rope").digest_at(4) != digest);
}

BOOST_AUTO_TEST_SUITE_END()
