// One step of training against plain loops: the loss that is reported, the gradient's norm, clipping and the update.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/model/transformer.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

// Windows of a text, where one target in three does not count.
class some_targets final : public batch_source {
 public:
  explicit some_targets(std::vector<token_id> text) : text_(std::move(text)) {}
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t at = (step * 1000 + (first + i / length) * 131 + i % length) % (text_.size() - 1);
      inputs[i] = text_[at], targets[i] = at % 3 == 0 ? unscored : text_[at + 1];
    }
  }

 private:
  std::vector<token_id> text_;
};

// The mean loss of the targets that count, one sequence after the other, and its gradient.
struct plain_step {
  double loss = 0, norm = 0;
  std::vector<double> gradient;

  plain_step(const transformer& model, const batch_source& source, const train_config& t, int step)
      : gradient(model.layout().count()) {
    const position_tables tables = model.make_tables(t.length);
    activations memory(model.config(), tables, 1, pass::training);
    const auto length = static_cast<std::size_t>(t.length);
    std::vector<token_id> inputs(length), targets(length);
    std::vector<real> of_sequence(gradient.size());
    double count = 0;
    for (std::size_t s = 0; s < static_cast<std::size_t>(t.batch); ++s) {
      source.copy(static_cast<std::uint32_t>(step), s, length, inputs, targets);
      model.forward_backward(inputs.data(), targets.data(), tables, memory, 1, of_sequence.data(), nullptr);
      for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += static_cast<double>(of_sequence[k]);
      for (std::size_t i = 0; i < length; ++i)
        if (targets[i] != unscored) loss += static_cast<double>(memory.losses[i]), ++count;
    }
    loss /= count;
    for (double& g : gradient) g /= count, norm += g * g;
    norm = std::sqrt(norm);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(step)

BOOST_AUTO_TEST_CASE(is_that_of_a_plain_loop) {
  const auto source = std::make_shared<some_targets>(drawn_text());
  // So large an epsilon shows how large a gradient is, which Adam's quotient would hide.
  train_config t{.length = 70, .batch = 6, .shards = 3, .steps = 40, .rate = 0.5, .warmup = 20, .epsilon = 1};
  for (const double share : {0.0, 0.3, 3.0}) {  // of its norm that the gradient is cut to; 0: it is left alone
    t.clip = 1;
    trainer run(tiny_model, t, make_encoding("none"), source, 7, 2);
    const plain_step right(run.model(), *source, t, 0);
    t.clip = share * right.norm;
    trainer clipped(tiny_model, t, make_encoding("none"), source, 7, 2);
    const std::vector<real> before(clipped.model().parameters(), clipped.model().parameters() + right.gradient.size());
    const step_record r = clipped.step();
    const auto near = boost::test_tools::tolerance(1e-5);
    BOOST_TEST(r.loss == right.loss, near);
    BOOST_TEST(r.gradient_norm == right.norm, near);
    BOOST_TEST(r.rate == 0.5 / 20, near);
    const double factor = share > 0 && share < 1 ? share : 1;
    for (const parameter_slice& slice : clipped.model().layout().slices()) {
      double difference = 0, size = 0;
      for (std::size_t k = slice.offset; k < slice.offset + slice.count; ++k) {
        // The first step: both moments are corrected to the gradient and its square.
        const double g = factor * right.gradient[k], was = static_cast<double>(before[k]),
                     wanted = -r.rate * (g / (std::abs(g) + 1) + (slice.decays ? t.weight_decay * was : 0)),
                     moved = static_cast<double>(clipped.model().parameters()[k]) - was;
        difference += (moved - wanted) * (moved - wanted), size += wanted * wanted;
      }
      BOOST_TEST(std::sqrt(difference) <= 1e-3 * std::sqrt(size) + 1e-7, slice.name << ", clipped to " << share);
    }
    const plain_step next(clipped.model(), *source, t, 1);  // of the next batch
    BOOST_TEST(clipped.step().loss == next.loss, near);
  }
}

BOOST_AUTO_TEST_SUITE_END()
