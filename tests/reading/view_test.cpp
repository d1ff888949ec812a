// Views at run time: what kernels are handed says the same as the headers do, pair by pair; which encodings each is
// for; which may be joined.
#include "core/reading/view.hpp"

#include <boost/test/unit_test.hpp>
#include <views/view_list.hpp>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"

using namespace lengthwise;

namespace {

constexpr reading_extents extents[] = {{40, 16}, {16, 16}, {9, 16}, {70, 5}, {64, 2}, {1, 8}};

template <class F>
void for_every_view(F&& f) {
  std::size_t index = 0;
  const auto visit = [&](const auto& each) {
    const std::unique_ptr<view> face = registered_views()[index++].make();
    BOOST_TEST_CONTEXT(face->name()) f(each, *face);
  };
  std::apply([&](const auto&... each) { (visit(each), ...); }, view_list{});
}

// Where the zones of a reading put a pair; nothing where none shows it.
struct shown_pair {
  double query, key;
};
std::vector<shown_pair> shown(const attention_places& places, int i, int j) {
  std::vector<shown_pair> found;
  for (const attention_zone& z : places.zones)
    for (int k = z.begin[static_cast<std::size_t>(i)]; k < z.end[static_cast<std::size_t>(i)]; ++k)
      if ((z.keys->tokens.empty() ? k : z.keys->tokens[static_cast<std::size_t>(k)]) == j)
        found.push_back(
            {z.queries->positions[static_cast<std::size_t>(i)], z.keys->positions[static_cast<std::size_t>(k)]});
  return found;
}

std::string problem_of(std::string_view v, std::string_view e) {
  return view_problem(*make_view(v), *make_encoding(e));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(views)

BOOST_AUTO_TEST_CASE(kernels_are_handed_what_the_header_says) {
  for_every_view([](const auto& v, const view& face) {
    for (const reading_extents x : extents) {
      if (!face.problem(x).empty()) continue;
      const reading_of reading{v, x};
      const attention_places places = face.places(x);
      BOOST_REQUIRE(places.time() == v.tokens(x));
      bool same = true;
      for (int i = 0; i < places.time(); ++i) {
        for (int j = 0; j < places.time(); ++j) {
          const std::vector<shown_pair> pairs = shown(places, i, j);
          same = same && pairs.size() == (reading.sees(i, j) ? 1u : 0u);
          if (same && !pairs.empty())
            same = pairs[0].query == reading.query_position(i, j) && pairs[0].key == reading.key_position(i, j);
        }
        const double factor = places.factors.empty() ? 1 : places.factors[static_cast<std::size_t>(i)];
        same = same && factor == reading.factor(i);
        // The kernel takes the first zone's keys before all others.
        same = same &&
               places.zones[0].end[static_cast<std::size_t>(i)] > places.zones[0].begin[static_cast<std::size_t>(i)];
      }
      BOOST_TEST(same, x.time << " tokens after " << x.trained);
    }
  });
}

// Up to the trained length nothing changes, and so no bit of a result does.
BOOST_AUTO_TEST_CASE(up_to_the_trained_length_every_view_is_raw) {
  constexpr double thetas[] = {1, 0.1, 0.01};
  for_every_view([&](const auto&, const view& face) {
    if (face.name() == "longrope") return;  // its factors are given
    for (const int time : {16, 9, 1}) {
      const reading_extents x{time, 16};
      const attention_places places = face.places(x), raw = make_view("raw")->places(x);
      BOOST_TEST(places.zones.size() == 1u + (face.name() == "streaming" && time > 4 ? 1 : 0));
      BOOST_TEST(places.factors.empty());
      for (int i = 0; i < time; ++i)
        for (int j = 0; j <= i; ++j) {
          const auto pairs = shown(places, i, j);
          if (pairs.size() != 1 || pairs[0].query - pairs[0].key != i - j) BOOST_ERROR("pair " << i << ", " << j);
        }
      for (int t = 0; t < 3 && places.turn; ++t) {
        const plane_turn turn = places.turn(thetas, {t, 3}, 7);
        BOOST_TEST((turn.frequency == thetas[t] && turn.scale == 1));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_view_is_refused_where_an_encoding_has_no_such_thing) {
  BOOST_TEST(problem_of("crowd", "rope").empty());
  BOOST_TEST(problem_of("crowd", "none").empty());
  BOOST_TEST(problem_of("crowd", "alibi").empty());
  BOOST_TEST(problem_of("crowd", "sinusoidal").find("adds positions to the input") != std::string::npos);
  BOOST_TEST(problem_of("rerope", "forgetting").find("finds distances in the text") != std::string::npos);
  BOOST_TEST(problem_of("rerope+logn", "cope").find("finds distances in the text") != std::string::npos);
  BOOST_TEST(problem_of("thin", "cope").find("counts all that lie between") != std::string::npos);
  BOOST_TEST(problem_of("thin", "forgetting").empty());
  BOOST_TEST(problem_of("yarn", "alibi").find("turns nothing") != std::string::npos);
  BOOST_TEST(problem_of("linear", "learned").find("whole ones only") != std::string::npos);
  BOOST_TEST(problem_of("linear", "sinusoidal").empty());
  for (const registered_encoding& e : registered_encodings())
    for (const char* always : {"raw", "cropped", "window", "tempered", "foreign", "block_causal", "logn", "offset"})
      BOOST_TEST(problem_of(always, e.name).empty(), always << " with " << e.name);
}

BOOST_AUTO_TEST_CASE(joined_views_read_as_each_says) {
  const reading_extents x{40, 16};
  const attention_places both = make_view("rerope+logn")->places(x), rerope = make_view("rerope")->places(x),
                         logn = make_view("logn")->places(x);
  BOOST_TEST(both.zones.size() == rerope.zones.size());
  BOOST_TEST(both.zones[1].queries->positions == rerope.zones[1].queries->positions);
  BOOST_TEST(both.factors == logn.factors);
  BOOST_TEST(make_view("rerope+logn")->name() == "rerope+logn");
  BOOST_TEST((make_view("yarn+foreign")->foreign_count({40, 16}, 4) == 21));
  BOOST_CHECK_THROW(make_view("rerope+self_extend"), usage_error);
  BOOST_CHECK_THROW(make_view("ntk+yarn"), usage_error);
  BOOST_CHECK_THROW(make_view("logn+logn"), usage_error);
  BOOST_CHECK_THROW(make_view("cropped+rerope"), usage_error);
  BOOST_TEST(make_view("rerope+") == nullptr);
  BOOST_TEST(make_view("") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
