// The whole square of pairs of encodings: each is refused, by type and by name for the same reason, or equal to
// attention by definition in outputs and gradients.
#include "core/attention/composition.hpp"
#include "core/hooks/composition_rules.hpp"
#include "tests/mixers/by_definition.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

template <class A, class B>
void check_pair(const problem& p, const encoding& first, const encoding& second) {
  const std::string names = std::string(first.name()) + "+" + std::string(second.name());
  BOOST_TEST_CONTEXT(names) {
    const std::unique_ptr<encoding> face = make_encoding(names);
    BOOST_REQUIRE(face != nullptr);
    BOOST_TEST(face->name() == names);
    BOOST_TEST(face->problem(p.model).empty() == (parts_agree<A, B>));
    if constexpr (parts_agree<A, B>) {
      BOOST_TEST((claims_in(*face) == combined<A, B>::claims));
      if constexpr (!any_of(A::hooks | B::hooks, hook::mix | hook::turns | hook::reflections))
        check(p, combined<A, B>{}, *face);
    }
  }
}
// One column of the square: all pairs whose second is E.
template <class E, class... First>
void check_column(const problem& p, const encoding& second, std::tuple<First...>) {
  std::size_t row = 0;
  const auto pair = [&]<class A>(A) {
    const std::unique_ptr<encoding> first = registered_encodings()[row++].make();
    if constexpr (!std::is_same_v<A, E>)
      if (first->name() < second.name()) check_pair<A, E>(p, *first, second);
  };
  (pair(First{}), ...);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compositions)

BOOST_AUTO_TEST_CASE(every_pair_is_refused_or_equal_to_the_definition) {
  const problem p(1, 5, 2, 4);
  std::size_t column = 0;
  std::apply(
      [&]<class... E>(const E&...) {
        ((check_column<E>(p, *registered_encodings()[column++].make(), encoding_list{})), ...);
      },
      encoding_list{});
}
BOOST_AUTO_TEST_CASE(of_three_and_in_any_order) {
  const problem p(2, 67, 2, 4);
  check(p, combined<encodings::rope, encodings::alibi, encodings::t5_bias>{}, *make_encoding("rope+alibi+t5_bias"));
  check(p, combined<encodings::t5_bias, encodings::rope>{}, *make_encoding("t5_bias+rope"));
  check(p, combined<encodings::fire, encodings::forgetting, encodings::rope>{}, *make_encoding("fire+forgetting+rope"));
}
BOOST_AUTO_TEST_CASE(says_why_it_is_refused) {
  const auto why = [](const char* names) { return std::string(make_encoding(names)->problem({16, 2, 16}).says); };
  BOOST_TEST(why("rope+xpos") == "both of them turn queries and keys");
  BOOST_TEST(why("rope+rope") == "an encoding is not composed with itself");
  BOOST_TEST(why("alibi+cope") == "one rewrites whole rows of logits, so that nothing else may act on them");
  BOOST_TEST(make_encoding("rope+ropes") == nullptr);
  BOOST_TEST(make_encoding("rope+") == nullptr);
}
BOOST_AUTO_TEST_CASE(claims_by_rule) {
  using namespace encodings;
  static_assert(contains(combined<rope, kerple_log>::claims, property::decays));
  static_assert(contains(combined<rope, kerple_log>::claims, property::shift_invariant));
  static_assert(!contains(combined<rope, kerple_log>::claims, property::bounded));
  static_assert(!contains(combined<sinusoidal, alibi>::claims, property::shift_invariant));
  static_assert(!contains(combined<alibi, t5_bias>::claims, property::decays));  // a bucket may grow
  static_assert(contains(combined<alibi, learned>::claims, property::finite_domain));
}
BOOST_AUTO_TEST_CASE(keys_and_parameters_of_parts) {
  const std::unique_ptr<encoding> both = make_encoding("rope+cpb");
  const auto value = [&](std::string_view key) {
    for (const named_value& v : both->options())
      if (v.name == key) return std::get<double>(v.value);
    return 0.0;
  };
  bool known = false;
  BOOST_TEST(both->assign("cpb.base", 77.0, known) == "");
  BOOST_TEST(known);
  BOOST_TEST(value("cpb.base") == 77);
  BOOST_TEST(value("rope.base") == 10000);
  BOOST_TEST(both->assign("base", 500.0, known) == "");
  BOOST_TEST((value("cpb.base") == 500 && value("rope.base") == 500));
  const std::vector<parameter> learned = make_encoding("fire+cpb")->learned({16, 2, 16});
  BOOST_TEST((learned.front().name == "fire.w1"));
}

BOOST_AUTO_TEST_SUITE_END()
