// The sum over shards and the training on several ranks: the bits of one.
#include "core/training/rank_sum.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/evaluation/evaluator.hpp"
#include "core/math/random.hpp"
#include "tests/parallel/ranks_of_threads.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using testing::on_ranks;

namespace {

std::vector<real> drawn_part(int shard, std::size_t count) {
  const random_source draw{static_cast<std::uint64_t>(shard), random_stream::conformance};
  std::vector<real> part(count);
  for (std::size_t i = 0; i < count; ++i) part[i] = static_cast<real>(draw.uniform(i) - 0.5);
  return part;
}

std::vector<real> sum_on_one(int shards, std::size_t count) {
  std::vector<std::vector<real>> parts;
  std::vector<const real*> starts;
  for (int shard = 0; shard < shards; ++shard) parts.push_back(drawn_part(shard, count));
  for (const auto& part : parts) starts.push_back(part.data());
  std::vector<real> out(count);
  for (std::size_t at = 0; at < count; at += sum_piece)
    sum_tree(starts.data(), 0, shards, at, std::min(sum_piece, count - at), out.data() + at);
  return out;
}

std::vector<real> sum_on_ranks(int shards, int count_of_ranks, std::size_t count) {
  std::vector<real> sum;
  on_ranks(count_of_ranks, [&](ranks& r) {
    const own_shards own(shards, r);
    std::vector<std::vector<real>> parts(static_cast<std::size_t>(shards));
    std::vector<real*> starts(parts.size(), nullptr);
    for (int shard = own.begin; shard < own.end; ++shard) {
      parts[static_cast<std::size_t>(shard)] = drawn_part(shard, count);
      starts[static_cast<std::size_t>(shard)] = parts[static_cast<std::size_t>(shard)].data();
    }
    workers pool(2);
    rank_sum over_ranks(r, pool, shards);
    over_ranks(starts.data(), count);
    if (r.index() == 0) sum = parts[0];
  });
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rank_sums)

// 6 on 3, 12 on 3 and 30 on 5 cut nodes of the tree between ranks.
BOOST_AUTO_TEST_CASE(are_those_of_one_rank_for_every_number_that_divides_the_shards) {
  for (const int shards : {1, 2, 5, 6, 8, 12, 30, 64})
    for (int count = 1; count <= std::min(shards, 16); ++count) {
      if (shards % count != 0) continue;
      const std::vector<real> wanted = sum_on_one(shards, 3000), got = sum_on_ranks(shards, count, 3000);
      BOOST_TEST(std::memcmp(got.data(), wanted.data(), wanted.size() * sizeof(real)) == 0,
                 shards << " shards on " << count << " ranks");
    }
}
BOOST_AUTO_TEST_CASE(pass_long_gradients_in_pieces) {
  const std::size_t count = 2 * message_bytes / sizeof(real) + 100;
  BOOST_TEST((sum_on_ranks(4, 4, count) == sum_on_one(4, count)));
}
BOOST_AUTO_TEST_CASE(need_a_number_that_divides_the_shards) {
  for (const int count : {3, 16})
    BOOST_CHECK_EXCEPTION(on_ranks(count, [](ranks& r) { own_shards(8, r); }), usage_error, [](const error& problem) {
      return std::string_view(problem.what()).starts_with("train.shards = 8 cannot be dealt to ");
    });
}

// Tables with gradients of their own among them.
BOOST_AUTO_TEST_CASE(train_and_evaluate_to_the_same_bits) {
  train_config c = testing::tiny_training;
  c.batch = 12, c.shards = 6;
  for (const char* encoding : {"kerple_log", "t5_bias", "cope"}) {
    testing::started one(encoding, 1, testing::tiny_model, c);
    const evaluation_batches windows = side_by_side(one.text, 70, 700);
    const std::string digest = one.digest_at(c.steps);
    const double validation = one.run.validation_loss(windows, windows.count());
    evaluate_config asked;
    asked.lengths = {64}, asked.stride = 32, asked.targets = 2000;
    const evaluation_result losses = evaluate(one.run.model(), one.text, asked, {64, protocol::sliding}, 1);
    for (const int count : {2, 3, 6})
      on_ranks(count, [&](ranks& r) {
        const std::vector<token_id> text = testing::drawn_text();
        trainer t(testing::tiny_model, c, make_encoding(encoding), std::make_shared<drawn_windows>(text, 7), 7,
                  {1 + count % 2, r});
        while (t.steps_done() < c.steps) t.step();
        if (t.digest() != digest) throw std::runtime_error(std::string(encoding) + ": another digest");
        if (t.validation_loss(windows, windows.count()) != validation) throw std::runtime_error("another validation");
        const evaluation_result own = evaluate(t.model(), text, asked, {64, protocol::sliding}, {1, r});
        if (own.nll != losses.nll ||
            std::memcmp(own.losses.data(), losses.losses.data(), losses.losses.size() * sizeof(float)) != 0)
          throw std::runtime_error("other losses");
      });
  }
}
BOOST_AUTO_TEST_CASE(go_on_from_what_rank_0_has_loaded) {
  const testing::temporary_path checkpoint("ranks.safetensors");
  testing::started one("rope");
  one.digest_at(2);
  one.run.save(checkpoint.path(), {});
  const std::string digest = one.digest_at(testing::tiny_training.steps);
  on_ranks(5, [&](ranks& r) {
    const std::vector<token_id> text = testing::drawn_text();
    trainer t(testing::tiny_model, testing::tiny_training, make_encoding("rope"),
              std::make_shared<drawn_windows>(text, 7), 7, {1, r});
    if (r.index() == 0) t.load(checkpoint.path());
    t.share();
    while (t.steps_done() < testing::tiny_training.steps) t.step();
    if (t.digest() != digest) throw std::runtime_error("another digest");
  });
}

BOOST_AUTO_TEST_SUITE_END()
