// Several ranks in one process, for tests: each is a thread, and what is sent waits in queues.
#pragma once
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/parallel/ranks.hpp"

namespace lengthwise::testing {

class mail {
 public:
  void put(int from, int to, std::vector<std::byte> bytes) {
    const std::lock_guard lock(guard);
    waiting[{from, to}].push_back(std::move(bytes));
    ++sent_;
    arrived.notify_all();
  }
  std::vector<std::byte> take(int from, int to) {
    std::unique_lock lock(guard);
    std::deque<std::vector<std::byte>>& queue = waiting[{from, to}];
    if (!arrived.wait_for(lock, std::chrono::seconds(20), [&] { return !queue.empty(); }))
      throw lost_rank("nothing came");
    std::vector<std::byte> first = std::move(queue.front());
    queue.pop_front();
    return first;
  }
  int sent() const { return sent_; }
  bool empty() const {
    for (const auto& [between, queue] : waiting)
      if (!queue.empty()) return false;
    return true;
  }

 private:
  std::mutex guard;
  std::condition_variable arrived;
  std::map<std::pair<int, int>, std::deque<std::vector<std::byte>>> waiting;
  int sent_ = 0;
};

class thread_rank final : public ranks {
 public:
  thread_rank(mail& m, int index, int count) : mail_(m), index_(index), count_(count) {}
  int count() const override { return count_; }
  int index() const override { return index_; }
  void send(std::span<const std::byte> bytes, int to) override {
    mail_.put(index_, to, std::vector<std::byte>(bytes.begin(), bytes.end()));
  }
  void receive(std::span<std::byte> bytes, int from) override {
    const std::vector<std::byte> come = mail_.take(from, index_);
    if (come.size() != bytes.size()) throw std::logic_error("a message of another size");
    std::copy(come.begin(), come.end(), bytes.begin());
  }
  void doing(std::string_view, std::int64_t) override {}
  void ask_to_stop() override {}
  bool asked_to_stop() override { return false; }
  [[noreturn]] void end_all(int exit_code) override { std::_Exit(exit_code); }

 private:
  mail& mail_;
  int index_, count_;
};

// Calls work(rank) on each of `count` ranks at once. Throws what one of them threw, and std::logic_error where a
// message was left. Returns how many messages were sent.
inline int on_ranks(int count, const std::function<void(ranks&)>& work) {
  mail all;
  std::vector<std::exception_ptr> problems(static_cast<std::size_t>(count));
  {
    std::vector<std::jthread> threads;
    for (int index = 0; index < count; ++index)
      threads.emplace_back([&, index] {
        thread_rank own(all, index, count);
        try {
          work(own);
        } catch (...) {
          problems[static_cast<std::size_t>(index)] = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& problem : problems)
    if (problem) std::rethrow_exception(problem);
  if (!all.empty()) throw std::logic_error("a message was left");
  return all.sent();
}

}  // namespace lengthwise::testing
