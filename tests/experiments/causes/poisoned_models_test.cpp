// Models whose fault is known, because it was put there: what breaks them must be found. And one whose only skill is to
// copy from further away than it was trained.
#include <boost/test/unit_test.hpp>

#include "core/attention/registry.hpp"
#include "core/evaluation/evaluator.hpp"
#include "core/math/random.hpp"
#include "core/text/synthetic.hpp"
#include "core/text/text_batches.hpp"
#include "core/training/trainer.hpp"
#include "experiments/causes/causes.hpp"

using namespace lengthwise;

namespace {

constexpr int trained = 32, length = 128;
const model_config small{.layers = 1, .width = 32, .heads = 2, .feed_forward = 64};

const std::vector<token_id>& text() {
  static const std::vector<token_id> tokens = [] {
    const std::string bytes = synthetic::text(1, 60000);
    std::vector<token_id> all;
    for (const char c : bytes) all.push_back(static_cast<unsigned char>(c));
    return all;
  }();
  return tokens;
}

std::unique_ptr<encoding> long_table(std::string_view name, std::string_view key) {
  std::unique_ptr<encoding> e = make_encoding(name);
  bool known = false;
  e->assign(key, std::int64_t{length}, known);
  BOOST_TEST_REQUIRE(known);
  return e;
}

// Trained for a moment, so that it has something to lose.
transformer young_model(std::shared_ptr<const encoding> e) {
  train_config c;
  c.length = trained, c.batch = 16, c.shards = 4, c.steps = 300, c.warmup = 20, c.rate = 4e-3;
  trainer t(small, c, e, std::make_shared<drawn_windows>(text(), 1), 1, 2);
  while (t.steps_done() < c.steps) t.step();
  transformer model(small, std::move(e), trained);
  std::copy_n(t.model().parameters(), model.layout().count(), model.parameters());
  return model;
}

// Rows from `first` on of the tables whose name ends so become large numbers that mean nothing.
void poison(transformer& model, std::string_view table, int first) {
  const random_source random{3, random_stream::conformance};
  std::size_t poisoned = 0;
  for (const parameter_slice& s : model.layout().slices()) {
    if (!s.name.ends_with(table)) continue;
    const std::size_t columns = static_cast<std::size_t>(s.shape.back()),
                      begin = static_cast<std::size_t>(first) * columns;
    for (std::size_t i = begin; i < s.count; ++i, ++poisoned)
      model.parameters()[s.offset + i] = static_cast<real>(8 * random.normal(i));
  }
  BOOST_TEST_REQUIRE(poisoned > 0u);
}

causes causes_at_length(const transformer& model, const std::vector<token_id>& read = text()) {
  evaluate_config c;
  c.lengths = {length}, c.stride = 16, c.targets = 2048;
  viewed_model losses;
  for (const std::string_view name : views_of_causes) {
    std::unique_ptr<view> v = make_view(name);
    if (!view_problem(*v, model.positions()).empty()) continue;
    v = choose(*v, model, read, c, length, 2);
    const evaluation_result r = evaluate(model, read, c, {length, protocol::fixed_targets, v.get()}, 2);
    if (r.status != evaluation_status::ok) continue;
    const auto windows = static_cast<std::size_t>(r.windows);
    recorded_losses recorded{xt::xtensor<float, 2>::from_shape({windows, static_cast<std::size_t>(length)}),
                             xt::xtensor<std::int64_t, 2>::from_shape({windows, 2})};
    std::copy(r.losses.begin(), r.losses.end(), recorded.losses.begin());
    for (std::size_t w = 0; w < windows; ++w) {
      recorded.windows(w, 0) = static_cast<std::int64_t>(r.places[w].document);
      recorded.windows(w, 1) = static_cast<std::int64_t>(r.places[w].first);
    }
    losses.push_back({std::string(name), in_blocks(recorded, protocol::fixed_targets)});
  }
  return *causes_of({losses});
}

// Sixteen symbols drawn at random that repeat after `period`, others in every thousand.
constexpr int symbols = 16, period = 48;
std::vector<token_id> repeating_text() {
  const random_source random{5, random_stream::conformance};
  std::vector<token_id> all(40960);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<token_id>(random.below(symbols, i / 1024 * period + i % 1024 % period));
  return all;
}
// One head sees the token that stood a period before the next one and says it again; the rest of the model is empty.
transformer copying_model() {
  std::unique_ptr<encoding> made = long_table("t5_bias", "buckets");  // exact up to half of them
  bool known = false;
  BOOST_TEST_REQUIRE(made->assign("max_distance", std::int64_t{400}, known).empty());
  const model_config c{.layers = 1, .width = 2 * symbols, .heads = 2, .feed_forward = 4, .norm = norm_kind::rms};
  transformer model(c, std::move(made), trained);
  const auto slice = [&](std::string_view name) {
    return model.parameters() + std::ranges::find(model.layout().slices(), name, &parameter_slice::name)->offset;
  };
  for (const char* gain : {"layers.0.norm1.gain", "layers.0.norm2.gain", "norm.gain"})
    std::fill_n(slice(gain), c.width, real(1));
  for (int n = 0; n < length; ++n) slice("encoding.bias")[n] = n == period - 1 ? real(20) : real(0);
  for (int symbol = 0; symbol < symbols; ++symbol) {
    slice("embedding")[symbol * c.width + symbol] = 1;
    slice("layers.0.attention.qkv")[symbol * 3 * c.width + 2 * c.width + symbol] = 1;
    slice("layers.0.attention.output")[symbol * c.width + symbols + symbol] = 4;
    slice("head")[(symbols + symbol) * vocabulary_size + symbol] = 4;
  }
  return model;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(poisoned_models)

BOOST_AUTO_TEST_CASE(a_table_of_distances_poisoned_beyond_training_breaks_by_distance) {
  transformer model = young_model(long_table("shaw", "clip"));
  poison(model, "keys", trained);
  const causes c = causes_at_length(model);
  BOOST_TEST(words_of(diagnose(c)) == "breaks by distance", sentence_of(c));
  BOOST_TEST(std::abs(c.position->value) < 1e-4);
}

BOOST_AUTO_TEST_CASE(positions_poisoned_beyond_training_break_by_position) {
  transformer model = young_model(long_table("learned", "length"));
  poison(model, "table", trained);
  const causes c = causes_at_length(model);
  BOOST_TEST(words_of(diagnose(c)) == "breaks by position", sentence_of(c));
  BOOST_TEST(!c.number.has_value());  // there are no distances to clamp
}

// Without positions nothing but the number of keys can harm: the view that clamps distances reads as raw does.
BOOST_AUTO_TEST_CASE(without_positions_all_harm_is_of_the_number) {
  const causes c = causes_at_length(young_model(make_encoding("none")));
  BOOST_TEST(std::abs(c.number->value - c.harm->value) < 1e-6, sentence_of(c));
  BOOST_TEST(std::abs(c.position->value) < 1e-6);
  BOOST_TEST(words_of(diagnose(c)) == "breaks by number", sentence_of(c));
}

// The repetition lies beyond the trained length: given that length alone the model guesses among sixteen symbols, and
// another text in its place is worse than a guess.
BOOST_AUTO_TEST_CASE(a_head_that_copies_from_far_shows_use) {
  const causes c = causes_at_length(copying_model(), repeating_text());
  BOOST_TEST(words_of(diagnose(c)) == "holds", sentence_of(c));
  BOOST_TEST(c.harm->value < -3.5, sentence_of(c));
  BOOST_TEST(c.use->value - c.use->interval() > 4, sentence_of(c));
  BOOST_TEST(sentence_of(c).find("the far text is worth") != std::string::npos, sentence_of(c));
}

BOOST_AUTO_TEST_SUITE_END()
