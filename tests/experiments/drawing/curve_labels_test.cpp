// Labels are cut where they do not differ.
#include "experiments/drawing/curve_labels.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

namespace lengthwise {

using texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(labels_of_curves)

BOOST_AUTO_TEST_CASE(stay_as_they_are_where_there_is_room) {
  const texts plain{"rope", "rope, base=100", "alibi"};
  BOOST_TEST((short_labels(plain, 32) == plain));
}

BOOST_AUTO_TEST_CASE(lose_what_all_have_in_common) {
  const std::string folder = "/home/somebody/a/folder/that/is/quite/long/";
  const texts cut = short_labels({"rope, path=" + folder + "first.txt", "rope, path=" + folder + "second.txt"}, 32);
  for (const auto& [label, end] : {std::pair{cut[0], "first.txt"}, {cut[1], "second.txt"}}) {
    BOOST_TEST(label.starts_with("rope, path=…"), label);
    BOOST_TEST(label.ends_with(end), label);
    BOOST_TEST(characters_of(label) <= 32u);
  }
}

BOOST_AUTO_TEST_CASE(lose_what_tells_nothing_apart) {
  const texts cut =
      short_labels({"rope, positions=in_order, length=128, batch=32", "rope, positions=pose, length=128, batch=32",
                    "rope, positions=in_order, length=512, batch=8"},
                   32);
  BOOST_TEST(
      (cut == texts{"positions=in_order, length=128", "positions=pose, length=128", "positions=in_order, length=512"}));
}

BOOST_AUTO_TEST_CASE(stay_different_whatever_they_say) {
  for (const std::size_t most : {32u, 48u}) {
    texts many;
    for (int i = 0; i < 200; ++i) {
      const std::string number = std::to_string(i), way(static_cast<std::size_t>(i % 7) * 20, 'x');
      many.push_back("rope, path=/" + way + number + way + ".txt, rate=0.0" + number);
      many.push_back("alibi, " + std::string(100, 'k') + number + "=" + std::string(90, 'v'));
      many.push_back(std::string(60, 'e') + number + std::string(60, 'e'));
      many.push_back("rope, name=" + std::string(50, 'a') + "é" + number + "漢" + std::string(50, 'b'));
    }
    const texts cut = short_labels(many, most);
    BOOST_TEST((std::set(cut.begin(), cut.end()).size() == many.size()));
    for (const std::string& label : cut) BOOST_TEST_REQUIRE(characters_of(label) <= most, label);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
