// What a loss may depend on: the tokens before it, and nothing else. Bit for bit.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/attention/registry.hpp"
#include "core/math/random.hpp"
#include "core/model/transformer.hpp"

using namespace lengthwise;

namespace {

const model_config small{.layers = 2, .width = 16, .heads = 2, .feed_forward = 24};
constexpr int longest = 200;

std::vector<token_id> drawn_text(std::size_t count) {
  const random_source draw{23, random_stream::conformance};
  std::vector<token_id> text(count);
  for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<token_id>(draw.below(256, i));
  return text;
}
// Losses of windows of `time` tokens that begin at these places of the text, in one group.
std::vector<real> losses(const transformer& model, const std::vector<token_id>& text,
                         const std::vector<std::size_t>& starts, int time, pass kind = pass::evaluation) {
  std::vector<token_id> inputs, targets;
  for (const std::size_t start : starts)
    for (std::size_t i = start; i < start + static_cast<std::size_t>(time); ++i)
      inputs.push_back(text[i]), targets.push_back(text[i + 1]);
  const position_tables tables = model.make_tables(time);
  activations memory(model.config(), tables, static_cast<int>(starts.size()), kind);
  model.forward(inputs.data(), targets.data(), tables, memory);
  return {memory.losses, memory.losses + inputs.size()};
}
transformer drawn_model(std::string_view name) {
  transformer model(small, make_encoding(name), longest);
  model.draw_parameters(3);
  const random_source draw{29, random_stream::conformance};
  for (std::size_t i = 0; i < model.layout().count(); ++i)
    model.parameters()[i] += real(0.1) * static_cast<real>(draw.normal(i));
  return model;
}
bool begins_with(const std::vector<real>& whole, const std::vector<real>& prefix) {
  return prefix.empty() || std::memcmp(whole.data(), prefix.data(), prefix.size() * sizeof(real)) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(windows)

// None of the encodings looks at the length of the window (an encoding that does must be left out here, and say so).
BOOST_AUTO_TEST_CASE(a_longer_window_changes_no_loss_before_its_end) {
  const std::vector<token_id> text = drawn_text(longest + 1);
  for (const registered_encoding& entry : registered_encodings()) {
    const transformer model = drawn_model(entry.name);
    const std::vector<real> whole = losses(model, text, {0}, longest);
    for (const int time : {1, 2, 63, 64, 65, 127, 128, 129, 199})
      BOOST_TEST(begins_with(whole, losses(model, text, {0}, time)), entry.name << ", " << time << " of " << longest);
  }
}
BOOST_AUTO_TEST_CASE(a_later_token_changes_no_loss_before_it) {
  for (const registered_encoding& entry : registered_encodings()) {
    const transformer model = drawn_model(entry.name);
    std::vector<token_id> text = drawn_text(longest + 1);
    const std::vector<real> before = losses(model, text, {0}, longest);
    for (const std::size_t at : {199u, 130u, 70u, 1u}) {
      text[at] = static_cast<token_id>(text[at] ^ 1);  // an input, and the target of the token before it
      const std::vector<real> after = losses(model, text, {0}, longest);
      BOOST_TEST(begins_with(after, {before.begin(), before.begin() + static_cast<std::ptrdiff_t>(at - 1)}),
                 entry.name << ", token " << at);
      BOOST_TEST(after[at] != before[at]);  // and what may depend on it does
    }
  }
}
BOOST_AUTO_TEST_CASE(a_window_does_not_see_the_others_of_its_group) {
  const std::vector<token_id> text = drawn_text(longest + 1);
  constexpr int time = 90;
  for (const registered_encoding& entry : registered_encodings()) {
    const transformer model = drawn_model(entry.name);
    const std::vector<real> group = losses(model, text, {0, 100, 37}, time), alone = losses(model, text, {37}, time);
    BOOST_TEST(std::memcmp(group.data() + 2 * time, alone.data(), alone.size() * sizeof(real)) == 0, entry.name);
    BOOST_TEST(begins_with(group, losses(model, text, {0}, time)), entry.name);
  }
}
BOOST_AUTO_TEST_CASE(training_and_evaluation_see_the_same_losses) {
  const std::vector<token_id> text = drawn_text(longest + 1);
  for (const registered_encoding& entry : registered_encodings()) {
    const transformer model = drawn_model(entry.name);
    BOOST_TEST((losses(model, text, {0, 50}, 150, pass::training) == losses(model, text, {0, 50}, 150)), entry.name);
  }
}
BOOST_AUTO_TEST_CASE(memory_may_be_used_again) {
  const std::vector<token_id> text = drawn_text(longest + 1);
  for (const registered_encoding& entry : registered_encodings()) {
    const transformer model = drawn_model(entry.name);
    const position_tables tables = model.make_tables(longest);
    activations memory(small, tables, 1, pass::evaluation);
    model.forward(text.data() + 1, text.data(), tables, memory);  // something else, which must leave no trace
    model.forward(text.data(), text.data() + 1, tables, memory);
    const std::vector<real> fresh = losses(model, text, {0}, longest);
    BOOST_TEST(std::memcmp(memory.losses, fresh.data(), fresh.size() * sizeof(real)) == 0, entry.name);
  }
}
BOOST_AUTO_TEST_CASE(a_nan_parameter_makes_the_loss_nan) {
  const std::vector<token_id> text = drawn_text(longest + 1);
  for (const registered_encoding& entry : registered_encodings()) {
    const transformer model = drawn_model(entry.name);
    for (const parameter_slice& slice : model.layout().slices()) {
      transformer spoilt = drawn_model(entry.name);
      const std::size_t row =
          slice.name == "embedding" ? static_cast<std::size_t>(text[0]) * 16 : 0;  // one that is read
      spoilt.parameters()[slice.offset + row] = std::numeric_limits<real>::quiet_NaN();
      double sum = 0;
      for (const real loss : losses(spoilt, text, {0}, 20)) sum += static_cast<double>(loss);
      BOOST_TEST(std::isnan(sum), entry.name << ": " << slice.name);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
