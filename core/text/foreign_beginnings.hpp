// Windows whose first tokens come from elsewhere: whether far text was used shows in what its loss costs.
#pragma once
#include "core/text/text_batches.hpp"

namespace lengthwise {

// The first `count` inputs of each window are those of a window in another document: of the first that is, counted from
// half the list of windows further. Where there is none, they come from half the document away. Windows and text
// must outlive it.
class foreign_beginnings final : public batch_source {
 public:
  foreign_beginnings(const evaluation_batches& own, std::span<const token_id> text, int count);
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override;

 private:
  const evaluation_batches& own_;
  std::span<const token_id> text_;
  std::size_t count_;
  std::vector<std::size_t> starts_;  // where each window's come from
};

}  // namespace lengthwise
