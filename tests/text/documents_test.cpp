#include "core/text/documents.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "core/storage/errors.hpp"
#include "core/storage/sha256.hpp"

using namespace lengthwise;

namespace {

const byte_tokenizer bytes;

std::string digest_of(std::string_view text) { return sha256_of(std::as_bytes(std::span(text))); }

// Documents a, b, c, ... of these sizes, each of its own letter; the text must outlive the result.
joined_text lettered(const std::string& name, std::string& text, const std::vector<std::size_t>& sizes) {
  joined_text t{name, {}, {}, {}};
  text.clear();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const char letter = static_cast<char>('a' + i);
    text += std::string(sizes[i], letter);
    t.documents.push_back({std::string(1, letter), sizes[i]});
  }
  t.text = text;
  return t;
}

// The letters of a part, document by document.
std::vector<std::string> letters(std::span<const token_id> part) {
  std::vector<std::string> all;
  for (const auto& [begin, document] : documents_of(part)) all.push_back(bytes.decode(document));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(whole_ones_are_held_out_in_the_order_of_their_digests) {
  std::string text;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 20; ++i) sizes.push_back(30 + i);
  const joined_text t = lettered("t", text, sizes);
  const corpus c = joined_corpus("t", std::span(&t, 1), split_kind::documents, false, bytes);

  // The rule again, from its description: digests in order, test first, until a twentieth of the text is held.
  std::map<std::string, std::string> by_digest;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string document(sizes[i], static_cast<char>('a' + i));
    by_digest[digest_of(document)] = document;
  }
  std::set<std::string> test, validation;
  std::size_t in_test = 0, in_validation = 0;
  for (const auto& [digest, document] : by_digest) {
    if (in_test * 20 < text.size())
      test.insert(document), in_test += document.size();
    else if (in_validation * 20 < text.size())
      validation.insert(document), in_validation += document.size();
  }
  const auto set_of = [](const std::vector<std::string>& all) { return std::set<std::string>(all.begin(), all.end()); };
  BOOST_TEST((set_of(letters(c.test())) == test));
  BOOST_TEST((set_of(letters(c.validation())) == validation));
  BOOST_TEST(letters(c.train()).size() == 20 - test.size() - validation.size());
  // Every byte is in one part, and the train part keeps the text's order.
  std::string train;
  for (const std::string& document : letters(c.train())) train += document;
  BOOST_TEST(std::ranges::is_sorted(train));
  BOOST_TEST(train.size() + in_test + in_validation == text.size());
  BOOST_TEST(c.bytes == text.size());
  BOOST_TEST(c.documents.size() == 20u);
}

BOOST_AUTO_TEST_CASE(a_text_of_one_document_is_for_training) {
  std::string first, second;
  const std::vector<joined_text> both{lettered("one", first, {1000}), lettered("many", second, {100, 110, 120, 130})};
  const corpus c = joined_corpus("one+many", both, split_kind::documents, false, bytes);
  BOOST_TEST(letters(c.train()).front() == first);
  for (const std::string& document : letters(c.test())) BOOST_TEST(second.find(document) != std::string::npos);
  BOOST_CHECK_THROW(joined_corpus("one", std::span(both.data(), 1), split_kind::documents, false, bytes), usage_error);
}

BOOST_AUTO_TEST_CASE(by_shares_every_text_is_in_every_part) {
  std::string first(100, 'x'), second(1000, 'y');
  const std::vector<joined_text> both{{"x", first, {}, {}}, {"y", second, {8, 1, 1}, {}}};
  const corpus c = joined_corpus("x+y", both, split_kind::shares, false, bytes);
  BOOST_TEST((letters(c.train()) == std::vector{std::string(90, 'x'), std::string(800, 'y')}));
  BOOST_TEST((letters(c.validation()) == std::vector{std::string(5, 'x'), std::string(100, 'y')}));
  BOOST_TEST((letters(c.test()) == std::vector{std::string(5, 'x'), std::string(100, 'y')}));
  const corpus across = joined_corpus("x+y", both, split_kind::shares, true, bytes);
  BOOST_TEST((letters(across.train()) == std::vector{std::string(90, 'x') + std::string(800, 'y')}));
  // One text by shares is the corpus that it is alone, tokens and digest.
  const corpus alone = joined_corpus("x", std::span(both.data(), 1), split_kind::shares, false, bytes);
  const corpus plain = corpus_of("x", first, {}, bytes);
  BOOST_TEST((alone.tokens == plain.tokens && alone.train_end == plain.train_end &&
              alone.validation_end == plain.validation_end));
  BOOST_TEST(alone.sha256 == plain.sha256);
}

BOOST_AUTO_TEST_CASE(other_boundaries_are_another_corpus) {
  std::string text;
  joined_text t = lettered("t", text, {100, 100, 100, 100});
  const auto digest = [&] { return joined_corpus("t", std::span(&t, 1), split_kind::documents, false, bytes).sha256; };
  const std::string before = digest();
  BOOST_TEST(digest() == before);
  t.documents[0].bytes = 99, t.documents[1].bytes = 101;
  BOOST_TEST(digest() != before);
  t.documents[1].bytes = 100;
  BOOST_CHECK_THROW(digest(), data_error);
  t.documents[1].bytes = 1000;
  BOOST_CHECK_THROW(digest(), data_error);
}

BOOST_AUTO_TEST_CASE(training_windows_stay_within_one_and_begin_anywhere_with_equal_chance) {
  // Documents of 12, 3 and 8 tokens: windows of 4 + 1 tokens have 8, no and 4 places.
  std::vector<token_id> part;
  for (const auto& [value, count] : {std::pair{0, 12}, {100, 3}, {200, 8}}) {
    if (!part.empty()) part.push_back(document_end);
    for (int i = 0; i < count; ++i) part.push_back(static_cast<token_id>(value + i));
  }
  std::map<token_id, double> counts;
  const std::size_t length = 4, batch = 32, steps = 750;
  std::vector<token_id> inputs(batch * length), targets(batch * length);
  for (std::uint32_t step = 0; step < steps; ++step) {
    copy_training_windows(part, 7, step, 0, length, inputs, targets);
    for (std::size_t b = 0; b < batch; ++b) {
      ++counts[inputs[b * length]];
      for (std::size_t i = 0; i < length; ++i) {
        BOOST_REQUIRE(inputs[b * length + i] == inputs[b * length] + i);
        BOOST_REQUIRE(targets[b * length + i] == inputs[b * length + i] + 1);
      }
    }
  }
  BOOST_TEST_REQUIRE(counts.size() == 12u);
  double chi_square = 0;
  for (const auto& [start, count] : counts) chi_square += (count - 2000) * (count - 2000) / 2000;
  BOOST_TEST(chi_square < 37.4);  // the 99.99% point of 11 degrees of freedom
  // A shard's windows are those of the whole batch.
  std::vector<token_id> shard_inputs(8 * length), shard_targets(8 * length);
  copy_training_windows(part, 7, steps - 1, 16, length, shard_inputs, shard_targets);
  BOOST_TEST(std::ranges::equal(shard_inputs, std::span(inputs).subspan(16 * length, 8 * length)));
  const std::vector<token_id> short_ones{1, 2, document_end, 3, 4, document_end, 5, 6};
  BOOST_CHECK_THROW(copy_training_windows(short_ones, 7, 0, 0, length, inputs, targets), data_error);
}

BOOST_AUTO_TEST_CASE(shorter_than_a_window_they_are_refused) {
  std::string text;
  const joined_text t = lettered("t", text, std::vector<std::size_t>(20, 50));
  const corpus c = joined_corpus("t", std::span(&t, 1), split_kind::documents, false, bytes);
  // One of twenty is a twentieth of the text, and enough.
  BOOST_TEST((letters(c.test()).size() == 1 && letters(c.validation()).size() == 1));
  BOOST_CHECK_NO_THROW(require_documents(c, 49, 49));
  BOOST_CHECK_EXCEPTION(require_documents(c, 50, 0), data_error, [](const data_error& e) {
    return std::string_view(e.what()).find("the longest of its train part has 50 bytes, and a length of 50 needs 51") !=
           std::string_view::npos;
  });
  BOOST_CHECK_THROW(require_documents(c, 16, 50), data_error);
}

BOOST_AUTO_TEST_CASE(evaluation_windows_stay_within_one_and_are_dealt_by_size) {
  std::vector<token_id> part(3000, 1);
  part[999] = part[1099] = document_end;  // documents of 999, 99 and 1900 tokens
  const std::vector<std::size_t> lengths{32, 64, 128};
  for (const protocol cut : {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets}) {
    std::set<std::size_t> fixed;
    for (const std::size_t length : lengths) {
      const auto windows = evaluation_windows_of(cut, part, lengths, 16, 1000, length);
      std::size_t scored = 0, in_last = 0;
      std::set<std::size_t> targets;
      for (const evaluation_window& w : windows) {
        const auto inside = [&](std::size_t first, std::size_t last) {
          return w.start >= first && w.start + length <= last;
        };
        BOOST_REQUIRE((inside(0, 998) || inside(1100, 2999)));  // never in the one that is shorter than 128
        scored += w.scored;
        if (w.start >= 1100) in_last += w.scored;
        for (std::size_t i = 0; i < w.scored; ++i)
          BOOST_REQUIRE(targets.insert(w.start + w.first_scored + i + 1).second);
      }
      BOOST_TEST(scored == 1000u);
      // Eight blocks of 128, cut off at 1000 targets: 999 of 2899 eligible tokens have 2.76 of them, two whole ones.
      BOOST_TEST(in_last == 1000u - 2 * 128);
      // Side by side, and where targets are fixed, every length scores the same bytes.
      if (cut == protocol::sliding) continue;
      if (fixed.empty()) fixed = targets;
      BOOST_TEST((targets == fixed));
    }
  }
  // A part of one document is cut as it always was.
  const std::vector<token_id> single(2000, 1);
  BOOST_TEST(
      (evaluation_windows_of(protocol::sliding, single, lengths, 16, 1000, 64) == sliding_windows(2000, 64, 16, 1000)));
  // What one has no room for goes to the next.
  const auto all = evaluation_windows_of(protocol::non_overlapping, part, lengths, 16, 100'000, 128);
  BOOST_TEST(all.size() == 998 / 128 + 1899 / 128);
}

// Targets of each document, counted one by one.
std::map<std::size_t, std::size_t> counted(std::span<const token_id> part,
                                           const std::vector<evaluation_window>& windows) {
  std::map<std::size_t, std::size_t> counts;
  for (const evaluation_window& w : windows)
    for (std::size_t i = 0; i < w.scored; ++i) {
      const std::size_t target = w.start + w.first_scored + i + 1;
      BOOST_REQUIRE(target < part.size());
      ++counts[static_cast<std::size_t>(
          std::count(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(target), document_end))];
    }
  return counts;
}

BOOST_AUTO_TEST_CASE(each_gives_as_many_targets_at_every_length) {
  // Long ones, one that holds little more than the longest window, one that holds none, one that holds not even its
  // share.
  std::vector<token_id> part;
  for (const std::size_t size : {900u, 150u, 120u, 700u, 260u}) {
    if (!part.empty()) part.push_back(document_end);
    part.insert(part.end(), size, 1);
  }
  for (const std::size_t stride : {1u, 16u, 31u})
    for (const std::size_t targets : {300u, 1000u, 100'000u})
      for (const std::vector<std::size_t>& lengths :
           {std::vector<std::size_t>{32, 48, 128}, {100, 101}, {128}, {32, 77, 149}, {32, 150}})
        for (const protocol cut : {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets}) {
          const std::size_t longest = std::ranges::max(lengths);
          std::map<std::size_t, std::size_t> first;
          for (const std::size_t length : lengths) {
            const auto counts = counted(part, evaluation_windows_of(cut, part, lengths, stride, targets, length));
            if (first.empty()) first = counts;
            BOOST_REQUIRE((counts == first));
          }
          std::size_t all = 0;
          for (const auto& [document, count] : first) all += count;
          BOOST_TEST(all <= targets);
          if (longest >= 120 || targets == 100'000) BOOST_TEST(first.count(2) == (longest < 120 ? 1u : 0u));
          // Few enough for all that take part: none is left out, and shares are those of the sizes to a block.
          if (targets != 300 || longest > 128) continue;
          BOOST_TEST(all == targets);
          const double whole = longest < 120 ? 900 + 150 + 120 + 700 + 260 : 900 + 150 + 700 + 260;
          BOOST_TEST(std::abs(static_cast<double>(first[0]) - 300 * 900 / whole) <= static_cast<double>(longest));
        }
  // One document alone is too short for what is asked of it: every length has the targets that the longest leaves.
  const std::vector<token_id> single(300, 1);
  const std::vector<std::size_t> lengths{32, 200};
  for (const auto& [cut, most] : {std::pair{protocol::non_overlapping, std::size_t{200}},
                                  {protocol::sliding, 7 * 16},
                                  {protocol::fixed_targets, 7 * 16}})
    for (const std::size_t length : lengths)
      BOOST_TEST(counted(single, evaluation_windows_of(cut, single, lengths, 16, 1000, length))[0] == most,
                 name_of(cut) << " " << length);
  BOOST_CHECK_THROW(evaluation_windows_of(protocol::sliding, single, std::vector<std::size_t>{300}, 16, 100, 300),
                    data_error);
}

BOOST_AUTO_TEST_CASE(places_are_of_documents_and_bytes_in_them) {
  std::vector<token_id> part(3000, 1);
  part[0] = part[999] = part[1099] = document_end;  // of 0, 998, 99 and 1900 tokens
  const std::vector<std::size_t> lengths{32, 128};
  const auto windows = evaluation_windows_of(protocol::sliding, part, lengths, 16, 1000, 32);
  const auto places = places_of(part, windows);
  BOOST_TEST_REQUIRE(places.size() == windows.size());
  std::set<std::size_t> documents;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const std::size_t begins[] = {0, 1, 1000, 1100};
    documents.insert(places[w].document);
    BOOST_REQUIRE(windows[w].start == begins[places[w].document] + places[w].first);
  }
  BOOST_TEST((documents == std::set<std::size_t>{1, 3}));
}

BOOST_AUTO_TEST_SUITE_END()
