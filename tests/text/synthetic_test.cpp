#include "core/text/synthetic.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <string>
#include <string_view>

#include "core/storage/sha256.hpp"

namespace synthetic = lengthwise::synthetic;

namespace {

std::string digest(std::string_view text) { return lengthwise::sha256_of(std::as_bytes(std::span(text))); }

struct measured {
  double mean, standard_error;  // bits per byte
};

// Cheaper than the test framework's own, in loops over every byte.
void require(bool holds) {
  if (!holds) BOOST_FAIL("the text has a byte that its grammar excludes");
}

// The ideal predictor, written from the documented grammar and not from the generator: it reads the text byte by byte,
// remembers in which record a key came up last and its value, and forgets what is more than `context` records ago.
// Returns its log loss; the text must never surprise it with a byte of probability 0.
measured ideal_loss(std::string_view text, std::size_t context, std::size_t skipped = 0) {
  struct memory {
    std::size_t record;
    std::string value;
  };
  const std::string consonants = "bcdfghjklmnprstv", vowels = "aeio";
  const auto choice = [](std::string_view set, char byte) {
    require(set.find(byte) != std::string_view::npos);
    return std::log2(static_cast<double>(set.size()));
  };
  std::map<std::string, memory, std::less<>> seen;
  double sum = 0, sum_of_squares = 0;
  std::size_t count = 0;
  for (std::size_t record = 0; 13 * (record + 1) <= text.size(); ++record) {
    const std::string_view line = text.substr(13 * record, 13);
    double bits = choice("ABCDEFGH", line[0]);
    const int group = line[0] - 'A';
    bits += choice(std::string_view(consonants).substr(0, 1u << std::min(group, 4)), line[1]);
    bits += choice(std::string_view("01234567").substr(0, 1u << std::max(group - 4, 0)), line[2]);
    require(line[3] == '=' || line[3] == ':');
    bits -= std::log2(line[3] == '=' ? 0.25 : 0.75);
    require(line[12] == '\n');

    const std::string key(line.substr(0, 3)), value(line.substr(4, 8));
    const auto known = seen.find(key);
    if (line[3] == ':' && known != seen.end() && record - known->second.record <= context)
      require(known->second.value == value);
    else
      for (std::size_t i = 0; i < 8; ++i) bits += choice(i % 2 == 0 ? consonants : vowels, value[i]);
    seen[key] = {record, value};

    if (record < skipped) continue;
    sum += bits;
    sum_of_squares += bits * bits;
    ++count;
  }
  const double n = static_cast<double>(count), mean = sum / n;
  return {mean / 13, std::sqrt((sum_of_squares / n - mean * mean) / n) / 13};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(synthetic_text)

BOOST_AUTO_TEST_CASE(is_a_function_of_its_seed) {
  const std::string text = synthetic::text(1);
  BOOST_TEST(text.size() == synthetic::default_bytes);
  BOOST_TEST(text.starts_with(synthetic::text(1, 1000)));
  BOOST_TEST(text.substr(0, 1000) != synthetic::text(2, 1000));
  BOOST_TEST(synthetic::text(1, 0).empty());
  // Frozen: every machine and compiler must make these bytes, and a change of the text is a change of every result on
  // it.
  BOOST_TEST(digest(text) == "ce76d6f34ad8f0fc5abbb6943a2d0e39c15638522b8d763c88d5d665127ad66c");
}

BOOST_AUTO_TEST_CASE(is_made_quickly) {
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(!synthetic::text(3).empty());
  BOOST_TEST(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 1.0);
}

// The stated entropy against the log loss of an ideal predictor: within 4 standard errors, which are about 0.1%.
BOOST_AUTO_TEST_CASE(has_the_stated_entropy_rate) {
  // The first 20000 records bring every key into view: a key is missed with probability below 255 exp(-20000 / 1024).
  const measured loss = ideal_loss(synthetic::text(7), 1u << 30, 20'000);
  BOOST_TEST_MESSAGE("ideal loss " << loss.mean << " +- " << loss.standard_error << ", stated "
                                   << synthetic::entropy());
  BOOST_TEST(loss.standard_error < 0.002);
  BOOST_TEST(std::abs(loss.mean - synthetic::entropy()) < 4 * loss.standard_error);
}

BOOST_AUTO_TEST_CASE(has_the_stated_entropy_at_every_context) {
  const std::string text = synthetic::text(8);
  for (const std::size_t records : {0u, 1u, 10u, 39u, 157u, 1000u}) {
    const measured loss = ideal_loss(text, records, records);
    BOOST_TEST_MESSAGE(records << " records: " << loss.mean << " +- " << loss.standard_error << ", stated "
                               << synthetic::entropy(records));
    BOOST_TEST(std::abs(loss.mean - synthetic::entropy(records)) < 4 * loss.standard_error);
  }
}

BOOST_AUTO_TEST_CASE(has_the_stated_entropy_over_whole_windows) {
  const std::string text = synthetic::text(9);
  const std::size_t records = 157;  // windows of about 2048 bytes
  double sum = 0, variance = 0, count = 0;
  for (std::size_t begin = 0; begin + 13 * records <= text.size(); begin += 13 * records) {
    const measured loss = ideal_loss(std::string_view(text).substr(begin, 13 * records), records);
    sum += loss.mean;
    variance += loss.standard_error * loss.standard_error;
    ++count;
  }
  BOOST_TEST(std::abs(sum / count - synthetic::entropy_of_window(records)) < 4 * std::sqrt(variance) / count);
}

// The closed forms against hand values: sums that can be done on paper.
BOOST_AUTO_TEST_CASE(agrees_with_hand_values) {
  const double sign = 0.25 * 2 + 0.75 * std::log2(4.0 / 3);
  BOOST_TEST(synthetic::entropy() * 13 == 6.5 + sign + 6, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(synthetic::entropy(0) * 13 == 6.5 + sign + 24, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(synthetic::entropy(0) == 2.40856, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(synthetic::entropy() == 1.02394, boost::test_tools::tolerance(1e-5));
  // One record in view: it has the same key with probability sum p^2 = 1/8 sum_g 2^-(3+g) = 255/8192.
  BOOST_TEST(synthetic::entropy(1) * 13 == 6.5 + sign + 24 - 18 * 255 / 8192., boost::test_tools::tolerance(1e-14));
  double sum = 0;
  for (std::size_t records = 0; records < 300; ++records) {
    BOOST_TEST(synthetic::entropy(records + 1) < synthetic::entropy(records));
    BOOST_TEST(synthetic::entropy(records) > synthetic::entropy());
    sum += synthetic::entropy(records);
  }
  BOOST_TEST(synthetic::entropy_of_window(300) == sum / 300, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(synthetic::entropy(1'000'000) == synthetic::entropy(), boost::test_tools::tolerance(1e-12));
}

// Pearson's chi-square on draws that must be uniform; the bounds are the 99.99% points.
BOOST_AUTO_TEST_CASE(draws_uniformly) {
  const std::string text = synthetic::text(10);
  std::array<double, 8> groups{};
  std::map<std::string, double> rarest;
  double records = 0;
  for (std::size_t begin = 0; begin + 13 <= text.size(); begin += 13, ++records) {
    ++groups[static_cast<std::size_t>(text[begin] - 'A')];
    if (text[begin] == 'H') ++rarest[text.substr(begin, 3)];
  }
  double chi_square = 0;
  for (const double count : groups) chi_square += (count - records / 8) * (count - records / 8) / (records / 8);
  BOOST_TEST(chi_square < 29.9);  // 7 degrees of freedom
  BOOST_REQUIRE(rarest.size() == 128u);
  const double expected = records / 1024;
  chi_square = 0;
  for (const auto& [key, count] : rarest) chi_square += (count - expected) * (count - expected) / expected;
  BOOST_TEST(chi_square < 196.0);  // 127 degrees of freedom and the group's size
}

BOOST_AUTO_TEST_SUITE_END()
