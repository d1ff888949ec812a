// What attention did, as a cell's evaluations recorded it (evaluate.attention).
#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/terms/attention_watch.hpp"
#include "experiments/measured/measurements.hpp"

namespace lengthwise {

using facts_of_attention = std::array<double, attention_facts>;

struct recorded_attention {
  int length;
  std::string windows;  // the protocol, and the view where it was not raw: "fixed_targets-rerope"
  std::size_t layers, heads;
  std::vector<double> facts;  // [layers, heads, attention_facts]

  double at(std::size_t layer, std::size_t head, attention_fact f) const {
    return facts[(layer * heads + head) * attention_facts + static_cast<std::size_t>(f)];
  }
  // Means over the heads of layers begin .. end - 1; the largest logit of all.
  facts_of_attention over_heads(std::size_t begin, std::size_t end) const;
};

// All of a cell, lengths rising; none where nothing was recorded. Throws damaged_file.
std::vector<recorded_attention> recorded_attentions(const std::filesystem::path& cell);

// Of a curve's own view, lengths rising: means over its seeds, by fixed targets where they were recorded, else by the
// first protocol that was. Files that are not what was written are left out.
std::vector<recorded_attention> attention_of(const curve&);

}  // namespace lengthwise
