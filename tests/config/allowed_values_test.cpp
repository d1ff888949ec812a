// Bounds and names of fields as data.
#include "core/config/allowed_values.hpp"

#include <boost/test/unit_test.hpp>

using namespace lengthwise;

namespace {

enum class flavour { sweet, sour };
constexpr auto names_of(flavour) { return std::array<std::string_view, 2>{"sweet", "sour"}; }

struct sample {
  int count = 3;
  double level = 0;
  flavour taste = flavour::sweet;

  static auto fields() {
    return std::tuple(field{"count", &sample::count, "how many", 1.0, 10.0},
                      field{"level", &sample::level, "any number"}, field{"taste", &sample::taste, "a name"});
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(allowed_values_are_those_of_the_fields) {
  const auto all = allowed_values_of<sample>();
  BOOST_TEST_REQUIRE(all.size() == 3u);
  BOOST_TEST((all[0].low == 1 && all[0].high == 10 && all[0].names.empty()));
  BOOST_TEST((all[1].low == -std::numeric_limits<double>::infinity() && all[1].names.empty()));
  BOOST_TEST((all[2].names == std::vector<std::string_view>{"sweet", "sour"}));
}
