// `lengthwise inspect`, as a user runs it, and the committed pages of the documentation.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "core/attention/registry.hpp"
#include "core/storage/npy.hpp"
#include "experiments/inspection/composition_square.hpp"
#include "experiments/inspection/encoding_card.hpp"
#include "experiments/inspection/encoding_tables.hpp"
#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

BOOST_AUTO_TEST_SUITE(inspect)

BOOST_AUTO_TEST_CASE(every_encoding_has_a_card) {
  for (const registered_encoding& r : registered_encodings()) {
    const auto e = r.make();
    const std::string text = card_text(*e, {128, 4, 128});
    for (const std::string_view part : {e->about().title, e->about().formula, e->about().source})
      BOOST_TEST(text.find(part) != text.npos, r.name << ": " << part);
    const auto json = nlohmann::json::parse(card_json(*e, {128, 4, 128}));
    BOOST_TEST(json["properties"].size() == 6U);
    BOOST_TEST(json["parameters"].size() == e->learned({128, 4, 128}).size());
  }
}

BOOST_AUTO_TEST_CASE(a_card_says_what_values_there_may_be) {
  const auto options = nlohmann::json::parse(card_json(*make_encoding("rope"), {128, 4, 128}))["options"];
  BOOST_TEST_REQUIRE(options.size() == 3U);
  BOOST_TEST((options[0]["least"] == 1.0 && options[0]["most"] == 1e12));
  BOOST_TEST((options[1]["choices"] == nlohmann::json{"interleaved", "half_split"} && !options[1].contains("least")));
  BOOST_TEST((options[2]["least"] == 0.0 && options[2]["most"] == 1.0));
}

BOOST_AUTO_TEST_CASE(committed_pages_are_those_of_the_headers) {
  const std::filesystem::path pages = LENGTHWISE_SOURCE_DIR "/docs/encodings";
  for (const registered_encoding& r : registered_encodings())
    BOOST_TEST(contents(pages / (std::string(r.name) + ".md")) == card_page(*r.make()),
               r.name << ".md is not up to date; run `lengthwise inspect --docs docs/encodings`");
  BOOST_TEST(contents(pages / "compositions.md") == composition_square());
  for (const auto& entry : std::filesystem::directory_iterator(pages))
    BOOST_TEST((entry.path().stem() == "README" || entry.path().stem() == "compositions" ||
                make_encoding(entry.path().stem().string()) != nullptr),
               entry.path() << " is of no encoding");
}

BOOST_AUTO_TEST_CASE(tables) {
  const folder f;
  BOOST_TEST(program("inspect alibi --table bias --length 5 --heads 2 --width 8 --output " + f.at("b.npy")).code == 0);
  const auto bias = read_npy<double>(f.at("b.npy"));
  BOOST_TEST((bias.shape == std::vector<std::size_t>{2, 5}));
  BOOST_TEST(bias.values[4] == -4 * 0.0625);
  BOOST_TEST(program("inspect rope --table rotation --length 3 --heads 2 --width 8 --output " + f.at("r.json")).code ==
             0);
  const auto rotation = nlohmann::json::parse(contents(f.at("r.json")));
  BOOST_TEST(rotation.size() == 2U);
  BOOST_TEST(rotation[0][0][0][0] == 1.0);
  BOOST_TEST(std::abs(rotation[1][1][0][1].get<double>() - std::sin(1.0)) < 1e-7);
  BOOST_TEST(nlohmann::json::parse(
                 program("inspect sinusoidal --table input --length 3 --heads 1 --width 4").text)[0][1] == 1.0);
  BOOST_TEST((encoding_table(*make_encoding("fire"), "bias", {8, 2, 8}, 6).shape == std::vector<std::size_t>{2, 6, 6}));
}

// RoPE's bound at distance 0 is the mean of 1 .. d/2, and it falls.
BOOST_AUTO_TEST_CASE(decay_of_rope) {
  const std::vector<double> bound = decay_bound(*make_encoding("rope"), {128, 2, 256}, 256);
  BOOST_TEST(std::abs(bound[0] - 16.5) < 1e-5);
  BOOST_TEST(bound[10] < bound[0] / 1.5);
  BOOST_TEST(bound[250] < bound[10] / 1.5);
}

BOOST_AUTO_TEST_CASE(figures) {
  const folder f;
  for (const std::string name : {"alibi", "rope", "fire", "t5_bias", "xpos"}) {
    const outcome o = program("inspect " + name + " --figure " + f.at(name + ".svg"));
    BOOST_TEST(o.code == 0, o.text);
    BOOST_TEST(contents(f.at(name + ".svg")).find("</svg>") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(wrong_words_are_one_line_and_status_2) {
  for (const char* words :
       {"inspect", "inspect rop", "inspect rope bsae=1", "inspect rope base=0", "inspect rope base",
        "inspect rope --table bias", "inspect rope --table turns", "inspect rope --heads 3", "inspect rope --length 0",
        "inspect rope --heads x", "inspect none --figure /tmp/none.svg", "inspect rope --figure /tmp/a.gif",
        "inspect rope --table rotation --output /tmp/a.txt", "inspect rope --width 4 --heads 4",
        "inspect learned length=4 --table input --length 8", "inspect rope --output /tmp/a.npy"}) {
    const outcome o = program(words);
    BOOST_TEST(o.code == 2, words << ": " << o.code);
    BOOST_TEST(std::count(o.text.begin(), o.text.end(), '\n') == 1, words << ": " << o.text);
  }
}

// Of slopes that are known without training, and of parameters that the checkpoint holds.
BOOST_AUTO_TEST_CASE(what_a_trained_cell_has_learned) {
  const tiny_study s;
  BOOST_TEST_REQUIRE(s.run("encoding.type=alibi train.steps=1 --output " + s.f.at("a")).code == 0);
  const auto slopes = nlohmann::json::parse(program("inspect " + s.f.at("a/cell") + " --length 5 --json").text);
  BOOST_TEST_REQUIRE(slopes["layers"].size() == 1U);
  BOOST_TEST(slopes["layers"][0]["bias"][0][4] == -4 * std::exp2(-8.0 / double(slopes["layers"][0]["bias"].size())));
  BOOST_TEST_REQUIRE(
      s.run("encoding.layers=[kerple_log,none] train.steps=1 model.layers=2 --output " + s.f.at("k")).code == 0);
  const auto layers = nlohmann::json::parse(program("inspect " + s.f.at("k/cell") + " --json").text)["layers"];
  BOOST_TEST_REQUIRE(layers.size() == 2U);
  const double r1 = layers[0]["numbers"]["r1"][0], r2 = layers[0]["numbers"]["r2"][0];
  BOOST_TEST(std::abs(double(layers[0]["bias"][0][3]) + std::max(r1, 0.01) * std::log1p(3 * std::max(r2, 0.01))) <
             1e-9);
  BOOST_TEST(layers[1]["bias"].empty());
  const outcome text = program("inspect " + s.f.at("k/cell"));
  BOOST_TEST(text.text.find("layer 1, head 1") != std::string::npos, text.text);
  BOOST_TEST(program("inspect " + s.f.at("k/cell") + " --figure " + s.f.at("k.svg")).code == 0);
  s.refused("inspect " + s.f.at("k/cell") + " base=3", 2, "takes no keys");
  s.refused("inspect " + s.f.at("nowhere"), 2, "there is no encoding and no view");
}

BOOST_AUTO_TEST_SUITE_END()
