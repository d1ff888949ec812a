// Threads that share out numbered tasks. Which thread does a task is left to chance, so a task's result must not depend
// on it; what a thread may keep to itself is found by the worker's number.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace lengthwise {

class workers {
 public:
  // Throws std::system_error when the system has no room for that many threads; those made by then have ended.
  explicit workers(int threads);
  ~workers();
  workers(const workers&) = delete;
  workers& operator=(const workers&) = delete;
  int count() const { return static_cast<int>(threads.size()) + 1; }

  // Calls work(task, worker) for task = 0 .. tasks - 1; the caller is worker 0 and works too. Returns when all are
  // done; an exception of a task is thrown here, after the others ended. Allocates nothing. A task that asks its own
  // pool for more ends with std::logic_error.
  template <class F>
  void for_each(int tasks, F&& work) {
    using callable = std::remove_reference_t<F>;
    run(
        tasks, [](void* f, int task, int worker) { (*static_cast<callable*>(f))(task, worker); },
        const_cast<void*>(static_cast<const void*>(&work)));
  }

 private:
  using call = void (*)(void*, int, int);
  void run(int tasks, call, void* work);
  void take_tasks(int worker);
  void end();

  call current = nullptr;
  void* argument = nullptr;
  int task_count = 0;
  std::atomic<int> next_task{0};
  std::atomic<std::uint32_t> round{0};
  std::atomic<int> busy{0};
  std::atomic<bool> ending{false}, running{false};
  std::exception_ptr problem;
  std::mutex problem_guard;
  std::vector<std::jthread> threads;
};

}  // namespace lengthwise
