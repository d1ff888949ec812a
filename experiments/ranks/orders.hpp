// What rank 0, which alone reads words, reads and writes folders and says anything, has the other ranks do with it.
#pragma once
#include <cstdint>
#include <string>

#include "core/parallel/ranks.hpp"

namespace lengthwise {

struct order {
  enum class kind : std::int32_t {
    take_cell,  // number: threads; text: its config
    go_on,      // from what rank 0 has loaded
    step,
    validate,
    read,  // number: which of the cell's readings; text: "watch" where attention is recorded too
    end,   // number: exit code
  };
  kind what;
  std::int64_t number = 0;
  std::string text = {};
};

// Rank 0's part; nothing with one rank.
void give(ranks&, const order&);
// Whether a signal came, to rank 0 or to another that asked it to stop.
bool stop_requested(ranks&);
// At the program's end: the others end with the same exit code, at once where an error came between ranks. Returns it.
int leave(ranks&, int exit_code);
// The other ranks' part: waits for the next.
order await_order(ranks&);

}  // namespace lengthwise
