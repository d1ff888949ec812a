// Beginnings from elsewhere: where from, that nothing else changes, and that windows may be asked for in any groups.
#include "core/text/foreign_beginnings.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/text/documents.hpp"

using namespace lengthwise;

namespace {

constexpr std::size_t length = 12, foreign = 5;

// Documents of so many tokens, whose tokens say which they are of and where: 1000 d + i.
std::vector<token_id> numbered(const std::vector<std::size_t>& sizes) {
  std::vector<token_id> part;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (d > 0) part.push_back(document_end);
    for (std::size_t i = 0; i < sizes[d]; ++i) part.push_back(static_cast<token_id>(1000 * d + i));
  }
  return part;
}
std::vector<token_id> inputs_of(const batch_source& source, std::size_t first, std::size_t count) {
  std::vector<token_id> inputs(count * length), targets(count * length);
  source.copy(0, first, length, inputs, targets);
  return inputs;
}
void check(const std::vector<std::size_t>& sizes) {
  const std::vector<token_id> part = numbered(sizes);
  const std::vector<std::size_t> lengths{length};
  const evaluation_batches own(part, evaluation_windows_of(protocol::sliding, part, lengths, 4, 120, length));
  const foreign_beginnings windows(own, part, static_cast<int>(foreign));
  const std::vector<token_id> plain = inputs_of(own, 0, own.count()), all = inputs_of(windows, 0, own.count());
  for (std::size_t w = 0; w < own.count(); ++w) {
    const auto window = std::span(all).subspan(w * length, length),
               before = std::span(plain).subspan(w * length, length);
    BOOST_TEST(std::ranges::equal(window.subspan(foreign), before.subspan(foreign)));
    for (std::size_t i = 1; i < foreign; ++i) BOOST_TEST_REQUIRE(window[i] == window[i - 1] + 1);  // in one piece
    const int own_document = before[0] / 1000, its_document = window[0] / 1000;
    if (sizes.size() > 1)
      BOOST_TEST(its_document != own_document);
    else
      BOOST_TEST(static_cast<std::size_t>(std::abs(window[0] - before[0])) > foreign);
    BOOST_TEST(std::ranges::equal(inputs_of(windows, w, 1), window));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(foreign_text)

BOOST_AUTO_TEST_CASE(comes_from_another_document) {
  check({200, 150});
  check({60, 300, 61});
}
BOOST_AUTO_TEST_CASE(comes_from_half_of_the_only_document_away) { check({400}); }
BOOST_AUTO_TEST_CASE(of_no_tokens_is_none) {
  const std::vector<token_id> part = numbered({200});
  const evaluation_batches own(part, sliding_windows(part.size(), length, 4, 60));
  BOOST_TEST((inputs_of(foreign_beginnings(own, part, 0), 0, own.count()) == inputs_of(own, 0, own.count())));
}

BOOST_AUTO_TEST_SUITE_END()
