// Corpora of several documents through the program: what is held out, recorded and refused.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/experiments/program.hpp"

namespace lengthwise {

BOOST_AUTO_TEST_SUITE(documents_run)

BOOST_AUTO_TEST_CASE(whole_documents_are_held_out_and_named_in_the_manifest) {
  const testing::folder f;
  const std::string config = f.write("tiny.toml", testing::tiny_config);
  std::string text, list = "# eight documents\n";
  for (int i = 0; i < 8; ++i) {
    std::string document;
    while (document.size() < 300)
      document += "document " + std::to_string(i) + " says " + std::to_string(document.size()) + "; ";
    text += document;
    list += std::to_string(document.size()) + " number-" + std::to_string(i) + "\n";
  }
  const std::string own = f.write("own.txt", text),
                    words = "run " + config + " train.steps=2 --quiet corpus.split=documents corpus.path=" + own;
  testing::outcome o = testing::program(words + " --output " + f.at("out"));
  BOOST_TEST(o.code == 2);
  BOOST_TEST(o.text.find("has no documents that can be held out") != std::string::npos, o.text);

  f.write("own.txt.documents", list);
  o = testing::program(words + " --output " + f.at("out"));
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const nlohmann::json corpus =
      nlohmann::json::parse(testing::contents(f.path / "out/cell/manifest.json")).at("corpora").at(0);
  BOOST_TEST(corpus.at("documents").at("train").get<int>() == 6);
  BOOST_TEST(corpus.at("documents").at("test").size() == 1u);
  BOOST_TEST(corpus.at("documents").at("test").at(0).get<std::string>().starts_with("own.txt/number-"));
  const nlohmann::json bytes = corpus.at("bytes_of_parts");
  BOOST_TEST(bytes.at("train").get<std::size_t>() + bytes.at("validation").get<std::size_t>() +
                 bytes.at("test").get<std::size_t>() ==
             text.size());

  // Longer windows than documents: refused, unless they may run across.
  o = testing::program(words + " train.length=400 --output " + f.at("long"));
  BOOST_TEST(o.code == 3);
  BOOST_TEST(o.text.find("too short: its validation part has 3") != std::string::npos, o.text);  // one document
  BOOST_TEST(testing::program(words + " train.length=400 corpus.across_documents=true --output " + f.at("long")).code ==
             3);  // validation is one document
  BOOST_TEST(testing::program(words + " corpus.across_documents=true --output " + f.at("across")).code == 0);

  f.write("own.txt.documents", "300 number-0\nnot a size\n");
  o = testing::program(words + " --output " + f.at("other"));
  BOOST_TEST(o.code == 3);
  BOOST_TEST(o.text.find("own.txt.documents:2: not a document's bytes and name") != std::string::npos, o.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
