// How much of several pieces of work is done, and when the rest will be, learned while it goes on.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

namespace lengthwise {

// Pieces are done so many at once. Times are seconds of any one clock. Shares only grow.
class time_left {
 public:
  time_left(std::vector<double> work, int at_once);

  // A piece has come so far. The first share that is told of it was there before: it says nothing of the speed.
  void progress(std::size_t piece, double share, double now);
  void ended(std::size_t piece, double now);

  // Of all work.
  double share() const;
  // Until a piece, or all of them, are done; nothing as long as too little was seen.
  std::optional<double> of_piece(std::size_t piece) const;
  std::optional<double> of_all() const;

 private:
  struct piece_state {
    double work, first = 0, share = 0, begin = 0, last = 0;
    bool begun = false, ended = false;
    double done() const { return (share - first) * work; }
  };
  // Work a second of one piece; 0 as long as too little was seen.
  double rate() const;
  std::vector<piece_state> pieces_;
  int at_once_;
};

}  // namespace lengthwise
