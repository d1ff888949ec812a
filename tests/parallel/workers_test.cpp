// Tasks are done once each, by whichever thread, round after round; what they throw arrives.
#include "core/parallel/workers.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/sanitized.hpp"

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
#if !LENGTHWISE_ADDRESS_SANITIZER
// Address space for a few stacks stands for a system that has no room for another thread.
BOOST_AUTO_TEST_CASE(a_pool_that_cannot_have_its_threads_says_so_and_does_not_hang) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);  // a hang ends in SIGALRM
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t room = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{64} << 20);
    const rlimit limit{room, room};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(2);
    try {
      workers pool(1000);
    } catch (const std::system_error&) {
      std::atomic<int> done{0};
      workers(2).for_each(10, [&](int, int) { ++done; });  // the room of those that ended is free again
      ::_exit(done == 10 ? 0 : 3);
    }
    ::_exit(1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
}
#endif

BOOST_AUTO_TEST_CASE(a_task_that_asks_its_own_pool_is_refused_and_nothing_is_dropped) {
  for (const int threads : {1, 3}) {
    workers pool(threads);
    BOOST_CHECK_THROW(pool.for_each(4, [&](int, int) { pool.for_each(2, [](int, int) {}); }), std::logic_error);
    std::atomic<int> done{0};
    pool.for_each(5, [&](int, int) { ++done; });  // and the pool is as good as before
    BOOST_TEST(done == 5);
  }
}

BOOST_AUTO_TEST_SUITE_END()
