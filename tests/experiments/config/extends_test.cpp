// Configs that extend others, and ranges in sweeps: what they come to, against the same written out.
#include <boost/test/unit_test.hpp>

#include "core/storage/errors.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/sweeps/study.hpp"
#include "tests/experiments/program.hpp"

namespace lengthwise {
namespace {

std::vector<std::string> hashes(const std::string& file) {
  std::vector<std::string> all;
  for (const study_cell& cell : make_study(read_toml(file)).cells)
    all.push_back(cell.folder + config_hash(cell.config));
  return all;
}

std::string problem_of(const std::string& file) {
  try {
    read_toml(file);
  } catch (const usage_error& problem) {
    return problem.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(extends)

BOOST_AUTO_TEST_CASE(a_config_takes_what_it_does_not_say_from_its_base) {
  const testing::folder f;
  std::filesystem::create_directory(f.path / "bases");
  f.write("bases/first.toml",
          "name = \"first\"\nseed = 7\n[train]\nsteps = 50\nrate = 0.002\n[sweep]\n\"encoding.type\" = [\"rope\", "
          "\"alibi\"]\n"
          "\"model.layers\" = [1, 2]\n");
  f.write("bases/second.toml", "extends = \"first.toml\"\n[train]\nsteps = 60\n");
  const std::string own =
      f.write("own.toml",
              "# Mine?\nextends = \"bases/second.toml\"\nname = \"own\"\n[model]\nlayers = 3\n[sweep]\n"
              "\"encoding.type\" = [\"none\", \"fire\"]\nseed = \"range(1, 4)\"\n");
  const std::string whole = f.write("whole.toml",
                                    "name = \"own\"\n[model]\nlayers = 3\n[train]\nsteps = 60\nrate = 0.002\n[sweep]\n"
                                    "\"encoding.type\" = [\"none\", \"fire\"]\nseed = [1, 2, 3]\n");
  BOOST_TEST(hashes(own).size() == 6u);
  BOOST_TEST(hashes(own) == hashes(whole), boost::test_tools::per_element());
  BOOST_TEST(read_toml(own).question == "Mine?");
  // The command line is nearer than both.
  study_settings said = read_toml(own);
  apply_override(said, "train.steps=70");
  BOOST_TEST(make_study(said).cells.front().config.train.steps == 70);
}

BOOST_AUTO_TEST_CASE(what_it_says_itself_is_nearer_however_keys_are_grouped) {
  const testing::folder f;
  f.write("base.toml",
          "[sweep]\nseed = [1, 2]\n\"encoding.type,attention.windows\" = [[\"none\", 0], [\"rope\", 64], [\"fire\", "
          "64]]\n");
  const auto cells = [&](const std::string& lines) {
    return hashes(f.write("own.toml", "extends = \"base.toml\"\n" + lines));
  };
  const auto same_as = [&](const std::string& own, const std::string& whole) {
    BOOST_TEST(cells(own) == hashes(f.write("whole.toml", whole)), boost::test_tools::per_element());
  };
  // A key that varies together with others is replaced alone.
  same_as("encoding.type = \"alibi\"\n",
          "encoding.type = \"alibi\"\n[sweep]\nseed = [1, 2]\n\"attention.windows\" = [0, 64]\n");
  same_as("seed = 3\nattention.windows = 32\n",
          "seed = 3\nattention.windows = 32\n[sweep]\n\"encoding.type\" = [\"none\", \"rope\", \"fire\"]\n");
  same_as("seed = 3\n[sweep]\n\"encoding.type\" = [\"cope\", \"alibi\"]\nattention.windows = [8]\n",
          "seed = 3\n[sweep]\n\"encoding.type\" = [\"cope\", \"alibi\"]\nattention.windows = [8]\n");
}
BOOST_AUTO_TEST_CASE(hyper_parameters_of_the_bases_encoding_are_left_out_for_another) {
  const testing::folder f;
  f.write("base.toml", "[encoding]\ntype = \"rope\"\nbase = 500.0\n");
  const study s = make_study(read_toml(f.write("own.toml", "extends = \"base.toml\"\n[encoding]\ntype = \"alibi\"\n")));
  BOOST_TEST(s.cells.front().config.encoding->name() == "alibi");
  BOOST_TEST(s.notes.size() == 1u);
  const study kept =
      make_study(read_toml(f.write("own.toml", "extends = \"base.toml\"\n[encoding]\ntype = \"xpos\"\n")));
  BOOST_TEST(kept.notes.empty());
}

BOOST_AUTO_TEST_CASE(circles_and_bases_that_are_not_there_are_said) {
  const testing::folder f;
  const std::string one = f.write("one.toml", "extends = \"two.toml\"\n");
  f.write("two.toml", "extends = \"one.toml\"\n");
  BOOST_TEST(problem_of(one).find("extend each other, or in a circle") != std::string::npos, problem_of(one));
  const std::string lost = f.write("lost.toml", "extends = \"onee.toml\"\n");
  BOOST_TEST(problem_of(lost).find("did you mean") != std::string::npos, problem_of(lost));
  const std::string number = f.write("number.toml", "extends = 3\n");
  BOOST_TEST(problem_of(number).find("number.toml:1") != std::string::npos, problem_of(number));
}

BOOST_AUTO_TEST_CASE(a_range_is_its_numbers) {
  BOOST_TEST(range_of("range(1, 4)", "here").value() == (std::vector<std::int64_t>{1, 2, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(range_of("range(-1,1)", "here").value() == (std::vector<std::int64_t>{-1, 0}),
             boost::test_tools::per_element());
  BOOST_TEST(!range_of("rope", "here").has_value());
  for (const char* wrong : {"range(4, 1)", "range(1)", "range(a, b)", "range(0, 999999999)", "range(1, 2, 3)"})
    BOOST_CHECK_THROW(range_of(wrong, "here"), usage_error);
  study_settings said;
  apply_override(said, "seed=range(1,3),9");
  BOOST_TEST(make_study(said).cells.size() == 3u);
  BOOST_TEST(make_study(said).cells.back().config.seed == 9u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
