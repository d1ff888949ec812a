#include "core/text/text_batches.hpp"

#include <algorithm>

namespace lengthwise {

void evaluation_batches::copy(std::uint32_t /*step*/, std::size_t first, std::size_t length, std::span<token_id> inputs,
                              std::span<token_id> targets) const {
  for (std::size_t i = 0; (i + 1) * length <= inputs.size(); ++i) {
    const evaluation_window& w = windows_[first + i];
    const std::span<token_id> own = targets.subspan(i * length, length);
    copy_window(text_.tokens, w.start, inputs.subspan(i * length, length), own);
    std::ranges::fill(own.first(w.first_scored), unscored);
    std::ranges::fill(own.subspan(w.first_scored + w.scored), unscored);
    if (text_.distances.empty()) continue;
    for (std::size_t at = w.first_scored; at < w.first_scored + w.scored; ++at)
      if (!text_.counts(w.start + at + 1, left_out_ + at + 1)) own[at] = unscored;
  }
}

}  // namespace lengthwise
