// The processes that compute one thing together, numbered as MPI numbers them. Bytes go from one to another and nothing
// else: what is summed, and in which order, is said by who sends (rank_tree.hpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/storage/errors.hpp"

namespace lengthwise {

// Another rank was waited for in vain. Nothing more can be sent or received.
struct lost_rank : error {
  static constexpr int code = 8;
  explicit lost_rank(const std::string& message) : error(message, code) {}
};

class ranks {
 public:
  virtual ~ranks() = default;
  virtual int count() const = 0;
  virtual int index() const = 0;

  // Waits until the bytes are on their way, or have come: as many as the other sends. What one rank sends to another
  // arrives in that order. Throws lost_rank when the wait takes too long, with what doing() was told last.
  virtual void send(std::span<const std::byte>, int to) = 0;
  virtual void receive(std::span<std::byte>, int from) = 0;
  // What the next messages are for: "training step", 12. The words must outlive them.
  virtual void doing(std::string_view what, std::int64_t number) = 0;

  // Any rank may ask rank 0 to stop, which hears of it sooner or later and decides.
  virtual void ask_to_stop() = 0;
  virtual bool asked_to_stop() = 0;

  // Ends all ranks at once, with this exit code.
  [[noreturn]] virtual void end_all(int exit_code) = 0;
};

// A program by itself.
class one_rank final : public ranks {
 public:
  int count() const override { return 1; }
  int index() const override { return 0; }
  void send(std::span<const std::byte>, int) override { throw std::logic_error("one rank has nobody to send to"); }
  void receive(std::span<std::byte>, int) override { throw std::logic_error("one rank has nobody to receive from"); }
  void doing(std::string_view, std::int64_t) override {}
  void ask_to_stop() override {}
  bool asked_to_stop() override { return false; }
  [[noreturn]] void end_all(int exit_code) override { std::_Exit(exit_code); }
};

// Has no state, so that everybody may share it.
inline ranks& alone() {
  static one_rank only;
  return only;
}

// What computes: so many threads in each of some ranks.
struct processors {
  int threads;
  ranks& together;
  processors(int of_each, ranks& all = alone()) : threads(of_each), together(all) {}
};

}  // namespace lengthwise
