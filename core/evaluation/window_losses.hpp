// The losses of many sequences of one length, whichever rank and worker takes them: they go in groups whose size
// follows from the length alone, and a sequence's losses do not depend on its group.
#pragma once
#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "core/model/transformer.hpp"
#include "core/parallel/rank_tree.hpp"
#include "core/parallel/workers.hpp"
#include "core/text/batch_source.hpp"

namespace lengthwise {

inline constexpr int tokens_at_once = 2048;  // of short sequences: work enough for one task

// Memory that a worker evaluates a group of sequences in.
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

// What became of one position of a sequence.
struct token_loss {
  float loss;
  bool scored, right;
};

// Calls take(sequence, position, loss, right) for every scored target of the sequences 0 .. count - 1 of a source, in
// their order, from the calling thread and on every rank; right where no other token is as likely as the target. Losses
// are computed batch by batch of groups, which are dealt over ranks and workers; `done`, where given, hears after each
// batch how many sequences are done, and may throw to stop, on rank 0.
template <class Take, class Done>
void for_each_window_loss(const transformer& model, const position_tables& tables, const batch_source& source,
                          std::size_t count, workers& pool, ranks& together, Take&& take, Done&& done) {
  const auto length = static_cast<std::size_t>(tables.time());
  std::vector<std::unique_ptr<window_memory>> memory(static_cast<std::size_t>(pool.count()));
  for (auto& own : memory) own = std::make_unique<window_memory>(model, tables);
  const auto group = static_cast<std::size_t>(memory[0]->group);
  const std::size_t groups = (count + group - 1) / group;
  const std::size_t groups_a_batch = static_cast<std::size_t>(pool.count() * together.count()) * 4;
  std::vector<token_loss> losses(groups_a_batch * group * length);
  for (std::size_t first = 0; first < groups; first += groups_a_batch) {
    const std::size_t batch = std::min(groups_a_batch, groups - first);
    const std::size_t own_first = first_task(batch, together.index(), together.count()),
                      own_last = first_task(batch, together.index() + 1, together.count());
    pool.for_each(static_cast<int>(own_last - own_first), [&](int task, int worker) {
      window_memory& own = *memory[static_cast<std::size_t>(worker)];
      const std::size_t of_batch = own_first + static_cast<std::size_t>(task), begin = (first + of_batch) * group,
                        tokens = (std::min(begin + group, count) - begin) * length;
      source.copy(0, begin, length, std::span(own.inputs).first(tokens), std::span(own.targets).first(tokens));
      own.pass_memory.extents.sequences = static_cast<int>(tokens / length);
      model.forward(own.inputs.data(), own.targets.data(), tables, own.pass_memory);
      for (std::size_t i = 0, at = of_batch * group * length; i < tokens; ++i, ++at) {
        const bool scored = own.targets[i] != unscored;
        losses[at] = {static_cast<float>(own.pass_memory.losses[i]), scored, scored && own.pass_memory.right[i] != 0};
      }
    });
    allgather(together, std::span(losses).first(batch * group * length), batch);
    const std::size_t end = std::min((first + batch) * group, count);
    for (std::size_t w = first * group, at = 0; w < end; ++w)
      for (std::size_t i = 0; i < length; ++i, ++at)
        if (losses[at].scored) take(w, i, losses[at].loss, losses[at].right);
    stop_together(together, [&] { done(end); });
  }
}
template <class Take>
void for_each_window_loss(const transformer& model, const position_tables& tables, const batch_source& source,
                          std::size_t count, workers& pool, ranks& together, Take&& take) {
  for_each_window_loss(model, tables, source, count, pool, together, std::forward<Take>(take), [](std::size_t) {});
}

}  // namespace lengthwise
