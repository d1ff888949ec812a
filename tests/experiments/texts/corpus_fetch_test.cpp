#include "experiments/texts/corpus_fetch.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "tests/storage/temporary_folder.hpp"

using namespace lengthwise;
namespace fs = std::filesystem;

namespace {

const std::string abc_digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4

// A stand-in for the internet: a project folder with the real recipes, whose manifest points to files beside it.
struct stand_in {
  temporary_folder folder;
  fs::path manifest = folder.path / "data/corpora.toml";

  stand_in() {
    fs::create_directory(folder.path / "data");
    fs::create_directory_symlink(fs::path(LENGTHWISE_SOURCE_DIR) / "scripts", folder.path / "scripts");
    write_atomically(folder.path / "abc", "abc");
    const std::string zip = "cd '" + folder.path.string() + "' && python3 -m zipfile -c abc.zip abc";
    BOOST_REQUIRE(std::system(zip.c_str()) == 0);
    ::setenv("LENGTHWISE_DATA", (folder.path / "data/corpora").c_str(), 1);
  }
  stand_in(const stand_in&) = delete;
  stand_in& operator=(const stand_in&) = delete;
  ~stand_in() { ::unsetenv("LENGTHWISE_DATA"); }

  // Makes corpus abc of the manifest the file of this name, with further fields.
  void point_to(const std::string& file, const std::string& fields) const {
    write_atomically(manifest,
                     "[abc]\nwhat = 'letters'\nlicence = 'none'\nhow = 'by hand'\nrecipe = 'download'\nurl = 'file://" +
                         (folder.path / file).string() + "'\n" + fields);
  }

  std::size_t files() const {
    const fs::path corpora = folder.path / "data/corpora";
    if (!fs::exists(corpora)) return 0;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(corpora), fs::directory_iterator()));
  }

  // The message of the data_error that fetching must end with.
  std::string refusal() const {
    try {
      fetch_corpus(known_corpus("abc", manifest), manifest);
    } catch (const data_error& problem) {
      return problem.what();
    }
    return "nothing was refused";
  }
};

bool mentions(const std::string& message, const std::string& words) {
  if (message.find(words) != std::string::npos) return true;
  BOOST_TEST_MESSAGE("'" << message << "' does not mention '" << words << "'");
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(corpus_fetching)

BOOST_AUTO_TEST_CASE(knows_the_shipped_corpora) {
  const fs::path manifest = fs::path(LENGTHWISE_SOURCE_DIR) / "data/corpora.toml";
  for (const corpus_entry& entry : known_corpora(manifest)) {
    BOOST_TEST(!entry.what.empty());
    BOOST_TEST(!entry.licence.empty());
    BOOST_TEST((entry.sha256.empty() || entry.sha256.size() == 64u));
    BOOST_TEST(entry.shares.sum() > 0u);
  }
  const corpus_entry kjv = known_corpus("kjv", manifest);
  BOOST_TEST(kjv.bytes.value() == 4'137'850u);
  BOOST_TEST(kjv.sha256 == "b5c4940bcfeee072c0935b5200d0f9d88a00a0199cb0961d16133458fcdfae5d");
  BOOST_CHECK_EXCEPTION(known_corpus("kvj", manifest), usage_error, [](const usage_error& problem) {
    return mentions(problem.what(), "kjv") && mentions(problem.what(), "synthetic");
  });
}

BOOST_AUTO_TEST_CASE(brings_a_text_and_a_member_of_an_archive) {
  const stand_in world;
  for (const std::string file : {"abc", "abc.zip"}) {
    world.point_to(file, (file == "abc" ? "" : "members = ['abc', 'abc']\n") + std::string("shares = [2, 1, 0]\n"));
    const corpus_entry entry = known_corpus("abc", world.manifest);
    BOOST_TEST(entry.shares.train == 2u);
    const fs::path fetched = fetch_corpus(entry, world.manifest);
    BOOST_TEST(fetched == world.folder.path / "data/corpora/abc.txt");
    BOOST_TEST(file_bytes(fetched).size() == (file == "abc" ? 3u : 6u));
    BOOST_TEST((verify_corpus(entry) == corpus_state::unchecked));
    BOOST_TEST(world.files() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(checks_the_text_and_leaves_nothing_else_behind) {
  const stand_in world;
  world.point_to("abc.zip", "members = ['abc']\nbytes = 3\nsha256 = '" + abc_digest + "'\n");
  const corpus_entry entry = known_corpus("abc", world.manifest);
  BOOST_TEST((verify_corpus(entry) == corpus_state::missing));
  const fs::path path = fetch_corpus(entry, world.manifest);
  BOOST_TEST((verify_corpus(entry) == corpus_state::verified));

  write_atomically(path, "abd");
  BOOST_TEST((verify_corpus(entry) == corpus_state::altered));
  fetch_corpus(entry, world.manifest);  // brings the right text again
  BOOST_TEST((verify_corpus(entry) == corpus_state::verified));

  write_atomically(world.folder.path / "abc", "abd");
  world.point_to("abc", "bytes = 3\nsha256 = '" + abc_digest + "'\n");
  BOOST_TEST((fetch_corpus(entry, world.manifest) == path));  // there and right: its source is not asked
  fs::remove(path);
  BOOST_TEST(mentions(world.refusal(), abc_digest));
  BOOST_TEST(world.files() == 0u);

  // A caller's own expectation is checked too, not only the manifest's.
  world.point_to("abc", "");
  BOOST_CHECK_THROW(fetch_corpus(entry, world.manifest), data_error);
  BOOST_TEST(world.files() == 0u);
}

BOOST_AUTO_TEST_CASE(says_in_one_line_why_a_text_cannot_be_had) {
  const stand_in world;
  world.point_to("missing", "");
  BOOST_TEST(mentions(world.refusal(), "cannot be reached"));
  world.point_to("abc.zip", "members = ['other']\n");
  BOOST_TEST(mentions(world.refusal(), "not the expected archive"));
  world.point_to("abc", "members = ['abc']\n");
  BOOST_TEST(mentions(world.refusal(), "not the expected archive"));
  world.point_to("abc", "md5 = '00'\n");
  BOOST_TEST(mentions(world.refusal(), "900150983cd24fb0d6963f7d28e17f72"));  // RFC 1321's MD5 of abc
  world.point_to("abc.zip", "members = ['abc']\ndownload_bytes = 3\n");
  BOOST_TEST(mentions(world.refusal(), "expected 3"));
  BOOST_TEST(world.refusal().find('\n') == std::string::npos);
  BOOST_TEST(world.files() == 0u);
}

BOOST_AUTO_TEST_CASE(names_the_place_of_a_wrong_manifest) {
  const stand_in world;
  const auto message = [&](const std::string& text) -> std::string {
    write_atomically(world.manifest, text);
    try {
      known_corpora(world.manifest);
    } catch (const data_error& problem) {
      return problem.what();
    }
    return "nothing was refused";
  };
  BOOST_TEST(mentions(message("\n[abc\n"), "corpora.toml:2"));
  BOOST_TEST(mentions(message("abc = 1\n"), "'abc' is not a corpus"));
  BOOST_TEST(mentions(message("[abc]\nwhat = 'x'\n"), "lacks 'licence'"));
  const std::string entry = "[abc]\nwhat = 'x'\nlicence = 'x'\nhow = 'x'\n";
  BOOST_TEST(mentions(message(entry + "shares = [1, 2]\n"), "corpora.toml:5"));
  BOOST_CHECK_THROW(known_corpora(world.folder.path / "none.toml"), data_error);
}

BOOST_AUTO_TEST_SUITE_END()
