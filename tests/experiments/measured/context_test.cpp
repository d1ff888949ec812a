// The context that a model uses: made-up losses of made-up texts with known answers.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <xtensor/xadapt.hpp>
#include <xtensor/xnpy.hpp>

#include "core/math/random.hpp"
#include "experiments/measured/context_gaps.hpp"
#include "experiments/measured/context_used.hpp"
#include "experiments/measured/range_losses.hpp"
#include "experiments/reports/context_table.hpp"
#include "experiments/reports/report_csv.hpp"
#include "tests/experiments/program.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Numbers of mean(position) plus noise that is independent of all else; positions count from 1.
using numbers = xt::xtensor<float, 2>;  // [windows, length]
template <class Mean>
numbers numbers_of(int windows, int length, double noise, std::uint64_t seed, Mean&& mean) {
  const random_source source{seed, random_stream::conformance};
  numbers all = xt::zeros<float>({windows, length});
  int i = 0;
  for (float& number : all) {
    number = static_cast<float>(mean(i % length + 1) + noise * source.normal(static_cast<std::uint64_t>(i)));
    ++i;
  }
  return all;
}
std::optional<context_used> found_in(const numbers& gaps, int train_length) {
  return find_context_used(std::vector<numbers>{gaps}, train_length);
}

// The losses that a model has on texts whose bytes differ: a byte's own loss, and what a context of so many bytes adds
// to it.
template <class Cost>
struct made_up {
  std::vector<int> documents;  // bytes
  double noise;
  Cost cost;

  float loss(std::size_t document, int byte, int context) const {
    const random_source source{document + 1, random_stream::conformance};
    return static_cast<float>(2 + noise * source.normal(static_cast<std::uint64_t>(byte)) + cost(context));
  }
  // Windows that advance by `step`, of which the last `step` targets are scored.
  recorded_losses losses(int length, int step) const {
    std::vector<float> values;
    std::vector<std::int64_t> places;
    for (std::size_t d = 0; d < documents.size(); ++d)
      for (int first = 0; first + length < documents[d]; first += step) {
        places.insert(places.end(), {static_cast<std::int64_t>(d), first});
        for (int i = 0; i < length; ++i)
          values.push_back(i < length - step ? std::numeric_limits<float>::quiet_NaN() : loss(d, first + i + 1, i + 1));
      }
    const std::size_t windows = places.size() / 2;
    return {xt::adapt(values, std::vector{windows, static_cast<std::size_t>(length)}),
            xt::adapt(places, std::vector{windows, std::size_t{2}})};
  }
};

template <class Cost>
made_up(std::vector<int>, double, Cost) -> made_up<Cost>;  // clang++ 14 does not deduce members

}  // namespace

BOOST_AUTO_TEST_SUITE(context)

BOOST_AUTO_TEST_CASE(a_gap_is_what_the_context_costs_whatever_the_byte) {
  const auto cost = [](int context) { return 3.0 / context + (context > 32 ? 0.5 : 0); };
  const made_up text{{200, 90, 20, 300}, 1.5, cost};
  for (const int stride : {4, 8, 12, 16, 31}) {
    const context_gaps gaps(text.losses(32, stride));
    for (const int length : {32, 48, 96}) {
      const recorded_losses windows = text.losses(length, length);
      const numbers found = gaps.of(windows);
      for (std::size_t w = 0; w < found.shape(0); ++w)
        for (int i = 0; i < length; ++i) {
          // Where the byte stands in its document, and in the sliding window that scores it: one of its last places.
          const int byte = static_cast<int>(windows.windows(w, 1)) + i,
                    size = text.documents[static_cast<std::size_t>(windows.windows(w, 0))],
                    slide = std::max(0, (byte - 32) / stride + (byte >= 32)) * stride;
          const bool scored = byte >= 32 - stride && slide + 32 < size, itself = slide == windows.windows(w, 1);
          const float gap = found(w, static_cast<std::size_t>(i));
          BOOST_REQUIRE_MESSAGE(std::isnan(gap) == (!scored || itself),
                                stride << ", " << length << ": " << gap << " at " << i << " of byte " << byte);
          if (!std::isnan(gap))
            BOOST_REQUIRE_SMALL(static_cast<double>(gap) - (cost(i + 1) - cost(byte - slide + 1)), 1e-5);
        }
    }
  }
  // Windows that slide by their own length, or by half of it, are those side by side: nothing is told of itself.
  const numbers halves = context_gaps(text.losses(32, 16)).of(text.losses(32, 32));
  for (std::size_t w = 0; w < halves.shape(0); ++w)
    for (std::size_t i = 16; i < 32; ++i) BOOST_REQUIRE(std::isnan(halves(w, i)));
  const numbers itself = context_gaps(text.losses(32, 32)).of(text.losses(32, 32));
  BOOST_TEST(std::ranges::all_of(itself, [](float g) { return std::isnan(g); }));
}

BOOST_AUTO_TEST_CASE(ranges_are_quarter_octaves_and_one_begins_after_the_training_length) {
  const auto ends_of = [](int windows, int length, int train_length) {
    const std::vector<numbers> losses{numbers_of(windows, length, 1, 1, [](int) { return 2.0; })};
    std::vector<int> ends;
    int end = 0;
    const range_losses ranges(losses, train_length);
    for (const index_range& r : ranges.positions()) {
      BOOST_TEST(r.first == end);
      ends.push_back(end = r.end);
    }
    return ends;
  };
  const auto same = [](const std::vector<int>& found, const std::vector<int>& expected) {
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(), expected.end());
  };
  // 64 times powers of 2^(1/4), rounded.
  same(ends_of(64, 128, 64),
       {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 16, 19, 23, 27, 32, 38, 45, 54, 64, 76, 91, 108, 128});
  same(ends_of(64, 70, 100), {1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 18, 21, 25, 30, 35, 42, 50, 59, 70});
  // Two windows have sixteen blocks of sixteen bytes in 128 positions only, the training length stays an edge all the
  // same.
  same(ends_of(2, 1024, 256), {128, 256, 431, 609, 724, 861, 1024});
}

BOOST_AUTO_TEST_CASE(a_step_is_where_it_is) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::optional<context_used> c =
        found_in(numbers_of(64, 256, 0.5, seed, [](int p) { return p <= 54    ? 1.0
                                                                   : p <= 128 ? 0.0
                                                                              : 0.25; }), 128);
    BOOST_TEST_REQUIRE(c.has_value());
    BOOST_TEST(c->settles_at >= 55);
    BOOST_TEST(c->settles_at <= 108);  // noise alone may seem worse once in a while
    BOOST_TEST((c->rises_from == 129));
    BOOST_TEST(c->beyond.value == 0.25, boost::test_tools::tolerance(0.1));
    BOOST_TEST((c->beyond.error() > 0.004 && c->beyond.error() < 0.008),
               c->beyond.error());  // 0.5 / sqrt(64 * 128) = 0.0055
  }
}

BOOST_AUTO_TEST_CASE(a_decay_settles_where_what_is_left_of_it_drowns_in_the_noise) {
  // With 512 windows and a noise of 0.4, an octave from 64 on has an error of 0.0022: it is worse by 0.03, the one from
  // 91 on by 0.011.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::optional<context_used> c =
        found_in(numbers_of(512, 512, 0.4, seed, [](int p) { return 2 * std::exp(-p / 20.0); }), 256);
    BOOST_TEST_REQUIRE(c.has_value());
    BOOST_TEST((c->settles_at >= 92 && c->settles_at <= 182), c->settles_at);
    BOOST_TEST((c->resolved_to > 0.003 && c->resolved_to < 0.009), c->resolved_to);
    BOOST_TEST(!c->rises_from.has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_fall_is_seen_where_no_range_alone_would_show_it) {
  // 32 numbers a position: position 8 alone is worse by 1.4 errors, 8 to 16 by 4.2.
  int seen = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    seen += found_in(numbers_of(32, 128, 1, seed, [](int p) { return p <= 16 ? 0.25 : 0.0; }), 128)->settles_at > 8;
  BOOST_TEST(seen >= 15);
}

BOOST_AUTO_TEST_CASE(noise_neither_falls_nor_rises) {
  int falls = 0, rises = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const std::optional<context_used> c = found_in(numbers_of(32, 512, 1.5, seed, [](int) { return 0.0; }), 128);
    BOOST_TEST_REQUIRE(c.has_value());
    falls += c->settles_at > 1, rises += c->rises_from.has_value();
  }
  BOOST_TEST(falls <= 8);
  BOOST_TEST(rises <= 5);
}

BOOST_AUTO_TEST_CASE(seeds_share_their_targets_and_must_agree) {
  const auto step = [](double rise) {
    return numbers_of(64, 256, 0.5, 1, [=](int p) { return (p <= 54 ? 1.0 : 0.0) + (p > 128 ? rise : 0); });
  };
  const std::vector<numbers> one{step(0)}, three{step(0), step(0), step(0)};
  const std::optional<context_used> alone = find_context_used(one, 128), repeated = find_context_used(three, 128);
  BOOST_TEST_REQUIRE((alone && repeated));
  BOOST_TEST(repeated->resolved_to == alone->resolved_to,
             boost::test_tools::tolerance(1e-9));  // the same targets three times are not more
  // The means are 0.5 above; over seeds their error is 0.5 where one of three rises, and 0.06 where all do.
  const std::vector<numbers> differ{step(0), step(0), step(1.5)}, agree{step(0.4), step(0.5), step(0.6)};
  BOOST_TEST(!find_context_used(differ, 128)->rises_from.has_value());
  BOOST_TEST((find_context_used(agree, 128)->rises_from == 129));
}

BOOST_AUTO_TEST_CASE(too_few_targets_give_no_answer) {
  BOOST_TEST(!found_in(numbers_of(1, 128, 1, 1, [](int) { return 0.0; }), 128).has_value());
  numbers unknown = xt::zeros<float>({64, 128});
  unknown.fill(std::numeric_limits<float>::quiet_NaN());
  BOOST_TEST(!found_in(unknown, 128).has_value());
}

BOOST_AUTO_TEST_CASE(reports_show_it_over_all_seeds) {
  const testing::folder f;
  frozen_study study{"made up", {}, {}};
  const made_up text{{9000}, 1, [](int context) {
                       return context <= 11 ? 1.0 : context <= 128 ? 0.0 : 0.5 * std::numbers::ln2;
                     }};
  const auto write = [&](const std::string& name, int length, const char* cut, const recorded_losses& losses) {
    xt::dump_npy(f.at(name + "/nll/" + std::to_string(length) + "-" + cut + ".npy"), losses.losses);
    xt::dump_npy(f.at(name + "/windows/" + std::to_string(length) + "-" + cut + ".npy"), losses.windows);
  };
  for (const std::int64_t seed : {1, 2}) {
    const std::string name = "seed=" + std::to_string(seed);
    study.cells.push_back({name, "hash", {{"seed", seed}}, {}});
    cell_result r;
    r.encoding = "rope", r.seed = static_cast<std::uint64_t>(seed), r.train_length = 128;
    fs::create_directories(f.path / name / "nll");
    fs::create_directories(f.path / name / "windows");
    for (const int length : {128, 192, 256}) {
      r.evaluation.push_back(
          {length, protocol::non_overlapping, 64, "none", evaluation_status::ok, 1000, 1, 0.01, 1, 1});
      r.evaluation.push_back({length, protocol::sliding, 64, "none", evaluation_status::ok, 1000, 1, 0.01, 1, 1});
      write(name, length, "non_overlapping", text.losses(length, length)),
          write(name, length, "sliding", text.losses(length, 64));
    }
    f.write(name + "/result.json", json_text(r));
  }
  f.write("study.json", json_text(study));
  const measurements m = gather(f.path);
  BOOST_TEST(longest_context(m, m.curves.front()) == 256);
  const std::optional<measured_context> c = context_of(m.curves.front(), 256);
  BOOST_TEST_REQUIRE(c.has_value());
  BOOST_TEST((c->used.settles_at == 12 && c->used.rises_from == 129 && c->windows == 35 && c->seeds == 2));
  BOOST_TEST(c->beyond().value == 0.5, boost::test_tools::tolerance(1e-5));
  const std::string table = context_text(m), csv = context_csv(m);
  for (const std::string_view part : {"rope", "12", "129", "+0.500 ±0.000"})
    BOOST_TEST(table.find(part) != std::string::npos, part << " in\n" << table);
  BOOST_TEST(csv.find("made up,rope,rope,128,128,2,70,12,") != std::string::npos, csv);
  BOOST_TEST(csv.find("made up,rope,rope,128,256,2,35,12,") != std::string::npos, csv);
  BOOST_TEST(
      testing::program("report --all " + f.path.string() + " --context " + f.at("context.csv")).text.find(table) !=
      std::string::npos);
  BOOST_TEST(testing::contents(f.path / "context.csv") == csv);

  // Where it cannot be said, why.
  for (const auto& cell : std::filesystem::directory_iterator(f.path))
    if (cell.is_directory()) std::filesystem::remove_all(cell.path() / "nll");
  BOOST_TEST(context_text(gather(f.path)).find("each target's loss, and these are not here") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
