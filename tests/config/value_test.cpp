// One list of fields reads and writes a config: types, ranges, names and lists, and the words in which each is refused.
#include "core/config/value.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace lengthwise;

namespace {

enum class flavour { sweet, sour };
constexpr auto names_of(flavour) { return std::array<std::string_view, 2>{"sweet", "sour"}; }

struct sample {
  bool flag = false;
  int count = 3;
  double share = 0.5, level = 0, gain = 1;
  flavour taste = flavour::sweet;
  short_list<int, 3> lengths{1, 2};
  short_list<flavour, 2> tastes{};
  std::string title = "none";

  static auto fields() {
    return std::tuple(field{"flag", &sample::flag, "a switch"}, field{"count", &sample::count, "how many", 1.0, 10.0},
                      field{"share", &sample::share, "a part", 0.0, 1.0}, field{"level", &sample::level, "any number"},
                      field{"gain", &sample::gain, "no less than nothing", 0.0},
                      field{"taste", &sample::taste, "a name"},
                      field{"lengths", &sample::lengths, "numbers", 1.0, 100.0},
                      field{"tastes", &sample::tastes, "names"}, field{"title", &sample::title, "a text"});
  }
};

// What is wrong with the value, "" if nothing is; for a key that there is.
std::string assigned(sample& s, std::string_view key, const config_value& value) {
  bool known = false;
  std::string problem = assign_field(s, key, value, known);
  BOOST_TEST(known, key);
  return problem;
}
std::string refused(std::string_view key, const config_value& value) {
  sample s;
  const std::string problem = assigned(s, key, value);
  BOOST_TEST((field_values(s).size() == 9 && s.count == 3 && s.share == 0.5 && s.taste == flavour::sweet &&
              s.title == "none"));
  BOOST_TEST((s.lengths == short_list<int, 3>{1, 2}));  // a refused value changes nothing
  return problem;
}
const config_value text(const char* x) { return std::string(x); }
config_value whole(std::int64_t x) { return x; }

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_SUITE(value)

BOOST_AUTO_TEST_CASE(values_of_each_type_are_taken) {
  sample s;
  BOOST_TEST(assigned(s, "flag", true) == "");
  BOOST_TEST(assigned(s, "count", whole(10)) == "");
  BOOST_TEST(assigned(s, "share", 1.0) == "");
  BOOST_TEST(assigned(s, "level", whole(-7)) == "");  // a whole number is a number
  BOOST_TEST(assigned(s, "taste", text("sour")) == "");
  BOOST_TEST(assigned(s, "lengths", config_list{whole(5), whole(6), whole(7)}) == "");
  BOOST_TEST(assigned(s, "tastes", config_list{text("sour"), text("sweet")}) == "");
  BOOST_TEST(assigned(s, "title", text("new")) == "");
  BOOST_TEST(
      (s.flag && s.count == 10 && s.share == 1 && s.level == -7 && s.taste == flavour::sour && s.title == "new"));
  BOOST_TEST((s.lengths == short_list<int, 3>{5, 6, 7}));
  BOOST_TEST((s.tastes == short_list<flavour, 2>{flavour::sour, flavour::sweet}));
}
BOOST_AUTO_TEST_CASE(values_of_another_type_are_refused) {
  BOOST_TEST(refused("flag", whole(1)) == "must be true or false");
  BOOST_TEST(refused("count", 3.0) == "must be a whole number");
  BOOST_TEST(refused("count", true) == "must be a whole number");
  BOOST_TEST(refused("share", text("half")) == "must be a number");
  BOOST_TEST(refused("title", whole(4)) == "must be a text in quotes");
  BOOST_TEST(refused("lengths", whole(4)) == "must be a list");
  BOOST_TEST(refused("lengths", config_list{whole(1), text("2")}) == "must be a whole number");
  BOOST_TEST(refused("taste", whole(0)) == "must be one of \"sweet\", \"sour\"");
}
BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused) {
  BOOST_TEST(refused("count", whole(0)) == "must lie between 1 and 10, not 0");
  BOOST_TEST(refused("count", whole(11)) == "must lie between 1 and 10, not 11");
  BOOST_TEST(refused("count", whole(std::numeric_limits<std::int64_t>::max())) ==
             "must lie between 1 and 10, not 9.223372037e+18");
  BOOST_TEST(refused("count", whole(std::numeric_limits<std::int64_t>::min())) ==
             "must lie between 1 and 10, not -9.223372037e+18");
  BOOST_TEST(refused("share", 1.5) == "must lie between 0 and 1, not 1.5");
  BOOST_TEST(refused("gain", -2.0) == "must be at least 0 and finite, not -2");
  BOOST_TEST(refused("lengths", config_list{whole(4), whole(101)}) == "must lie between 1 and 100, not 101");
  BOOST_TEST(refused("taste", text("bitter")) == "must be one of \"sweet\", \"sour\", not \"bitter\"");
}
BOOST_AUTO_TEST_CASE(what_is_not_finite_is_refused) {
  BOOST_TEST(refused("share", std::nan("")) == "must lie between 0 and 1, not nan");
  BOOST_TEST(refused("level", std::nan("")) == "must be a finite number, not nan");
  BOOST_TEST(refused("level", infinity) == "must be a finite number, not inf");
  BOOST_TEST(refused("level", -infinity) == "must be a finite number, not -inf");
  BOOST_TEST(refused("gain", infinity) == "must be at least 0 and finite, not inf");
}
BOOST_AUTO_TEST_CASE(lists_that_are_too_long_are_refused) {
  BOOST_TEST(refused("lengths", config_list{whole(1), whole(2), whole(3), whole(4)}) ==
             "must be a shorter list (at most 3)");
  sample s;
  BOOST_TEST(assigned(s, "lengths", config_list{}) == "");
  BOOST_TEST(s.lengths.empty());
}
BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_and_changes_nothing) {
  sample s;
  bool known = true;
  BOOST_TEST(assign_field(s, "counts", whole(4), known) == "");
  BOOST_TEST(!known);
  BOOST_TEST(s.count == 3);
}
BOOST_AUTO_TEST_CASE(values_written_are_read_back) {
  sample from, to;
  from.count = 7, from.share = 0.1, from.taste = flavour::sour, from.lengths = {9}, from.title = "x",
  from.tastes = {flavour::sour};
  for (const named_value& each : field_values(from)) BOOST_TEST(assigned(to, each.name, each.value) == "", each.name);
  BOOST_TEST((to.count == 7 && to.share == 0.1 && to.taste == flavour::sour && to.lengths == from.lengths &&
              to.title == "x" && to.tastes == from.tastes));
}
BOOST_AUTO_TEST_CASE(every_field_has_its_help_in_order) {
  const auto helps = field_helps<sample>();
  BOOST_TEST_REQUIRE(helps.size() == 9u);
  BOOST_TEST(helps[1].name == "count");
  BOOST_TEST(helps[1].help == "how many");
}

BOOST_AUTO_TEST_SUITE_END()
