#include "experiments/inspection/learned.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/attention/learned_choices.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {
namespace {

constexpr hook of_pairs = hook::bias | hook::bias_at | hook::bucket | hook::network;

// Parameters of a block that are one number a head.
void add_numbers(learned_attention::layer& l, const std::string& prefix, std::span<const parameter> learned,
                 const real* at, int heads) {
  for (const parameter& p : learned) {
    if (p.per_head && p.count_each() == 1)
      l.numbers.emplace_back(prefix + std::string(p.name), std::vector<double>(at, at + heads));
    at += p.count(heads);
  }
}

learned_attention::layer layer_of(const transformer& model, int index, int length) {
  const model_extents& x = model.extents();
  const encoding& e = model.positions().of_layer(index);
  const parameter_blocks<const real> blocks = model.layout().layer(model.parameters(), index).attention;
  learned_attention::layer l;
  std::size_t block = 0;
  for (; block < static_cast<std::size_t>(e.part_count()); ++block) {
    const encoding& part = e.part(static_cast<int>(block));
    const std::vector<parameter> learned = part.learned(x);
    add_numbers(l, e.part_count() > 1 ? std::string(part.name()) + "." : "", learned, blocks[block], x.heads);
    if (part.gated())
      for (const double bias : l.numbers.back().second)
        l.half_lives.push_back(std::log(0.5) / part.log_gate(bias, x.head_width()));
    if (!any_of(part.hooks(), of_pairs)) continue;
    l.bias.resize(static_cast<std::size_t>(x.heads));
    for (head h{0, x.heads}; h.index < h.count; ++h.index) {
      std::vector<double>& curve = l.bias[static_cast<std::size_t>(h.index)];
      curve.resize(static_cast<std::size_t>(length));
      for (int n = 0; n < length; ++n)
        curve[static_cast<std::size_t>(n)] +=
            part.logit_bias(x, blocks[block], h, {double(length - 1)}, {double(length - 1 - n)});
    }
  }
  for (const std::vector<parameter>& learned : learned_choices(model.config().attention.of_layer(index)))
    add_numbers(l, "attention.", learned, blocks[block++], x.heads);
  return l;
}

std::string number(double x) { return fmt::format("{:.3g}", x); }

}  // namespace

learned_attention learned_by(const transformer& model, int length) {
  learned_attention all{std::string(model.positions().name()), {}};
  const bool shared = model.layout().set_count() == 1;
  for (int i = 0; i < (shared ? 1 : model.config().layers); ++i) {
    all.layers.push_back(layer_of(model, i, length));
    all.layers.back().name = shared ? "all layers" : fmt::format("layer {}", i + 1);
  }
  return all;
}

std::string learned_text(const learned_attention& a) {
  std::string text = fmt::format("{}: what its layers have learned\n", a.encoding);
  text_grid biases, numbers;
  for (const learned_attention::layer& l : a.layers) {
    for (std::size_t h = 0; h < l.bias.size(); ++h) {
      std::vector<std::size_t> distances{0};
      for (std::size_t n = 1; n < l.bias[h].size(); n *= 4) distances.push_back(n);
      if (distances.back() + 1 != l.bias[h].size()) distances.push_back(l.bias[h].size() - 1);
      if (biases.empty()) {
        biases.push_back({"bias at distance"});
        for (const std::size_t n : distances) biases.back().push_back(fmt::format("{}", n));
      }
      biases.push_back({fmt::format("{}, head {}", l.name, h + 1)});
      for (const std::size_t n : distances) biases.back().push_back(number(l.bias[h][n]));
    }
    const auto add = [&](const std::string& name, const std::vector<double>& of_heads) {
      if (numbers.empty()) {
        numbers.push_back({"by head"});
        for (std::size_t h = 0; h < of_heads.size(); ++h) numbers.back().push_back(fmt::format("{}", h + 1));
      }
      numbers.push_back({fmt::format("{}: {}", l.name, name)});
      for (const double x : of_heads) numbers.back().push_back(number(x));
    };
    for (const auto& [name, of_heads] : l.numbers) add(name, of_heads);
    if (!l.half_lives.empty()) add("half-life of a weight by the gate's bias, tokens", l.half_lives);
  }
  if (!biases.empty()) text += "\n" + drawn(biases);
  if (!numbers.empty()) text += "\n" + drawn(numbers);
  if (biases.empty() && numbers.empty()) text += "\nNothing that is a bias of distance or one number a head.\n";
  return text;
}

std::string learned_json(const learned_attention& a) {
  nlohmann::ordered_json j{{"encoding", a.encoding}, {"layers", nlohmann::json::array()}};
  for (const learned_attention::layer& l : a.layers) {
    nlohmann::ordered_json one{{"name", l.name}, {"bias", l.bias}, {"numbers", nlohmann::json::object()}};
    for (const auto& [name, of_heads] : l.numbers) one["numbers"][name] = of_heads;
    if (!l.half_lives.empty()) one["half_lives"] = l.half_lives;
    j["layers"].push_back(std::move(one));
  }
  return j.dump(2) + "\n";
}

}  // namespace lengthwise
