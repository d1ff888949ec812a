#include "core/training/drawn_positions.hpp"

#include <algorithm>
#include <numeric>

#include "core/math/random.hpp"

namespace lengthwise {

std::vector<double> drawn_positions(const train_config& c, std::uint64_t seed, std::uint32_t step) {
  const random_source draw{seed, random_stream::positions, step};
  std::vector<double> positions(static_cast<std::size_t>(c.length));
  std::iota(positions.begin(), positions.end(), 0.0);
  if (c.positions == position_draw::pose) {
    const auto first = 1 + draw.below(static_cast<std::uint64_t>((c.length + 1) / 2), 0);
    const auto gap = draw.below(static_cast<std::uint64_t>(c.positions_from - c.length) + 1, 1);
    for (std::size_t i = first; i < positions.size(); ++i) positions[i] += static_cast<double>(gap);
  }
  if (c.positions == position_draw::randomized) {
    // Each of the places left is taken with the chance that tokens left have of it (Knuth, algorithm 3.4.2 S).
    std::size_t taken = 0;
    for (int place = 0; taken < positions.size(); ++place)
      if (draw.below(static_cast<std::uint64_t>(c.positions_from - place), static_cast<std::uint64_t>(place)) <
          positions.size() - taken)
        positions[taken++] = place;
  }
  return positions;
}

}  // namespace lengthwise
