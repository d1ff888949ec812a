// Evaluations against what is computed by hand from stored losses and from the model itself.
#include "core/evaluation/evaluator.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "core/attention/registry.hpp"
#include "core/math/random.hpp"
#include "core/storage/errors.hpp"

using namespace lengthwise;

namespace {

const model_config small{.layers = 1, .width = 16, .heads = 2, .feed_forward = 24};
constexpr int train_length = 32;
constexpr protocol every_protocol[] = {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets};
evaluate_config plan() {
  evaluate_config c;
  c.lengths = {16, 32, 100}, c.stride = 6, c.targets = 250;
  return c;
}

transformer drawn_model(std::string_view name = "rope", const model_config& c = small) {
  transformer model(c, make_encoding(name), train_length);
  model.draw_parameters(3);
  return model;
}
std::vector<token_id> drawn_text(std::size_t count = 700) {
  const random_source draw{51, random_stream::conformance};
  std::vector<token_id> text(count);
  for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<token_id>(draw.below(256, i));
  return text;
}
std::span<real> slice_of(transformer& model, const std::string& name) {
  for (const parameter_slice& slice : model.layout().slices())
    if (slice.name == name) return {model.parameters() + slice.offset, slice.count};
  throw std::out_of_range(name);
}
bool same(const evaluation_result& a, const evaluation_result& b) {
  return a.targets == b.targets && a.nll == b.nll && a.nll_standard_error == b.nll_standard_error &&
         a.windows == b.windows && a.losses.size() == b.losses.size() &&
         std::memcmp(a.losses.data(), b.losses.data(), a.losses.size() * sizeof(float)) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evaluator)

// Each protocol in the words of its definition: where windows begin and which of their targets count.
BOOST_AUTO_TEST_CASE(results_are_those_computed_by_hand) {
  const transformer model = drawn_model();
  const std::vector<token_id> text = drawn_text();
  for (const protocol cut : every_protocol)
    for (const int length : {16, 32, 100}) BOOST_TEST_CONTEXT(name_of(cut) << " at " << length) {
        const evaluation_result r = evaluate(model, text, plan(), {length, cut}, 2);
        const int advance = cut == protocol::non_overlapping ? length : 6;
        const int first_start = cut == protocol::fixed_targets ? 100 - length : 0;
        const int fitting = (static_cast<int>(text.size()) - 1 - first_start - length) / advance + 1;
        const int windows = std::min(fitting, (250 + advance - 1) / advance),
                  targets = std::min(250, windows * advance);
        BOOST_TEST((r.status == evaluation_status::ok && r.length == length && r.protocol == cut && r.stride == 6));
        BOOST_TEST_REQUIRE(r.windows == windows);
        BOOST_TEST(r.targets == targets);
        BOOST_TEST_REQUIRE(r.losses.size() == static_cast<std::size_t>(windows * length));
        const position_tables tables = model.make_tables(length);
        activations memory(small, tables, 1, pass::evaluation);
        double sum = 0, squares = 0;
        int count = 0;
        for (int w = 0; w < windows; ++w) {
          const int start = first_start + w * advance;
          BOOST_TEST_REQUIRE(
              (r.places[static_cast<std::size_t>(w)] == window_place{0, static_cast<std::size_t>(start)}));
          model.forward(text.data() + start, text.data() + start + 1, tables, memory);
          for (int i = 0; i < length; ++i) {
            const float stored = r.losses[static_cast<std::size_t>(w * length + i)];
            if (i < length - advance || count == targets) {
              BOOST_TEST_REQUIRE(std::isnan(stored));
              continue;
            }
            BOOST_TEST_REQUIRE(stored == static_cast<float>(memory.losses[i]));
            sum += static_cast<double>(stored), squares += static_cast<double>(stored) * static_cast<double>(stored),
                ++count;
          }
        }
        BOOST_TEST(count == targets);
        const double mean = sum / count, deviation = std::sqrt((squares - sum * mean) / (count - 1));
        BOOST_TEST(std::abs(r.nll - mean) < 1e-12 * mean);
        BOOST_TEST(std::abs(r.nll_standard_error - deviation / std::sqrt(count)) < 1e-9);
        BOOST_TEST(std::abs(r.perplexity - std::exp(mean)) < 1e-9 * r.perplexity);
        BOOST_TEST(std::abs(r.bits_per_byte - mean / std::log(2.0)) < 1e-12 * mean);
      }
}
BOOST_AUTO_TEST_CASE(learned_positions_have_no_meaning_beyond_their_table) {
  const transformer model = drawn_model("learned");
  const std::vector<token_id> text = drawn_text();
  evaluate_config c = plan();
  c.lengths = {train_length, train_length + 1};
  BOOST_TEST((evaluate(model, text, c, {train_length, protocol::sliding}, 1).status == evaluation_status::ok));
  const evaluation_result beyond = evaluate(model, text, c, {train_length + 1, protocol::sliding}, 1);
  BOOST_TEST((beyond.status == evaluation_status::out_of_domain));
  BOOST_TEST((beyond.length == train_length + 1 && beyond.targets == 0 && beyond.windows == 0 &&
              beyond.losses.empty()));  // and nothing else
}
BOOST_AUTO_TEST_CASE(every_other_encoding_goes_beyond_the_training_length) {
  const std::vector<token_id> text = drawn_text();
  for (const registered_encoding& entry : registered_encodings())
    if (entry.name != "learned") {
      const evaluation_result r = evaluate(drawn_model(entry.name), text, plan(), {100, protocol::sliding}, 1);
      BOOST_TEST((r.status == evaluation_status::ok && std::isfinite(r.nll)), entry.name);
    }
}
BOOST_AUTO_TEST_CASE(numbers_depend_neither_on_threads_nor_on_what_was_evaluated_before) {
  const transformer model = drawn_model("kerple_log");
  const std::vector<token_id> text = drawn_text();
  const evaluation_result first = evaluate(model, text, plan(), {32, protocol::sliding}, 1);
  for (const int threads : {1, 2, 3, 5})
    BOOST_TEST(same(evaluate(model, text, plan(), {32, protocol::sliding}, threads), first), threads);
  for (const protocol cut : every_protocol)
    for (const int length : {100, 16}) evaluate(model, text, plan(), {length, cut}, 2);
  BOOST_TEST(same(evaluate(model, text, plan(), {32, protocol::sliding}, 2), first));
}
// A model without attention and without positions: a loss is a function of an input and its target alone, so equal rows
// of losses are the signature of equal targets.
BOOST_AUTO_TEST_CASE(fixed_targets_are_the_same_bytes_at_every_length) {
  transformer model = drawn_model("none");
  for (real& x : slice_of(model, "layers.0.attention.output")) x = 0;
  const std::vector<token_id> text = drawn_text();
  const auto scored = [&](int length, protocol cut) {
    std::vector<float> all;
    for (const float loss : evaluate(model, text, plan(), {length, cut}, 1).losses)
      if (!std::isnan(loss)) all.push_back(loss);
    return all;
  };
  const std::vector<float> shortest = scored(16, protocol::fixed_targets);
  BOOST_TEST(shortest.size() == 250u);
  BOOST_TEST((scored(32, protocol::fixed_targets) == shortest));
  BOOST_TEST((scored(100, protocol::fixed_targets) == shortest));
  BOOST_TEST((scored(32, protocol::sliding) != shortest));  // which scores others: the signature tells
}
BOOST_AUTO_TEST_CASE(an_untrained_model_expects_little) {
  const std::vector<token_id> text = drawn_text();
  transformer model = drawn_model();
  const double drawn = evaluate(model, text, plan(), {32, protocol::non_overlapping}, 1).nll;
  BOOST_TEST(drawn > std::log(256.0));
  BOOST_TEST(drawn < std::log(256.0) + 1);  // logits of variance 1 cost half a nat on average
  for (real& x : slice_of(model, "head")) x = 0;
  BOOST_TEST(std::abs(evaluate(model, text, plan(), {32, protocol::non_overlapping}, 1).nll - std::log(256.0)) < 1e-6);
}
BOOST_AUTO_TEST_CASE(what_is_not_finite_is_said) {
  transformer model = drawn_model();
  slice_of(model, "norm.gain")[0] = std::numeric_limits<real>::quiet_NaN();
  const evaluation_result r = evaluate(model, drawn_text(), plan(), {32, protocol::sliding}, 2);
  BOOST_TEST((r.status == evaluation_status::non_finite));
  BOOST_TEST(r.nll == 0);
}
BOOST_AUTO_TEST_CASE(a_perplexity_that_a_double_cannot_hold_is_infinite_and_the_loss_stays) {
  const std::vector<token_id> text = drawn_text();
  transformer model = drawn_model();
  const std::vector<real> drawn(slice_of(model, "head").begin(), slice_of(model, "head").end());
  const auto with_logits_times = [&](double scale) {
    std::ranges::transform(drawn, slice_of(model, "head").begin(),
                           [&](real x) { return static_cast<real>(x * scale); });
    return evaluate(model, text, plan(), {32, protocol::sliding}, 2);
  };
  double scale = 500;  // losses grow with the logits, nearly in proportion
  for (const double wanted : {700.0, 708.9, 709.3, 709.7, 709.8, 3000.0, 1e6}) {
    for (int time = 0; time < 6; ++time) scale *= wanted / with_logits_times(scale).nll;
    const evaluation_result r = with_logits_times(scale);
    BOOST_TEST((r.status == evaluation_status::ok));
    BOOST_TEST(std::abs(r.nll - wanted) < 0.02 * (1 + wanted / 1000));
    BOOST_TEST(std::abs(r.bits_per_byte - r.nll / std::log(2.0)) < 1e-12 * r.nll);
    BOOST_TEST(std::isinf(r.perplexity) == std::isinf(std::exp(r.nll)), r.nll);
    if (std::isfinite(r.perplexity)) BOOST_TEST(std::abs(r.perplexity / std::exp(r.nll) - 1) < 1e-12);
  }
}
BOOST_AUTO_TEST_CASE(a_text_without_room_for_a_window_is_refused) {
  BOOST_CHECK_THROW(evaluate(drawn_model(), drawn_text(100), plan(), {100, protocol::sliding}, 1), data_error);
  BOOST_TEST(evaluate(drawn_model(), drawn_text(101), plan(), {100, protocol::sliding}, 1).windows == 1);
}
BOOST_AUTO_TEST_CASE(progress_rises_to_one_and_may_stop_the_evaluation) {
  const transformer model = drawn_model();
  const std::vector<token_id> text = drawn_text();
  evaluate_config c = plan();
  c.stride = 1, c.targets = 600;
  std::vector<double> shares;
  evaluate(model, text, c, {100, protocol::sliding}, 1, [&](double share) { shares.push_back(share); });
  BOOST_TEST(shares.size() > 2u);
  BOOST_TEST(std::is_sorted(shares.begin(), shares.end()));
  BOOST_TEST(shares.back() == 1.0);
  struct stop {};
  int calls = 0;
  BOOST_CHECK_THROW(evaluate(model, text, c, {100, protocol::sliding}, 2, [&](double) { ++calls, throw stop(); }),
                    stop);
  BOOST_TEST(calls == 1);
}

// Long windows leave out what no target that counts asks for; those that do have the bits of a pass where all count.
BOOST_AUTO_TEST_CASE(what_no_target_asks_for_makes_no_difference) {
  const model_config two{.layers = 2, .width = 16, .heads = 2, .feed_forward = 24};
  const std::vector<token_id> text = drawn_text();
  evaluate_config c = plan();
  c.lengths = {400}, c.stride = 6, c.targets = 12;
  for (const char* name : {"rope", "alibi", "cope", "forgetting", "shaw"}) BOOST_TEST_CONTEXT(name) {
      const transformer model = drawn_model(name, two);
      const evaluation_result r = evaluate(model, text, c, {400, protocol::sliding}, 1);
      const position_tables tables = model.make_tables(400);
      activations memory(two, tables, 1, pass::evaluation);
      for (std::size_t w = 0; w < 2; ++w) {
        const token_id* const begin = text.data() + 6 * w;
        model.forward(begin, begin + 1, tables, memory);
        for (std::size_t i = 394; i < 400; ++i)
          BOOST_TEST(r.losses[400 * w + i] == static_cast<float>(memory.losses[i]));
      }
    }
}

// Views read the windows that raw reads: cropped their end, foreign another beginning, offset the end where it stands.
BOOST_AUTO_TEST_CASE(views_read_the_same_targets) {
  const transformer model = drawn_model("sinusoidal");
  const std::vector<token_id> text = drawn_text();
  const auto read_by = [&](const char* name, int length) {
    const std::unique_ptr<view> v = make_view(name);
    return evaluate(model, text, plan(), {length, protocol::fixed_targets, v.get()}, 2);
  };
  const evaluation_result raw = read_by("raw", 100), cropped = read_by("cropped", 100), trained = read_by("raw", 32);
  BOOST_TEST(raw.targets == cropped.targets);
  BOOST_TEST(raw.losses.size() == cropped.losses.size());
  BOOST_TEST((raw.places == cropped.places));
  // The last 32 tokens of a window of 100 are the window of 32 that ends there.
  for (std::size_t w = 0; w < static_cast<std::size_t>(raw.windows); ++w)
    for (std::size_t i = 26; i < 32; ++i) {
      const float own = cropped.losses[100 * w + 68 + i], alone = trained.losses[32 * w + i];
      BOOST_TEST((own == alone || (std::isnan(own) && std::isnan(alone))));
    }
  BOOST_TEST(read_by("offset", 100).nll != cropped.nll);
  BOOST_TEST(read_by("foreign", 100).nll != raw.nll);
  for (const char* name : {"cropped", "offset", "gap", "foreign", "window", "thin", "linear"})
    BOOST_TEST(same(read_by(name, 32), trained), name);
  const std::unique_ptr<view> cropping = make_view("cropped");
  evaluate_config wide = plan();
  wide.lengths = {100}, wide.stride = 40;
  BOOST_CHECK_THROW(evaluate(model, text, wide, {100, protocol::sliding, cropping.get()}, 1), usage_error);
}

// A model whose attention is too flat is best sharpened: what is chosen is what the text says is best.
BOOST_AUTO_TEST_CASE(a_key_left_open_is_the_best_on_the_given_text) {
  const transformer model = drawn_model();
  const std::vector<token_id> text = drawn_text();
  const std::unique_ptr<view> tempered = make_view("tempered"), found = choose(*tempered, model, text, plan(), 100, 1);
  BOOST_TEST(tempered->chosen_key() == "factor");
  BOOST_TEST(found->chosen_key().empty());
  evaluate_config own = plan();
  own.lengths = {100};
  const double best = evaluate(model, text, own, {100, protocol::fixed_targets, found.get()}, 1).nll;
  for (const double times : tempered->candidates()) {
    const std::unique_ptr<view> tried = make_view("tempered");
    bool known = false;
    tried->assign("factor", times, known);
    BOOST_TEST(evaluate(model, text, own, {100, protocol::fixed_targets, tried.get()}, 1).nll >= best);
  }
}

BOOST_AUTO_TEST_SUITE_END()
