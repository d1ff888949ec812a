#include "experiments/watched/attention_table.hpp"

#include <fmt/format.h>

#include <numbers>
#include <string_view>

#include "core/storage/printable.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"
#include "experiments/watched/recorded_attention.hpp"

namespace lengthwise {
namespace {

constexpr std::array<std::string_view, attention_facts> titles{"entropy",  "keys in effect", "first key",
                                                               "beyond L", "distance",       "top logit"};

std::vector<std::string> row(std::vector<std::string> first, const facts_of_attention& facts) {
  for (std::size_t f = 0; f < attention_facts; ++f)
    first.push_back(fmt::format("{:.3g}", f == 0 ? facts[f] / std::numbers::ln2 : facts[f]));
  return first;
}

}  // namespace

std::string attention_text(const std::filesystem::path& cell) {
  const std::vector<recorded_attention> all = recorded_attentions(cell);
  if (all.empty()) return "";
  text_grid grid{{"length and targets", "layer"}};
  grid[0].insert(grid[0].end(), titles.begin(), titles.end());
  for (const recorded_attention& r : all)
    for (std::size_t layer = 0; layer < r.layers; ++layer)
      grid.push_back(
          row({layer == 0 ? fmt::format("{}-{}", r.length, printable(r.windows)) : "", fmt::format("{}", layer + 1)},
              r.over_heads(layer, layer + 1)));
  return "what attention did, means over heads (the top logit of all); entropy in bits\n" + drawn(grid);
}

std::string attention_text(const curve& c) {
  const std::vector<recorded_attention> all = attention_of(c);
  if (all.empty()) return "";
  text_grid grid{{"length"}};
  grid[0].insert(grid[0].end(), titles.begin(), titles.end());
  for (const recorded_attention& r : all) grid.push_back(row({grouped(r.length)}, r.over_heads(0, r.layers)));
  return fmt::format("what attention did ({}), means over layers and heads; entropy in bits\n{}",
                     printable(all.front().windows), drawn(grid));
}

}  // namespace lengthwise
