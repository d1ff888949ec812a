// Claims about tasks against made-up exact matches whose verdicts are known.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/storage/errors.hpp"
#include "experiments/claims/verdicts.hpp"
#include "tests/experiments/claims/refusal.hpp"

namespace lengthwise {
namespace {

struct asked {
  measurements study{"asked", {}, 0, 0, {}, 0, {}};
  std::string task = "task copy";

  // Exact matches in per cent at 20 and 40 of three seeds, trained to 20.
  asked& curve(const std::string& encoding, std::int64_t at_trained, std::int64_t at_twice, std::int64_t spread = 0) {
    lengthwise::curve c{read_text(encoding), {}};
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      finished_cell cell{"cell", "/nowhere", {}, {}};
      cell.result.encoding = encoding, cell.result.seed = seed, cell.result.train_length = 20;
      cell.result.corpus = read_text(task);
      for (const auto& [length, exact] : {std::pair{20, at_trained}, {40, at_twice}}) {
        cell.result.evaluation.push_back(
            {length, protocol::task, 0, "none", evaluation_status::ok, 1000, 1, 0.01, 2.7, 1.4});
        cell.result.evaluation.back().scores =
            item_scores{100, exact + spread * (static_cast<std::int64_t>(seed) - 2), 1000, 10 * exact, 0.01, 0.25};
      }
      c.cells.push_back(std::move(cell));
    }
    study.curves.push_back(std::move(c));
    return *this;
  }
  verdict full(const std::string& id) const {
    static const std::vector<claim> claims = read_claims(LENGTHWISE_SOURCE_DIR "/configs/tasks/claims.toml");
    return judge(*std::ranges::find(claims, id, &claim::id), study);
  }
  std::string_view judged(const std::string& id) const { return name_of(full(id).kind); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(exact)

BOOST_AUTO_TEST_CASE(verdicts_follow_from_exact_matches) {
  asked papers;
  papers.curve("none", 100, 98).curve("t5_bias", 100, 77).curve("rope", 100, 0).curve("sinusoidal", 100, 0);
  BOOST_TEST(papers.judged("nope-t5-copy") == "agree");
  asked otherwise;
  otherwise.curve("none", 100, 0).curve("t5_bias", 100, 77).curve("rope", 100, 0).curve("sinusoidal", 100, 0);
  BOOST_TEST(otherwise.judged("nope-t5-copy") == "contradict");
  BOOST_TEST(otherwise.full("nope-t5-copy").why.find("exact(none, 2 L) - exact(rope, 2 L) >= 0.1") != std::string::npos,
             otherwise.full("nope-t5-copy").why);
  asked wide;  // the seeds differ by more than the encodings
  wide.curve("none", 100, 40, 30).curve("t5_bias", 100, 40, 30).curve("rope", 100, 25).curve("sinusoidal", 100, 20);
  BOOST_TEST(wide.judged("nope-t5-copy") == "not testable at this scale");
  asked less;
  less.curve("none", 100, 98);
  BOOST_TEST(less.judged("nope-t5-copy") == "not testable at this scale");
}

// Another task's numbers say nothing, however good they look.
BOOST_AUTO_TEST_CASE(a_claim_is_about_its_task) {
  asked other;
  other.task = "task reverse";
  other.curve("none", 100, 98).curve("t5_bias", 100, 77).curve("rope", 100, 0).curve("sinusoidal", 100, 0);
  BOOST_TEST(other.judged("nope-t5-copy") == "not testable at this scale");
  BOOST_TEST(other.full("nope-t5-copy").why == "it is about task copy, and the study about task reverse");
}

BOOST_AUTO_TEST_CASE(a_share_alone_is_held_against_its_bound) {
  asked parity;
  parity.task = "task parity";
  for (const char* name : {"none", "sinusoidal", "t5_bias", "alibi", "rope"}) parity.curve(name, 100, 50);
  BOOST_TEST(parity.judged("parity-never") == "agree");
  asked solved;
  solved.task = "task parity";
  for (const char* name : {"none", "sinusoidal", "t5_bias", "alibi"}) solved.curve(name, 100, 50);
  solved.curve("rope", 100, 99);
  BOOST_TEST(solved.judged("parity-never") == "contradict");
}

BOOST_AUTO_TEST_CASE(exact_predicates_are_checked) {
  const std::string begin = "[[claim]]\nid = \"a\"\nsays = \"b\"\nsource = \"c\"\nprotocols = [\"task\"]\nholds = [";
  BOOST_TEST(refusal(begin + "{exact = \"none\", at = 2, at_most = 0.5}]") == "");
  BOOST_TEST(refusal(begin + "{exact = \"none\", at = 2}]").find("an exact match needs") != std::string::npos);
  BOOST_TEST(refusal(begin + "{exact = \"none\", at = 2, over = 1, at_least = 0.5}]").find("without over") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lengthwise
