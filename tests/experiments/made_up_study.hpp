// A study whose results nobody trained, as its files lie in a folder.
#pragma once
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/experiments/program.hpp"

namespace lengthwise::testing {

struct made_up_cell {
  std::string encoding = "rope";
  int seed = 1;
  nlohmann::json varied = nlohmann::json::object();
  std::vector<std::pair<int, double>> perplexities{{64, 4.0}, {128, 5.0}};  // of lengths
  std::string text = "ef";                                                  // its digest, by which it is known
};

inline nlohmann::json made_up_result(const made_up_cell& c) {
  nlohmann::json evaluation = nlohmann::json::array();
  for (const auto& [length, perplexity] : c.perplexities)
    evaluation.push_back({{"length", length},
                          {"protocol", "sliding"},
                          {"stride", 8},
                          {"extension", "none"},
                          {"status", "ok"},
                          {"targets", 1000},
                          {"nll", std::log(perplexity)},
                          {"nll_standard_error", 0.01},
                          {"perplexity", perplexity},
                          {"bits_per_byte", std::log2(perplexity)}});
  return {{"schema", 1},
          {"config_hash", "ab"},
          {"digest", "cd"},
          {"encoding", c.encoding},
          {"seed", c.seed},
          {"parameters", 10},
          {"corpus", {{"name", "text"}, {"sha256", c.text}}},
          {"train", {{"length", 64}, {"steps", 1}, {"tokens", 1}, {"final_loss", 1.0}, {"seconds", 1.0}}},
          {"evaluation", evaluation}};
}

// Cell i lies in the folder "cell<i>".
struct made_up_study : folder {
  nlohmann::json study{{"schema", 1}, {"name", "made up"}, {"question", ""}, {"cells", nlohmann::json::array()}};

  void add(const made_up_cell& c) {
    const std::string name = "cell" + std::to_string(study["cells"].size());
    nlohmann::json config = c.varied;
    config["encoding.type"] = c.encoding, config["seed"] = c.seed;
    study["cells"].push_back({{"folder", name}, {"config_hash", "ab"}, {"varied", c.varied}, {"config", config}});
    std::filesystem::create_directories(path / name);
    write(name + "/result.json", made_up_result(c).dump());
    write("study.json", study.dump());
  }
};

}  // namespace lengthwise::testing
