// The reduction lattice: every reduction that an encoding declares, over whole attention, forward and backward.
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/mixers/problem.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

config_value config_value_of(const option_value& o) {
  return std::visit(
      [](const auto& x) -> config_value {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, int>)
          return static_cast<std::int64_t>(x);
        else if constexpr (std::is_same_v<T, std::string_view>)
          return std::string(x);
        else
          return x;
      },
      o.value);
}

std::unique_ptr<encoding> reduced(std::string_view name, const reduction& r) {
  auto e = made(name);
  for (const option_value& o : r.options) {
    bool known = false;
    const std::string wrong = e->assign(o.key, config_value_of(o), known);
    BOOST_TEST(known, o.key);
    BOOST_TEST(wrong == "");
  }
  return e;
}

numbers reduced_parameters(const encoding& e, const reduction& r, const model_extents& x) {
  numbers values = trained_like(e, x);
  std::set<std::string_view> named;
  std::size_t at = 0;
  for (const parameter& p : e.learned(x)) {
    for (const parameter_values& v : r.values)
      if (v.name == p.name) {
        named.insert(v.name);
        for (std::size_t i = 0; i < p.count(x.heads); ++i) {
          const auto of = static_cast<int>(i / p.count_each()), index = static_cast<int>(i % p.count_each());
          values[at + i] = static_cast<real>(v.at(head{of, x.heads}, index));
        }
      }
    at += p.count(x.heads);
  }
  BOOST_TEST(named.size() == r.values.size(), "a reduction names a parameter that there is not");
  return values;
}

// Moves the channels of queries and keys of every head: the first half's channel t to 2t, the second half's to 2t + 1,
// or back.
numbers reordered(const numbers& packed, const attention_extents& n, bool back) {
  numbers moved = packed;
  const auto d = static_cast<std::size_t>(n.head_width);
  for (std::size_t block = 0; block < packed.size() / d; ++block) {
    if (block / static_cast<std::size_t>(n.heads) % 3 == 2) continue;  // values stay
    for (std::size_t c = 0; c < d; ++c) {
      const std::size_t half = c, pair = c < d / 2 ? 2 * c : 2 * (c - d / 2) + 1;
      if (back)
        moved[block * d + half] = packed[block * d + pair];
      else
        moved[block * d + pair] = packed[block * d + half];
    }
  }
  return moved;
}

void compare(const char* what, const numbers& ours, const numbers& theirs, equality how) {
  BOOST_TEST_REQUIRE(ours.size() == theirs.size());
  if (how == equality::bit_for_bit)
    BOOST_TEST((ours == theirs), what << " differs by " << relative_difference(ours, theirs));
  else
    BOOST_TEST(relative_difference(ours, theirs) < (sizeof(real) == 4 ? 1e-5 : 1e-11),
               what << " differs by " << relative_difference(ours, theirs));
}

void check(std::string_view name, const reduction& r, const problem& p) {
  const auto e = reduced(name, r), other = made(r.to);
  BOOST_TEST_REQUIRE(e->problem(p.model).says == "");
  problem seen = p;
  if (r.order == channel_order::halves_interleaved) seen.packed = reordered(p.packed, p.extents, false);
  const answer ours = solve(*e, p, reduced_parameters(*e, r, p.model)),
               theirs = solve(*other, seen, trained_like(*other, p.model));
  const numbers their_gradient =
      r.order == channel_order::same ? theirs.d_packed : reordered(theirs.d_packed, p.extents, true);
  compare("output", ours.output, theirs.output, r.how);
  compare("the gradient of queries, keys and values", ours.d_packed, their_gradient, r.how);
  compare("the input's table", ours.input, theirs.input.empty() ? numbers(ours.input.size()) : theirs.input, r.how);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reductions)

BOOST_AUTO_TEST_CASE(every_declared_reduction_holds) {
  for (const registered_encoding& known : registered_encodings())
    for (const reduction& r : known.make()->reductions())
      for (const int time : {1, 7, 100, 300})
        BOOST_TEST_CONTEXT(known.name << " to " << r.to << ", " << time << " positions")
  if (time <= r.length && !asks_for_signals(*known.make())) check(known.name, r, problem(2, time, 4, 8));
}

// One block of keys is added up in the same order; longer rows are not, because a row hook wants all keys in one block.
BOOST_AUTO_TEST_CASE(cope_without_embedding_is_none_bit_for_bit_within_a_block) {
  const problem p(2, 100, 4, 8);
  const auto cope = made("cope"), none = made("none");
  const answer a = solve(*cope, p, numbers(cope->parameter_count(p.model))), b = solve(*none, p, {});
  BOOST_TEST((a.output == b.output));
  BOOST_TEST((a.d_packed == b.d_packed));
}

// Signals are handed over as the model would make them.
BOOST_AUTO_TEST_CASE(path_without_strength_is_none) {
  const problem p(2, 100, 4, 8);
  const auto path = made("path");
  numbers signals(static_cast<std::size_t>(p.extents.tokens() * (32 + 4)));
  for (std::size_t k = 0; k < signals.size(); ++k)
    signals[k] = k % 36 < 32 ? static_cast<real>(0.1 + static_cast<double>(k % 7)) : real(-60);
  const answer a = solve(*path, p, numbers(path->parameter_count(p.model)), true, signals),
               b = solve(*made("none"), p, {});
  BOOST_TEST(relative_difference(a.output, b.output) < (sizeof(real) == 4 ? 1e-6 : 1e-14));
  BOOST_TEST(relative_difference(a.d_packed, b.d_packed) < (sizeof(real) == 4 ? 1e-5 : 1e-13));
}
BOOST_AUTO_TEST_CASE(selective_rope_of_equal_steps_is_rope) {
  const problem p(2, 100, 4, 8);
  const auto selective = made("selective_rope");
  const numbers steps(static_cast<std::size_t>(p.extents.tokens() * 16), real(1));
  const answer a = solve(*selective, p, numbers(selective->parameter_count(p.model)), true, steps),
               b = solve(*made("rope", {{"base", 500000.0}, {"layout", std::string("half_split")}}), p, {});
  BOOST_TEST(relative_difference(a.output, b.output) < (sizeof(real) == 4 ? 1e-5 : 1e-12));
  BOOST_TEST(relative_difference(a.d_packed, b.d_packed) < (sizeof(real) == 4 ? 1e-5 : 1e-12));
}
BOOST_AUTO_TEST_CASE(cable_is_forgetting_of_the_opposite_gates) {
  const problem p(2, 100, 4, 8);
  const auto cable = made("cable"), forgetting = made("forgetting");
  numbers parameters = trained_like(*cable, p.model), opposite = parameters;
  for (real& x : opposite) x = -x;
  const answer a = solve(*cable, p, parameters), b = solve(*forgetting, p, opposite);
  BOOST_TEST((a.output == b.output));
  BOOST_TEST((a.d_packed == b.d_packed));
}

// The lattice as published; an encoding that stops declaring its place in it is noticed here.
BOOST_AUTO_TEST_CASE(the_known_lattice_is_declared) {
  std::set<std::pair<std::string, std::string>> declared;
  for (const registered_encoding& known : registered_encodings())
    for (const reduction& r : known.make()->reductions()) declared.emplace(known.name, r.to);
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string, std::string>>{{"p_rope", "rope"},
                                                                                           {"p_rope", "none"},
                                                                                           {"xpos", "rope"},
                                                                                           {"kerple_power", "alibi"},
                                                                                           {"forgetting", "alibi"},
                                                                                           {"shaw", "none"},
                                                                                           {"cope", "none"},
                                                                                           {"transformer_xl", "none"},
                                                                                           {"fire", "none"},
                                                                                           {"cable", "alibi"},
                                                                                           {"bam", "alibi"},
                                                                                           {"grape_key", "alibi"},
                                                                                           {"cpb", "none"},
                                                                                           {"rope", "rope"}})
    BOOST_TEST(declared.contains({from, to}), from << " to " << to);
}

BOOST_AUTO_TEST_SUITE_END()
