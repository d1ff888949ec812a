#include "experiments/ranks/orders.hpp"

#include <span>

#include "core/parallel/rank_tree.hpp"
#include "experiments/system/interruption.hpp"

namespace lengthwise {
namespace {

struct head {
  order::kind what;
  std::uint32_t text_size;
  std::int64_t number;
};

}  // namespace

void give(ranks& together, const order& o) {
  if (together.count() == 1) return;
  head h{o.what, static_cast<std::uint32_t>(o.text.size()), o.number};
  std::string text = o.text;
  broadcast(together, std::span(&h, 1));
  broadcast(together, std::span(text));
}

bool stop_requested(ranks& together) {
  if (together.asked_to_stop()) ask_to_interrupt();
  return interruption_requested();
}

int leave(ranks& together, int exit_code) {
  constexpr int fault = 1;
  if (together.count() > 1 && (exit_code == fault || exit_code == lost_rank::code)) together.end_all(exit_code);
  give(together, {order::kind::end, exit_code});
  return exit_code;
}

order await_order(ranks& together) {
  head h{};
  broadcast(together, std::span(&h, 1));
  order o{h.what, h.number, std::string(h.text_size, ' ')};
  broadcast(together, std::span(o.text));
  return o;
}

}  // namespace lengthwise
