// Tasks are done once each, by whichever thread, round after round; what they throw arrives.
#include "core/parallel/workers.hpp"

#include <boost/test/unit_test.hpp>
#include <numeric>
#include <stdexcept>
#include <string>

using namespace lengthwise;

BOOST_AUTO_TEST_SUITE(parallel_workers)

BOOST_AUTO_TEST_CASE(every_task_is_done_once_whatever_the_number_of_threads) {
  for (int threads = 1; threads <= 8; ++threads) {
    workers pool(threads);
    BOOST_TEST(pool.count() == threads);
    for (const int tasks : {0, 1, 2, 7, 8, 9, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(tasks));
      std::atomic<bool> known_worker{true};
      pool.for_each(tasks, [&](int task, int worker) {
        ++done.at(static_cast<std::size_t>(task));
        if (worker < 0 || worker >= threads) known_worker = false;
      });
      BOOST_TEST(known_worker);
      for (const auto& times : done) BOOST_TEST_REQUIRE(times == 1);
    }
  }
}
BOOST_AUTO_TEST_CASE(no_two_threads_share_a_worker_number) {
  workers pool(4);
  std::vector<std::atomic<int>> inside(4);
  std::atomic<bool> alone{true};
  pool.for_each(2000, [&](int, int worker) {
    std::atomic<int>& own = inside[static_cast<std::size_t>(worker)];
    if (++own != 1) alone = false;
    std::this_thread::yield();
    --own;
  });
  BOOST_TEST(alone);
}
BOOST_AUTO_TEST_CASE(one_pool_serves_many_rounds) {
  workers pool(3);
  long total = 0;
  for (int round = 0; round < 5000; ++round) {
    long parts[5] = {};  // plain memory: the end of a round publishes what was written
    pool.for_each(5, [&](int task, int) { parts[task] = round + task; });
    total += std::accumulate(parts, parts + 5, 0L);
  }
  BOOST_TEST(total == 5L * 5000 * 4999 / 2 + 10 * 5000);
}
BOOST_AUTO_TEST_CASE(an_exception_arrives_after_the_others_are_done_and_the_pool_goes_on) {
  for (const int threads : {1, 2, 5}) {
    workers pool(threads);
    for (const int guilty : {0, 13, 49}) {
      std::atomic<int> others{0};
      BOOST_CHECK_EXCEPTION(pool.for_each(50,
                                          [&](int task, int) {
                                            if (task == guilty)
                                              throw std::runtime_error("task " + std::to_string(task));
                                            ++others;
                                          }),
                            std::runtime_error,
                            [&](const std::runtime_error& e) { return e.what() == "task " + std::to_string(guilty); });
      BOOST_TEST(others == 49);
      others = 0;
      pool.for_each(50, [&](int, int) { ++others; });
      BOOST_TEST(others == 50);
    }
  }
}
BOOST_AUTO_TEST_CASE(of_many_exceptions_one_arrives) {
  workers pool(4);
  BOOST_CHECK_THROW(pool.for_each(100, [](int, int) { throw std::logic_error("each"); }), std::logic_error);
}
BOOST_AUTO_TEST_CASE(pools_come_and_go) {
  for (int i = 0; i < 200; ++i) workers pool(1 + i % 4);  // without ever having had a task
}

BOOST_AUTO_TEST_SUITE_END()
