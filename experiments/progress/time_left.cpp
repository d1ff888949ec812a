#include "experiments/progress/time_left.hpp"

#include <algorithm>

namespace lengthwise {
namespace {

constexpr double enough_seconds = 0.5, enough_share = 0.01;

}  // namespace

time_left::time_left(std::vector<double> work, int at_once) : at_once_(std::max(at_once, 1)) {
  for (const double each : work) pieces_.push_back({.work = each});
}

void time_left::progress(std::size_t piece, double share, double now) {
  piece_state& p = pieces_[piece];
  if (!p.begun) p.begun = true, p.first = share, p.begin = now;
  p.share = std::clamp(share, p.share, 1.0);
  p.last = now;
}

void time_left::ended(std::size_t piece, double now) {
  progress(piece, 1, now);
  pieces_[piece].ended = true;
}

double time_left::share() const {
  double done = 0, all = 0;
  for (const piece_state& p : pieces_) done += p.share * p.work, all += p.work;
  return all > 0 ? done / all : 1;
}

double time_left::rate() const {
  double done = 0, seconds = 0;
  for (const piece_state& p : pieces_)
    if (p.begun) done += p.done(), seconds += p.last - p.begin;
  return seconds >= enough_seconds ? done / seconds : 0;
}

std::optional<double> time_left::of_piece(std::size_t piece) const {
  const piece_state& p = pieces_[piece];
  const double seconds = p.last - p.begin;
  // Its own speed, as soon as it has one: encodings differ.
  const double speed = p.share - p.first > enough_share && seconds >= enough_seconds ? p.done() / seconds : rate();
  if (speed <= 0) return std::nullopt;
  return (1 - p.share) * p.work / speed;
}

std::optional<double> time_left::of_all() const {
  const double speed = rate();
  if (speed <= 0) return std::nullopt;
  double left = 0, longest = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (pieces_[i].ended) continue;
    const double own = pieces_[i].begun ? *of_piece(i) : pieces_[i].work / speed;
    left += own, longest = std::max(longest, own);
  }
  return std::max(left / at_once_, longest);
}

}  // namespace lengthwise
