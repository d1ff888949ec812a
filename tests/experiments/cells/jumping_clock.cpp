// To be preloaded: clocks that jump to and fro by years each time they are read, and a calendar that stands in 2099.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static constexpr time_t jumps[] = {0, 1'000'000'000, -5, 86'400, -1'000'000'000, 31'536'000, -3'600};
  static std::atomic<unsigned> times{0};
  const long status = ::syscall(SYS_clock_gettime, clock, now);
  now->tv_sec += jumps[times++ % 7];
  return static_cast<int>(status);
}
extern "C" time_t time(time_t* now) noexcept {
  constexpr time_t spring_2099 = 4'078'000'000;
  if (now != nullptr) *now = spring_2099;
  return spring_2099;
}
