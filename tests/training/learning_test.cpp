// Learning really happens, and no more of it than the text allows: a loss below the entropy would mean that the model
// sees its targets.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "core/text/synthetic.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

const model_config model{.layers = 2, .width = 32, .heads = 2, .feed_forward = 64};

// Bits per byte that no model without context can go below: the entropy of the text's bytes taken one by one.
double entropy_of_bytes(const std::vector<token_id>& text) {
  std::vector<double> counts(256);
  for (const token_id byte : text) ++counts[byte];
  double sum = 0;
  for (const double n : counts)
    if (n > 0) sum -= n / static_cast<double>(text.size()) * std::log2(n / static_cast<double>(text.size()));
  return sum;
}

}  // namespace

namespace {
double validation_loss(trainer& run, const std::vector<token_id>& text, const train_config& t) {
  const evaluation_batches windows = side_by_side(text, t.length, t.validation_targets);
  return run.validation_loss(windows, windows.count());
}
}  // namespace

BOOST_AUTO_TEST_SUITE(learning)

BOOST_AUTO_TEST_CASE(a_periodic_text_is_learnt_by_heart) {
  std::vector<token_id> text;
  const random_source draw{41, random_stream::conformance};
  for (std::size_t i = 0; i < 8000; ++i)
    text.push_back(static_cast<token_id>('a' + draw.below(4, i % 37)));  // no byte says what comes next
  const train_config t{
      .length = 48, .batch = 8, .shards = 4, .steps = 150, .rate = 5e-3, .warmup = 10, .validation_targets = 4000};
  trainer run(model, t, make_encoding("rope"), std::make_shared<drawn_windows>(text, 1), 1, 2);
  while (run.steps_done() < t.steps) run.step();
  BOOST_TEST(validation_loss(run, text, t) < 0.1);
}
// A byte is that of sixteen places before, nine times in ten, and one of 16 at random otherwise. Byte by byte, that is
// 4 bits whatever a model knows of the last fifteen; only attention to one distance gets below.
BOOST_AUTO_TEST_CASE(attention_finds_a_distance) {
  constexpr std::size_t distance = 16, length = 64;
  constexpr double same = 0.9 + 0.1 / 16;
  const double recalled = -same * std::log2(same) - (1 - same) * std::log2((1 - same) / 15);
  const double least =
      (distance * 4 + (length - distance) * recalled) / length;  // windows begin with what nobody can know
  const auto drawn = [](std::uint64_t seed, std::size_t count) {
    const random_source draw{seed, random_stream::conformance};
    std::vector<token_id> text;
    for (std::size_t i = 0; i < count; ++i)
      text.push_back(i >= distance && draw.below(10, 2 * i) > 0
                         ? text[i - distance]
                         : static_cast<token_id>('a' + draw.below(16, 2 * i + 1)));
    return text;
  };
  const std::vector<token_id> text = drawn(61, 100000), unseen = drawn(62, 20000);
  const train_config t{.length = length,
                       .batch = 16,
                       .shards = 4,
                       .steps = 250,
                       .rate = 8e-3,
                       .warmup = 20,
                       .validation_targets = 20000};
  trainer run(model, t, make_encoding("t5_bias"), std::make_shared<drawn_windows>(text, 1), 1, 2);
  while (run.steps_done() < t.steps) run.step();
  const double bits = validation_loss(run, unseen, t) / std::numbers::ln2;
  BOOST_TEST_MESSAGE("bits per byte: " << bits << "; 4 without context, " << least << " with it");
  BOOST_TEST(bits < 2.5);
  BOOST_TEST(bits > least - 0.05);
}
BOOST_AUTO_TEST_CASE(a_text_of_known_entropy_is_learnt_but_never_beyond_it) {
  const std::vector<token_id> text = byte_tokenizer().encode(synthetic::text(3, 300000)),
                              unseen = byte_tokenizer().encode(synthetic::text(4, 40000));
  const train_config t{
      .length = 130, .batch = 8, .shards = 4, .steps = 300, .rate = 8e-3, .warmup = 20, .validation_targets = 20000};
  trainer run(model, t, make_encoding("rope"), std::make_shared<drawn_windows>(text, 1), 1, 2);
  const double before = validation_loss(run, unseen, t) / std::numbers::ln2;
  while (run.steps_done() < t.steps) run.step();
  const double after = validation_loss(run, unseen, t) / std::numbers::ln2;
  BOOST_TEST_MESSAGE("bits per byte: " << before << " before, " << after << " after; " << entropy_of_bytes(unseen)
                                       << " byte by byte, " << synthetic::entropy(0) << " record by record, "
                                       << synthetic::entropy_of_window(10) << " with ten records");
  BOOST_TEST(before > 7.5);
  BOOST_TEST(entropy_of_bytes(unseen) > 4.5);  // what no model without context gets below
  BOOST_TEST(after < synthetic::entropy(0) + 0.05);
  BOOST_TEST(after > synthetic::entropy_of_window(11) - 0.03);  // a window of 130 bytes meets parts of 11 records
}

BOOST_AUTO_TEST_SUITE_END()
