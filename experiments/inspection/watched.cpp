#include "experiments/inspection/watched.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numbers>
#include <vector>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "core/storage/printable.hpp"
#include "core/terms/attention_watch.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

std::string watched_text(const fs::path& cell) {
  std::vector<std::pair<int, fs::path>> files;  // by length
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(cell / "attention", none))
    if (const std::string name = entry.path().stem().string();
        entry.path().extension() == ".npy" && !name.ends_with("-logits"))
      files.emplace_back(std::atoi(name.c_str()), entry.path());
  if (files.empty()) return "";
  std::ranges::sort(files);
  text_grid grid{{"length and targets", "layer", "entropy, bits", "keys in effect", "first key", "beyond L",
                  "mean distance", "largest logit"}};
  for (const auto& [length, file] : files) {
    const auto facts = read_npy<double>(file);
    if (facts.shape.size() != 3 || facts.shape[2] != attention_facts)
      throw damaged_file(fmt::format("{}: not [layers, heads, {}]", printable(file.string(), 1000), attention_facts));
    const std::size_t heads = facts.shape[1];
    for (std::size_t layer = 0; layer < facts.shape[0]; ++layer) {
      std::array<double, attention_facts> of_layer{};
      const auto largest = static_cast<std::size_t>(attention_fact::largest_logit);
      for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t f = 0; f < attention_facts; ++f) {
          const double own = facts.values[(layer * heads + h) * attention_facts + f];
          of_layer[f] = f != largest ? of_layer[f] + own / static_cast<double>(heads)
                        : h == 0     ? own
                                     : std::max(of_layer[f], own);
        }
      grid.push_back({layer == 0 ? printable(file.stem().string()) : "", fmt::format("{}", layer + 1)});
      for (std::size_t f = 0; f < attention_facts; ++f)
        grid.back().push_back(fmt::format("{:.3g}", f == 0 ? of_layer[f] / std::numbers::ln2 : of_layer[f]));
    }
  }
  return "what attention did, means over heads (the largest logit of all)\n" + drawn(grid);
}

}  // namespace lengthwise
