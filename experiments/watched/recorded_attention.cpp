#include "experiments/watched/recorded_attention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "core/storage/printable.hpp"
#include "experiments/records/losses.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr auto largest = static_cast<std::size_t>(attention_fact::largest_logit);

recorded_attention read(const fs::path& file, int length, std::string windows) {
  auto facts = read_npy<double>(file);
  if (facts.shape.size() != 3 || facts.shape[2] != attention_facts)
    throw damaged_file(fmt::format("{}: not [layers, heads, {}]", printable(file.string(), 1000), attention_facts));
  return {length, std::move(windows), facts.shape[0], facts.shape[1], std::move(facts.values)};
}

// Of the same length and windows. The mean of each fact; of the largest logit too, for seeds are other models.
recorded_attention mean_of(std::vector<recorded_attention> seeds) {
  recorded_attention mean = std::move(seeds.front());
  for (std::size_t s = 1; s < seeds.size(); ++s)
    std::ranges::transform(mean.facts, seeds[s].facts, mean.facts.begin(), std::plus<>());
  for (double& fact : mean.facts) fact /= static_cast<double>(seeds.size());
  return mean;
}

}  // namespace

facts_of_attention recorded_attention::over_heads(std::size_t begin, std::size_t end) const {
  facts_of_attention all{};
  for (std::size_t layer = begin; layer < end; ++layer)
    for (std::size_t h = 0; h < heads; ++h)
      for (std::size_t f = 0; f < attention_facts; ++f) {
        const double own = at(layer, h, static_cast<attention_fact>(f));
        all[f] = f != largest               ? all[f] + own / static_cast<double>(heads * (end - begin))
                 : layer == begin && h == 0 ? own
                                            : std::max(all[f], own);
      }
  return all;
}

std::vector<recorded_attention> recorded_attentions(const fs::path& cell) {
  std::vector<recorded_attention> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(cell / "attention", none)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".npy" || name.ends_with("-logits")) continue;
    all.push_back(read(entry.path(), std::atoi(name.c_str()), name.substr(std::min(name.find('-') + 1, name.size()))));
  }
  std::ranges::sort(all, {}, [](const recorded_attention& r) { return std::pair(r.length, r.windows); });
  return all;
}

std::vector<recorded_attention> attention_of(const curve& c) {
  std::map<protocol, std::map<int, std::vector<recorded_attention>>> seeds;
  for (const finished_cell& cell : c.cells)
    for (const evaluation_record& e : cell.result.evaluation) {
      const fs::path file = cell.path / "attention" / losses_file("", e.length, e.protocol, c.extension).filename();
      if (e.extension != c.extension || !fs::exists(file)) continue;
      try {
        std::vector<recorded_attention>& own = seeds[e.protocol][e.length];
        recorded_attention found = read(file, e.length, std::string(name_of(e.protocol)));
        if (own.empty() || own.front().facts.size() == found.facts.size()) own.push_back(std::move(found));
      } catch (const error&) {
        continue;
      }
    }
  std::vector<recorded_attention> all;
  if (seeds.empty()) return all;
  const auto fixed = seeds.find(protocol::fixed_targets);
  for (auto& [length, own] : fixed != seeds.end() ? fixed->second : seeds.begin()->second)
    if (!own.empty()) all.push_back(mean_of(std::move(own)));
  return all;
}

}  // namespace lengthwise
