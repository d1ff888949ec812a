// The losses of many windows of one length, whichever worker takes them: windows go in groups whose size follows from
// the length alone, and a window's losses do not depend on its group.
#pragma once
#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "core/model/transformer.hpp"
#include "core/parallel/workers.hpp"
#include "core/text/windows.hpp"

namespace lengthwise {

inline constexpr int tokens_at_once = 2048;  // of short windows: work enough for one task

// Memory that a worker evaluates a group of windows in.
struct window_memory {
  window_memory(const transformer& model, const position_tables& tables)
      : group(std::max(1, tokens_at_once / tables.time())),
        pass_memory(model.config(), tables, group, pass::evaluation),
        inputs(static_cast<std::size_t>(group) * static_cast<std::size_t>(tables.time())),
        targets(inputs.size()) {}
  int group;
  activations pass_memory;
  std::vector<token_id> inputs, targets;
};

// Calls take(window, position, loss) for every scored target, window after window in their order, from the calling
// thread. Losses are computed batch by batch of groups; `done`, where given, hears after each batch how many windows
// are done.
template <class Take, class Done>
void for_each_window_loss(const transformer& model, const position_tables& tables, std::span<const token_id> text,
                          std::span<const evaluation_window> windows, workers& pool, Take&& take, Done&& done) {
  const auto span_length = static_cast<std::size_t>(tables.time());
  std::vector<std::unique_ptr<window_memory>> memory(static_cast<std::size_t>(pool.count()));
  for (auto& own : memory) own = std::make_unique<window_memory>(model, tables);
  const auto group = static_cast<std::size_t>(memory[0]->group);
  const std::size_t groups = (windows.size() + group - 1) / group;
  const std::size_t groups_a_batch = static_cast<std::size_t>(pool.count()) * 4;
  std::vector<float> losses(groups_a_batch * group * span_length);
  for (std::size_t first = 0; first < groups; first += groups_a_batch) {
    const std::size_t count = std::min(groups_a_batch, groups - first);
    pool.for_each(static_cast<int>(count), [&](int task, int worker) {
      window_memory& own = *memory[static_cast<std::size_t>(worker)];
      const std::size_t begin = (first + static_cast<std::size_t>(task)) * group,
                        end = std::min(begin + group, windows.size());
      for (std::size_t w = begin; w < end; ++w)
        copy_window(text, windows[w].start, std::span(own.inputs).subspan((w - begin) * span_length, span_length),
                    std::span(own.targets).subspan((w - begin) * span_length, span_length));
      own.pass_memory.extents.sequences = static_cast<int>(end - begin);
      model.forward(own.inputs.data(), own.targets.data(), tables, own.pass_memory);
      for (std::size_t i = 0; i < (end - begin) * span_length; ++i)
        losses[static_cast<std::size_t>(task) * group * span_length + i] =
            static_cast<float>(own.pass_memory.losses[i]);
    });
    const std::size_t end = std::min((first + count) * group, windows.size());
    for (std::size_t w = first * group; w < end; ++w)
      for (std::size_t i = 0; i < windows[w].scored; ++i) {
        const std::size_t at = windows[w].first_scored + i;
        take(w, at, losses[(w - first * group) * span_length + at]);
      }
    done(end);
  }
}
template <class Take>
void for_each_window_loss(const transformer& model, const position_tables& tables, std::span<const token_id> text,
                          std::span<const evaluation_window> windows, workers& pool, Take&& take) {
  for_each_window_loss(model, tables, text, windows, pool, std::forward<Take>(take), [](std::size_t) {});
}

}  // namespace lengthwise
