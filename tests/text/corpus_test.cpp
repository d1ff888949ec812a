#include "core/text/corpus.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "tests/storage/temporary_folder.hpp"

using namespace lengthwise;
namespace fs = std::filesystem;

namespace {

// The message of the data_error that an action must end with.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const data_error& problem) {
    BOOST_TEST(problem.exit_code() == 3);
    return problem.what();
  }
  BOOST_ERROR("nothing was refused");
  return "";
}

bool mentions(const std::string& message, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (message.find(word) == std::string::npos) {
      BOOST_TEST_MESSAGE("'" << message << "' does not mention '" << word << "'");
      return false;
    }
  return true;
}

const byte_tokenizer bytes;
const std::string abc_digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4

struct data_folder_variable {
  explicit data_folder_variable(const fs::path& folder) { ::setenv("LENGTHWISE_DATA", folder.c_str(), 1); }
  data_folder_variable(const data_folder_variable&) = delete;
  data_folder_variable& operator=(const data_folder_variable&) = delete;
  ~data_folder_variable() { ::unsetenv("LENGTHWISE_DATA"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(corpora)

BOOST_AUTO_TEST_CASE(are_cut_in_order_at_the_floors) {
  for (std::size_t size = 1; size < 300; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i % 251);
    const corpus cut = corpus_of("x", text, {}, bytes);
    BOOST_TEST(cut.bytes == size);
    BOOST_TEST(cut.train().size() == size * 90 / 100);
    BOOST_TEST(cut.train().size() + cut.validation().size() == size * 95 / 100);
    BOOST_TEST(bytes.decode(cut.train()) + bytes.decode(cut.validation()) + bytes.decode(cut.test()) == text);
  }
  const corpus cut = corpus_of("x", "0123456789", {.train = 3, .validation = 1, .test = 1}, bytes);
  BOOST_TEST(bytes.decode(cut.train()) == "012345");
  BOOST_TEST(bytes.decode(cut.validation()) == "67");
  BOOST_TEST(bytes.decode(cut.test()) == "89");
  BOOST_CHECK_THROW(corpus_of("x", "text", {0, 0, 0}, bytes), usage_error);
}

BOOST_AUTO_TEST_CASE(are_the_text_that_was_asked_for) {
  const temporary_folder folder;
  write_atomically(folder.path / "abc.txt", "abc");
  const corpus loaded = load_corpus({"abc", folder.path / "abc.txt", abc_digest}, bytes);
  BOOST_TEST(loaded.name == "abc");
  BOOST_TEST(loaded.sha256 == abc_digest);
  BOOST_TEST(bytes.decode(loaded.tokens) == "abc");

  write_atomically(folder.path / "abc.txt", "abd");
  BOOST_TEST(load_corpus({"mine", folder.path / "abc.txt", ""}, bytes).bytes == 3u);  // any text will do
  const std::string message = refusal([&] { load_corpus({"abc", folder.path / "abc.txt", abc_digest}, bytes); });
  BOOST_TEST(mentions(
      message, {"abc.txt", "altered", abc_digest, "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9",
                "lengthwise corpus fetch abc"}));
}

BOOST_AUTO_TEST_CASE(that_are_not_there_are_refused) {
  const temporary_folder folder;
  BOOST_TEST(mentions(refusal([&] {
                        load_corpus({"kjv", folder.path / "kjv.txt", abc_digest}, bytes);
                      }),
                      {"kjv.txt", "lengthwise corpus fetch kjv"}));
  BOOST_TEST(mentions(refusal([&] {
                        load_corpus({"mine", folder.path / "mine.txt", ""}, bytes);
                      }),
                      {"mine.txt", "check the path"}));
  BOOST_TEST(mentions(refusal([&] { load_corpus({"x", folder.path, ""}, bytes); }), {"folder"}));
  ::mkfifo((folder.path / "pipe").c_str(), 0600);
  BOOST_TEST(mentions(refusal([&] { load_corpus({"x", folder.path / "pipe", ""}, bytes); }), {"regular file"}));
  write_atomically(folder.path / "empty", "");
  BOOST_TEST(mentions(refusal([&] { load_corpus({"x", folder.path / "empty", ""}, bytes); }), {"empty"}));
}

BOOST_AUTO_TEST_CASE(too_short_for_a_length_are_refused) {
  // Parts of 300, 500 and 200 bytes, so that each can be the one that is too short.
  const corpus text = corpus_of("short", std::string(1000, 'x'), {3, 5, 2}, bytes);
  BOOST_CHECK_NO_THROW(require_lengths(text, 299, 199));
  BOOST_CHECK_NO_THROW(require_lengths(text, 0, 0));
  BOOST_TEST(mentions(refusal([&] { require_lengths(text, 300, 0); }), {"short", "its train part", "300", "301"}));
  BOOST_TEST(mentions(refusal([&] { require_lengths(text, 0, 200); }), {"its test part", "200", "201"}));
  const corpus usual = corpus_of("short", std::string(1000, 'x'), {}, bytes);  // 900, 50, 50
  BOOST_CHECK_NO_THROW(require_lengths(usual, 49, 49));
  BOOST_TEST(mentions(refusal([&] { require_lengths(usual, 50, 0); }), {"its validation part", "50", "51"}));
}

BOOST_AUTO_TEST_CASE(are_kept_in_the_data_folder) {
  {
    const temporary_folder folder;
    const data_folder_variable variable(folder.path);
    BOOST_TEST(corpus_path("kjv") == folder.path / "kjv.txt");
  }
  BOOST_TEST(data_folder() == manifest_path().parent_path() / "corpora");
}

// From any folder below one with a manifest, that manifest is found.
BOOST_AUTO_TEST_CASE(are_known_from_the_nearest_manifest) {
  const temporary_folder folder;
  fs::create_directories(folder.path / "data");
  fs::create_directories(folder.path / "a/b");
  write_atomically(folder.path / "data/corpora.toml", "");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path / "a/b");
  const fs::path found = manifest_path();
  fs::current_path(before);
  BOOST_TEST(fs::weakly_canonical(found) == fs::weakly_canonical(folder.path / "data/corpora.toml"));
}

BOOST_AUTO_TEST_SUITE_END()
