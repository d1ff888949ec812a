// Training by a view is training by what the view says: another base, another window, positions of half the size.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/evaluation/evaluator.hpp"
#include "core/model/transformer.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

std::unique_ptr<encoding> with(std::string_view name, std::string_view key, const config_value& value) {
  std::unique_ptr<encoding> e = make_encoding(name);
  bool known = false;
  BOOST_TEST_REQUIRE(e->assign(key, value, known).empty());
  BOOST_TEST_REQUIRE(known);
  return e;
}
std::unique_ptr<view> view_with(std::string_view name, std::string_view key, const config_value& value) {
  std::unique_ptr<view> v = make_view(name);
  bool known = false;
  BOOST_TEST_REQUIRE(v->assign(key, value, known).empty());
  BOOST_TEST_REQUIRE(known);
  return v;
}

struct read_by {
  std::vector<token_id> text = drawn_text();
  trainer run;
  read_by(const view& v, std::shared_ptr<const encoding> e, int threads = 2, model_config m = tiny_model)
      : run(m, tiny_training, std::move(e), std::make_shared<drawn_windows>(text, 7), 7, threads, v) {}
  std::string digest_at(int step) {
    while (run.steps_done() < step) run.step();
    return run.digest();
  }
  double loss_of_last() {
    double loss = 0;
    while (run.steps_done() < tiny_training.steps) loss = run.step().loss;
    return loss;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(training_view)

// base s^(d / (d - 2)), for heads of eight channels and s = 3.
BOOST_AUTO_TEST_CASE(ntk_is_a_larger_base) {
  read_by scaled(*view_with("ntk", "factor", 3.0), make_encoding("rope")),
      larger(raw_view(), with("rope", "base", 10000 * std::pow(3.0, 8.0 / 6))),
      plain(raw_view(), make_encoding("rope"));
  const double loss = scaled.loss_of_last();
  BOOST_TEST(std::abs(loss - larger.loss_of_last()) < 1e-5);
  BOOST_TEST(std::abs(loss - plain.loss_of_last()) > 1e-4);
}
// The same bits as attention.windows, which says it in another place.
BOOST_AUTO_TEST_CASE(a_window_is_that_of_the_layers) {
  model_config windowed = tiny_model;
  windowed.attention.windows = {9};
  for (const char* name : {"rope", "kerple_log", "fire"})
    BOOST_TEST(read_by(*view_with("window", "keys", std::int64_t{9}), make_encoding(name)).digest_at(3) ==
               read_by(raw_view(), make_encoding(name), 1, windowed).digest_at(3));
}
BOOST_AUTO_TEST_CASE(goes_on_after_an_interruption_and_is_what_an_evaluation_reads) {
  const std::unique_ptr<view> v = view_with("linear", "factor", 4.0);
  for (const char* name : {"rope", "t5_bias", "sinusoidal", "cope"}) {
    const temporary_path file("viewed.safetensors");
    read_by whole(*v, make_encoding(name), 1), before(*v, make_encoding(name), 3), after(*v, make_encoding(name));
    const std::string right = whole.digest_at(4);
    before.digest_at(2), before.run.save(file.path(), {});
    after.run.load(file.path());
    BOOST_TEST(after.digest_at(4) == right, name);

    evaluate_config c;
    c.lengths = {tiny_training.length}, c.targets = 20 * tiny_training.length;
    const auto loss = [&](const view& how) {
      return evaluate(whole.run.model(), whole.text, c, {tiny_training.length, protocol::non_overlapping, &how}, 2).nll;
    };
    const double validated = whole.run.validation_loss(side_by_side(whole.text, tiny_training.length, c.targets), 20);
    BOOST_TEST(std::abs(loss(*v) - validated) < 1e-6, name);
    if (std::string_view(name) != "cope") BOOST_TEST(std::abs(loss(raw_view()) - validated) > 1e-6, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
