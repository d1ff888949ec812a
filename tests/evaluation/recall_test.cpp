// A model whose weights are written by hand and reach the optimum on the text of that name: one head looks at the token
// before, the other at what followed the same key last.
#include "core/text/recall.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string_view>

#include "core/attention/registry.hpp"
#include "core/evaluation/evaluator.hpp"

using namespace lengthwise;

namespace {

constexpr std::string_view symbols = "=?ABCDabcd";
constexpr int width = 32, head_width = 16;
const recall_config small{.alphabet = 4, .keys = 4, .farthest = 8};

transformer copying_model(real recency = 10, int train_length = 128) {
  const model_config c{.layers = 2, .width = width, .heads = 2, .feed_forward = 8, .norm = norm_kind::rms};
  const std::unique_ptr<encoding> made = make_encoding("t5_bias");
  bool known = false;
  BOOST_REQUIRE(made->assign("buckets", std::int64_t{256}, known).empty());  // exact up to 128
  BOOST_REQUIRE(made->assign("max_distance", std::int64_t{400}, known).empty());
  transformer model(c, std::shared_ptr<const encoding>(made->clone()), train_length);
  const auto slice = [&](std::string_view name) {
    for (const parameter_slice& s : model.layout().slices())
      if (s.name == name) return model.parameters() + s.offset;
    throw std::out_of_range("no such parameter");
  };
  for (const char* gain :
       {"layers.0.norm1.gain", "layers.0.norm2.gain", "layers.1.norm1.gain", "layers.1.norm2.gain", "norm.gain"})
    std::fill_n(slice(gain), width, real(1));
  real* const bias = slice("encoding.bias");  // [heads, buckets]
  for (int n = 0; n < 256; ++n) {
    bias[n] = n == 1 ? 0 : -10000;                    // the token before
    bias[256 + n] = -recency * static_cast<real>(n);  // what is nearest
  }
  // Channels: the token, from `before` on the token before it, from `answer` on what was copied.
  constexpr int before = 10, answer = 20, queries = 0, keys = width, values = 2 * width;
  const auto at = [](real* matrix, int columns, int row, int column) -> real& {
    return matrix[row * columns + column];
  };
  for (int j = 0; j < 10; ++j) {
    const auto token = static_cast<unsigned char>(symbols[static_cast<std::size_t>(j)]);
    at(slice("embedding"), width, token, j) = 1;
    at(slice("head"), vocabulary_size, answer + j, token) = 20;
    at(slice("layers.0.attention.qkv"), 3 * width, j, values + j) = 1;
    at(slice("layers.0.attention.output"), width, j, before + j) = 1 / std::sqrt(real(width));
    at(slice("layers.1.attention.qkv"), 3 * width, j, queries + head_width + j) = 30;
    at(slice("layers.1.attention.qkv"), 3 * width, before + j, keys + head_width + j) = 30;
    at(slice("layers.1.attention.qkv"), 3 * width, j, values + head_width + j) = 1;
    at(slice("layers.1.attention.output"), width, head_width + j, answer + j) = 1;
  }
  return model;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recall)

BOOST_AUTO_TEST_CASE(a_copying_head_reaches_the_optimum_at_every_length_by_every_protocol) {
  const transformer model = copying_model();
  const corpus text = recall_corpus(small);
  evaluate_config plan;
  plan.lengths = {24, 64, 100}, plan.stride = 16, plan.targets = 3000;
  for (const protocol cut : {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets})
    for (const int length : {24, 64, 100}) BOOST_TEST_CONTEXT(name_of(cut) << " at " << length) {
        const evaluation_result r = evaluate(model, text.part_of(text.test()), plan, {length, cut}, 2);
        BOOST_TEST_REQUIRE((r.status == evaluation_status::ok));
        BOOST_TEST(r.nll < 1e-6);
        std::int64_t scored = 0, beyond = 0;
        for (const known_answer& a : r.answers) {
          const float loss = r.losses[a.window * static_cast<std::size_t>(length) + a.position];
          const bool seen = a.distance <= a.position + 1;
          BOOST_REQUIRE((a.outcome == (seen ? answer_outcome::right : answer_outcome::not_scored)));
          BOOST_REQUIRE(std::isnan(loss) == !seen);
          scored += seen, beyond += !seen;
        }
        BOOST_TEST(scored == r.targets);
        BOOST_TEST(scored > 200);
        if (length == 24) BOOST_TEST(beyond > 0);
      }
}

// A window cut to its last bytes scores what the whole window held; what it leaves out, nobody can know.
BOOST_AUTO_TEST_CASE(what_a_view_leaves_out_is_missed) {
  constexpr int trained = 16, length = 64;
  const transformer model = copying_model(10, trained);
  const corpus text = recall_corpus(small);
  evaluate_config plan;
  plan.lengths = {length}, plan.stride = 8, plan.targets = 4000;
  const std::unique_ptr<view> cropped = make_view("cropped");
  const evaluation_request of_whole{length, protocol::sliding}, of_part{length, protocol::sliding, cropped.get()};
  const evaluation_result whole = evaluate(model, text.part_of(text.test()), plan, of_whole, 2),
                          part = evaluate(model, text.part_of(text.test()), plan, of_part, 2);
  BOOST_TEST(whole.targets == part.targets);
  BOOST_TEST(whole.nll < 1e-6);
  BOOST_TEST_REQUIRE(whole.answers.size() == part.answers.size());
  int missed = 0;
  for (std::size_t i = 0; i < whole.answers.size(); ++i) {
    const known_answer &a = whole.answers[i], &b = part.answers[i];
    BOOST_REQUIRE((a.window == b.window && a.position == b.position && a.distance == b.distance));
    BOOST_REQUIRE(((a.outcome == answer_outcome::not_scored) == (b.outcome == answer_outcome::not_scored)));
    if (a.outcome == answer_outcome::not_scored) continue;
    const bool seen = b.distance <= b.position + 1 - (length - trained);
    if (seen) BOOST_REQUIRE((b.outcome == answer_outcome::right));
    missed += b.outcome == answer_outcome::wrong;
  }
  BOOST_TEST(missed > 20);
}

// One that takes the oldest of equal keys is wrong where a key comes up again, and the outcome says so.
BOOST_AUTO_TEST_CASE(outcomes_tell_right_from_wrong) {
  const transformer model = copying_model(-10);
  const corpus text = recall_corpus(small);
  evaluate_config plan;
  plan.lengths = {100}, plan.stride = 16, plan.targets = 1600;
  const evaluation_result r = evaluate(model, text.part_of(text.test()), plan, {100, protocol::sliding}, 1);
  std::int64_t right = 0, wrong = 0;
  for (const known_answer& a : r.answers) {
    if (a.outcome == answer_outcome::not_scored) continue;
    const bool is_right = a.outcome == answer_outcome::right;
    // In bits a right answer is one that has more than half, here nearly all.
    BOOST_TEST((r.losses[a.window * 100 + a.position] < 0.7) == is_right);
    right += is_right, wrong += !is_right;
  }
  BOOST_TEST(right > 0);
  BOOST_TEST(wrong > right);
}

BOOST_AUTO_TEST_SUITE_END()
