#include "core/evaluation/attention_record.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "core/evaluation/window_losses.hpp"
#include "core/text/foreign_beginnings.hpp"
#include "core/text/text_batches.hpp"

namespace lengthwise {
namespace {

// A thread's own tables, with a watch in every layer.
struct watched_model {
  position_tables tables;
  std::vector<attention_watch*> watches;
  std::unique_ptr<window_memory> memory;

  watched_model(const transformer& model, const attention_places& places) : tables(model.make_tables_by_layer(places)) {
    for (attention_tables& of_layer : tables.sets) {
      auto watch = std::make_unique<attention_watch>(of_layer.site(model.extents()), model.extents().train_length,
                                                     of_layer.sink());
      watches.push_back(watch.get());
      of_layer.add(std::move(watch), 0);
    }
    memory = std::make_unique<window_memory>(model, tables);
    memory->pass_memory.extents.sequences = 1;
  }
};

}  // namespace

attention_record watch_attention(const transformer& model, std::span<const token_id> text, const evaluate_config& c,
                                 evaluation_request asked, processors p, const std::function<void(double)>& progress) {
  const view& reading = asked.reading == nullptr ? raw_view() : *asked.reading;
  const attention_places places = reading.places({asked.length, model.extents().train_length});
  const auto length = static_cast<std::size_t>(places.time());
  const evaluation_batches own(
      text, windows_read(text, c, asked.protocol, asked.length, static_cast<std::size_t>(asked.length) - length));
  const foreign_beginnings windows(own, text,
                                   reading.foreign_count({asked.length, model.extents().train_length}, c.stride));
  const auto layers = static_cast<std::size_t>(model.config().layers),
             heads = static_cast<std::size_t>(model.config().heads);

  workers pool(p.threads);
  std::vector<std::unique_ptr<watched_model>> each(static_cast<std::size_t>(pool.count()));
  std::vector<watched_head> sums(layers * heads), of_windows;
  const std::size_t batch = static_cast<std::size_t>(pool.count() * p.together.count()) * 4;
  double targets = 0;
  for (std::size_t first = 0; first < own.count(); first += batch) {
    const std::size_t count = std::min(batch, own.count() - first);
    of_windows.assign(count * layers * heads, {});
    const std::size_t own_first = first_task(count, p.together.index(), p.together.count()),
                      own_last = first_task(count, p.together.index() + 1, p.together.count());
    pool.for_each(static_cast<int>(own_last - own_first), [&](int task, int worker) {
      std::unique_ptr<watched_model>& mine = each[static_cast<std::size_t>(worker)];
      if (mine == nullptr) mine = std::make_unique<watched_model>(model, places);
      const std::size_t of_batch = own_first + static_cast<std::size_t>(task), w = first + of_batch;
      for (attention_watch* watch : mine->watches)
        watch->watch(static_cast<int>(own[w].first_scored), static_cast<int>(own[w].scored));
      windows.copy(0, w, length, std::span(mine->memory->inputs).first(length),
                   std::span(mine->memory->targets).first(length));
      model.forward(mine->memory->inputs.data(), mine->memory->targets.data(), mine->tables, mine->memory->pass_memory);
      for (std::size_t l = 0; l < layers; ++l)
        std::ranges::copy(mine->watches[l]->heads(),
                          of_windows.begin() + static_cast<std::ptrdiff_t>((of_batch * layers + l) * heads));
    });
    allgather(p.together, std::span(of_windows), count);
    for (std::size_t w = 0; w < count; ++w) {  // in their order, whoever read them
      for (std::size_t k = 0; k < layers * heads; ++k) sums[k].add(of_windows[w * layers * heads + k]);
      targets += static_cast<double>(own[first + w].scored);
    }
    stop_together(p.together, [&] {
      if (progress) progress(static_cast<double>(first + count) / static_cast<double>(own.count()));
    });
  }

  attention_record record{static_cast<int>(layers), static_cast<int>(heads), {}, {}};
  for (const watched_head& h : sums) {
    for (std::size_t f = 0; f < attention_facts; ++f)
      record.facts.push_back(f == static_cast<std::size_t>(attention_fact::largest_logit) ? h.facts[f]
                                                                                          : h.facts[f] / targets);
    for (std::size_t b = 0; b < distance_bands; ++b)
      record.logits.push_back(h.pairs[b] > 0 ? h.logits[b] / h.pairs[b] : std::numeric_limits<double>::quiet_NaN());
  }
  return record;
}

}  // namespace lengthwise
