// What ranks do together reaches all of them, in the number of messages that a tree takes.
#include "core/parallel/rank_tree.hpp"

#include <boost/test/unit_test.hpp>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "tests/parallel/ranks_of_threads.hpp"

using namespace lengthwise;
using testing::on_ranks;

BOOST_AUTO_TEST_SUITE(parallel_rank_tree)

BOOST_AUTO_TEST_CASE(a_broadcast_reaches_every_rank_whatever_its_length) {
  for (const int count : {1, 2, 3, 5, 8})
    for (const std::size_t size :
         {std::size_t(0), std::size_t(1), message_bytes / sizeof(int), 3 * message_bytes + 7}) {
      std::vector<int> sum(static_cast<std::size_t>(count));
      const int sent = on_ranks(count, [&](ranks& r) {
        std::vector<int> values(size, r.index() == 0 ? 3 : 0);
        broadcast(r, std::span(values));
        sum[static_cast<std::size_t>(r.index())] = std::accumulate(values.begin(), values.end(), 0);
      });
      for (const int of_rank : sum) BOOST_TEST(of_rank == 3 * static_cast<int>(size));
      const auto pieces = static_cast<int>((size * sizeof(int) + message_bytes - 1) / message_bytes);
      BOOST_TEST(sent == (count - 1) * pieces);
    }
}
BOOST_AUTO_TEST_CASE(what_each_rank_has_of_its_tasks_comes_to_all) {
  for (const int count : {1, 2, 3, 4, 7, 8})
    for (const std::size_t tasks : {1u, 2u, 7u, 8u, 100u}) {
      std::vector<std::vector<int>> all(static_cast<std::size_t>(count));
      on_ranks(count, [&](ranks& r) {
        std::vector<int> values(3 * tasks, -1);
        for (std::size_t t = first_task(tasks, r.index(), count); t < first_task(tasks, r.index() + 1, count); ++t)
          for (std::size_t i = 0; i < 3; ++i) values[3 * t + i] = static_cast<int>(3 * t + i);
        allgather(r, std::span(values), tasks);
        all[static_cast<std::size_t>(r.index())] = values;
      });
      std::vector<int> wanted(3 * tasks);
      std::iota(wanted.begin(), wanted.end(), 0);
      for (const std::vector<int>& values : all) BOOST_TEST(values == wanted, boost::test_tools::per_element());
    }
}
BOOST_AUTO_TEST_CASE(what_rank_0_throws_stops_the_others_too) {
  std::vector<int> stopped(5);
  const auto work = [&](ranks& r) {
    stop_together(r, [] {});
    try {
      stop_together(r, [&] {
        if (r.index() == 0) throw std::runtime_error("enough");
      });
    } catch (const stopped_by_rank_0&) {
      stopped[static_cast<std::size_t>(r.index())] = 1;
    }
  };
  BOOST_CHECK_EXCEPTION(on_ranks(5, work), std::runtime_error,
                        [](const std::exception& problem) { return std::string_view(problem.what()) == "enough"; });
  BOOST_TEST(stopped == (std::vector<int>{0, 1, 1, 1, 1}), boost::test_tools::per_element());
  BOOST_CHECK_THROW(stop_together(alone(), [] { throw std::runtime_error("alone"); }), std::runtime_error);
}
BOOST_AUTO_TEST_CASE(one_rank_has_nobody_to_send_to) {
  std::byte b{};
  BOOST_CHECK_THROW(alone().send(std::span(&b, 1), 1), std::logic_error);
  BOOST_CHECK_THROW(alone().receive(std::span(&b, 1), 1), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
