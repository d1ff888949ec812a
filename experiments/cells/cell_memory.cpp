#include "experiments/cells/cell_memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/evaluation/window_losses.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/model/transformer.hpp"
#include "core/training/trainer.hpp"
#include "experiments/system/allocation.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view
    smaller_model = "make model, train.batch or train.length smaller, or run fewer --jobs or --threads",
    shorter_lengths = "make evaluate.lengths shorter, or run fewer --jobs or --threads",
    fewer_losses =
        "make evaluate.targets smaller or evaluate.stride larger, or leave out the longest of evaluate.lengths";

double parameters_of(const cell_config& c) {
  return sizeof(real) * static_cast<double>(parameter_layout(c.model, *c.encoding, c.train.length).count());
}

// A checkpoint's three buffers once as records and once as the file's bytes.
memory_need saving(const cell_config& c) { return {2 * 3 * parameters_of(c), smaller_model}; }

// Tables of positions and every thread's windows, of one length read by one view.
double reading(const cell_config& c, int length, const view& v, int threads) {
  const attention_places places = v.places({c.window_of(length), c.train.length});
  if (furthest_position(places) >= c.encoding_at_end()->domain(c.model.extents(c.train.length))) return 0;
  const int group = std::max(1, tokens_at_once / places.time());
  const position_tables tables = counted_tables(c.model, *c.encoding_at_end(), c.train.length, places);
  const auto each = static_cast<double>(activations::count(c.model, tables, group, pass::evaluation));
  return threads * each * sizeof(real) + static_cast<double>(tables.bytes());
}

// One length, and the losses of all targets, which are kept and then copied into the file.
memory_need evaluating(const cell_config& c, int length, int threads, std::size_t there) {
  const double targets = std::min(static_cast<double>(c.evaluate.targets), static_cast<double>(there));
  double losses = 0, windows = 0;
  for (const protocol cut : c.evaluate.protocols) {
    const double scored = cut == protocol::non_overlapping ? length : std::min(c.evaluate.stride, length),
                 count = c.corpus.is_task() ? c.corpus.task.items : targets / scored + 1;
    losses = std::max(losses, 2 * sizeof(float) * count * c.window_of(length));
  }
  for (const std::string& name : c.evaluate.views)
    if (const std::unique_ptr<view> v = c.view_named(name); view_problem(*v, *c.encoding_at_end()).empty())
      windows = std::max(windows, reading(c, length, *v, threads));
  if (windows == 0) return {};
  return {windows + losses, windows > losses ? shorter_lengths : fewer_losses};
}

memory_need larger(const memory_need& a, const memory_need& b) { return a.bytes < b.bytes ? b : a; }

memory_need with_evaluation(const memory_need& base, const cell_config& c, int threads, std::size_t there) {
  memory_need beside = saving(c);
  for (const int length : c.evaluate.lengths) beside = larger(beside, evaluating(c, length, threads, there));
  return {base.bytes + beside.bytes, larger(base, beside).advice};
}

}  // namespace

memory_need cell_memory(const cell_config& c, processors p, std::size_t there) {
  const auto training =
      static_cast<double>(trainer::memory(c.model, c.train, *c.encoding, p, *c.view_named(c.train.view.view())));
  return with_evaluation({training, smaller_model}, c, p.threads, there);
}

memory_need evaluation_memory(const cell_config& c, int threads, std::size_t there) {
  return with_evaluation({parameters_of(c), shorter_lengths}, c, threads, there);
}

double available_memory() {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream information("/proc/meminfo");
  for (std::string line; std::getline(information, line);)
    if (line.starts_with("MemAvailable:")) least = std::min(least, 1024 * std::strtod(line.c_str() + 13, nullptr));
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    least = std::min(least, static_cast<double>(limit.rlim_cur));
  return std::min(least, limits_of_groups().bytes);
}

}  // namespace lengthwise
