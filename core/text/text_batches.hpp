// A text's windows as batches.
#pragma once
#include <vector>

#include "core/text/batch_source.hpp"
#include "core/text/text_part.hpp"
#include "core/text/windows.hpp"

namespace lengthwise {

// Training windows drawn at random, every target scored (copy_training_windows). The text must outlive it.
class drawn_windows final : public batch_source {
 public:
  drawn_windows(std::span<const token_id> split, std::uint64_t seed) : split_(split), seed_(seed) {}
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override {
    copy_training_windows(split_, seed_, step, first, length, inputs, targets);
  }

 private:
  std::span<const token_id> split_;
  std::uint64_t seed_;
};

// The windows of an evaluation in their order, whatever the step. The text must outlive it. Windows may have been cut
// by their first tokens, as many each: an answer counts where its definition lies in the whole window.
class evaluation_batches final : public batch_source {
 public:
  evaluation_batches(text_part text, std::vector<evaluation_window> windows, std::size_t left_out = 0)
      : text_(text), windows_(std::move(windows)), left_out_(left_out) {}
  std::size_t count() const { return windows_.size(); }
  std::span<const evaluation_window> windows() const { return windows_; }
  const evaluation_window& operator[](std::size_t i) const { return windows_[i]; }
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override;

 private:
  text_part text_;
  std::vector<evaluation_window> windows_;
  std::size_t left_out_;
};

// Windows side by side from the beginning of a text: those of a validation.
inline evaluation_batches side_by_side(text_part text, int length, int targets) {
  return {text, non_overlapping_windows(text.tokens.size(), static_cast<std::size_t>(length),
                                        static_cast<std::size_t>(targets))};
}

}  // namespace lengthwise
