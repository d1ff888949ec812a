#include "core/parallel/workers.hpp"

#include <stdexcept>

namespace lengthwise {

workers::workers(int thread_count) {
  try {
    for (int worker = 1; worker < thread_count; ++worker)
      threads.emplace_back([this, worker] {
        for (std::uint32_t seen = 0;;) {
          round.wait(seen);
          seen = round.load();
          if (ending) return;
          take_tasks(worker);
          if (--busy == 0) busy.notify_one();
        }
      });
  } catch (...) {
    end();  // no destructor is called for a half-made pool, and its threads would be waited for in vain
    throw;
  }
}

workers::~workers() { end(); }

void workers::end() {
  ending = true;
  ++round;
  round.notify_all();
}

void workers::run(int tasks, call function, void* work) {
  if (running.exchange(true)) throw std::logic_error("a task of a pool asked the same pool for more");
  struct at_the_end {
    std::atomic<bool>& flag;
    ~at_the_end() { flag = false; }
  } const ended{running};
  current = function, argument = work, task_count = tasks, problem = nullptr;
  next_task = 0;
  busy = static_cast<int>(threads.size());
  ++round;
  round.notify_all();
  take_tasks(0);
  for (int left = busy; left != 0; left = busy) busy.wait(left);
  if (problem) std::rethrow_exception(problem);
}

void workers::take_tasks(int worker) {
  for (int task = next_task++; task < task_count; task = next_task++) {
    try {
      current(argument, task, worker);
    } catch (...) {
      const std::lock_guard lock(problem_guard);
      if (!problem) problem = std::current_exception();
    }
  }
}

}  // namespace lengthwise
