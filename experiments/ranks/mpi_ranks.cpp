// Ranks by MPI: a library of its own, which the program loads where a launcher started it (launch.cpp). Nothing waits
// without a limit: messages are begun and then asked after, and where MPI itself waits an alarm is set.
#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cmath>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>

#include "core/parallel/ranks.hpp"

namespace lengthwise {
namespace {

using clock = std::chrono::steady_clock;

constexpr int message_tag = 0, stop_tag = 1;
constexpr auto patient_after = std::chrono::milliseconds(20);  // until then a wait asks as often as it can
constexpr auto pause = std::chrono::microseconds(200);

std::string tenths(double seconds) {
  const auto all = static_cast<long>(std::lround(seconds * 10));
  return std::to_string(all / 10) + "." + std::to_string(all % 10);
}

void say(std::string_view words) {
  if (::write(STDERR_FILENO, words.data(), words.size()) < 0) return;
}

void on_alarm(int) {
  say("lengthwise: MPI did not begin or end in the time that LENGTHWISE_RANK_SECONDS gives; a rank does not answer\n");
  ::_exit(lost_rank::code);
}

// Ends the process where MPI, which has no limit of its own for this, takes longer.
class alarm_clock {
 public:
  explicit alarm_clock(double seconds) {
    std::signal(SIGALRM, on_alarm);
    ::alarm(static_cast<unsigned>(std::ceil(seconds)));
  }
  ~alarm_clock() { ::alarm(0); }
  alarm_clock(const alarm_clock&) = delete;
  alarm_clock& operator=(const alarm_clock&) = delete;
};

class mpi_ranks final : public ranks {
 public:
  explicit mpi_ranks(double limit_seconds) : limit_(limit_seconds) {
    const alarm_clock limit(limit_);
    int provided = 0;  // only the thread that trains sends and receives
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_size(MPI_COMM_WORLD, &count_);
    MPI_Comm_rank(MPI_COMM_WORLD, &index_);
  }
  // All end at about the same time; a wish that nobody heard is no message to complain of.
  ~mpi_ranks() override {
    const alarm_clock limit(limit_);
    while (index_ == 0 && asked_to_stop()) {
    }
    if (stop_ != MPI_REQUEST_NULL) MPI_Request_free(&stop_);
    MPI_Finalize();
  }
  mpi_ranks(const mpi_ranks&) = delete;
  mpi_ranks& operator=(const mpi_ranks&) = delete;

  int count() const override { return count_; }
  int index() const override { return index_; }

  void send(std::span<const std::byte> bytes, int to) override {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Isend(bytes.data(), size_of(bytes), MPI_BYTE, to, message_tag, MPI_COMM_WORLD, &request);
    wait(request, to);
  }
  void receive(std::span<std::byte> bytes, int from) override {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Irecv(bytes.data(), size_of(bytes), MPI_BYTE, from, message_tag, MPI_COMM_WORLD, &request);
    wait(request, from);
  }
  void doing(std::string_view what, std::int64_t number) override { what_ = what, number_ = number; }

  void ask_to_stop() override {
    if (stop_ == MPI_REQUEST_NULL) MPI_Isend(nullptr, 0, MPI_BYTE, 0, stop_tag, MPI_COMM_WORLD, &stop_);
  }
  bool asked_to_stop() override {
    int there = 0;
    MPI_Status who;
    MPI_Iprobe(MPI_ANY_SOURCE, stop_tag, MPI_COMM_WORLD, &there, &who);
    if (there == 0) return false;
    MPI_Recv(nullptr, 0, MPI_BYTE, who.MPI_SOURCE, stop_tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);  // it is here
    return true;
  }

  [[noreturn]] void end_all(int exit_code) override {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    ::_exit(exit_code);
  }

 private:
  template <class Bytes>
  static int size_of(const Bytes& bytes) {
    if (bytes.size() > INT_MAX) throw std::logic_error("a message of more than 2 GiB");
    return static_cast<int>(bytes.size());
  }

  void wait(MPI_Request& request, int other) {
    const clock::time_point begin = clock::now();
    for (int done = 0;;) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done != 0) return;
      const clock::duration waited = clock::now() - begin;
      if (const double so_far = std::chrono::duration<double>(waited).count(); so_far > limit_)
        throw lost_rank("rank " + std::to_string(index_) + " of " + std::to_string(count_) + " has waited " +
                        tenths(so_far) + " s for rank " + std::to_string(other) + ", in " + std::string(what_) + " " +
                        std::to_string(number_) + "; LENGTHWISE_RANK_SECONDS gives more time");
      if (waited < patient_after)
        ::sched_yield();
      else
        std::this_thread::sleep_for(pause);
    }
  }

  double limit_;
  int count_ = 1, index_ = 0;
  std::string_view what_ = "the start, step";
  std::int64_t number_ = 0;
  MPI_Request stop_ = MPI_REQUEST_NULL;
};

}  // namespace
}  // namespace lengthwise

extern "C" lengthwise::ranks* lengthwise_join_mpi(double limit_seconds) {
  return new lengthwise::mpi_ranks(limit_seconds);
}
