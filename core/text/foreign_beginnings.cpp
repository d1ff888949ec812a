#include "core/text/foreign_beginnings.hpp"

#include <algorithm>

#include "core/text/documents.hpp"

namespace lengthwise {

foreign_beginnings::foreign_beginnings(const evaluation_batches& own, std::span<const token_id> text, int count)
    : own_(own), text_(text), count_(static_cast<std::size_t>(count)) {
  if (count == 0) return;
  const std::vector<window_place> places = places_of(text, own.windows());
  const auto documents = documents_of(text);
  const std::size_t windows = own.count();
  for (std::size_t i = 0; i < windows; ++i) {
    std::size_t other = i;
    for (std::size_t k = 0; k < windows && places[other].document == places[i].document; ++k)
      other = (i + windows / 2 + k) % windows;
    if (places[other].document != places[i].document) {
      starts_.push_back(own[other].start);
      continue;
    }
    const auto& [begin, document] = documents[places[i].document];
    starts_.push_back(begin + (places[i].first + document.size() / 2) % (document.size() - count_));
  }
}

void foreign_beginnings::copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
                              std::span<token_id> targets) const {
  own_.copy(step, first, length, inputs, targets);
  if (count_ == 0) return;
  for (std::size_t i = 0; i * length < inputs.size(); ++i)
    std::ranges::copy(text_.subspan(starts_[first + i], count_),
                      inputs.begin() + static_cast<std::ptrdiff_t>(i * length));
}

}  // namespace lengthwise
