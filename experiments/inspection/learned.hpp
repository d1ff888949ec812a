// What a trained model's attention has learned: the bias of each layer and head against distance, and the numbers that
// it follows from.
#pragma once
#include <string>
#include <vector>

#include "core/model/transformer.hpp"

namespace lengthwise {

struct learned_attention {
  // Of one layer; of all where they share it.
  struct layer {
    std::string name;                       // "layer 1", "all layers"
    std::vector<std::vector<double>> bias;  // [heads][length], of distances 0, 1, ...; empty without a bias
    std::vector<std::pair<std::string, std::vector<double>>> numbers;  // [heads] each: parameters of one number a head
    std::vector<double> half_lives;  // [heads]: tokens after which a gate at its bias alone halves a weight; or empty
  };
  std::string encoding;
  std::vector<layer> layers;
};
learned_attention learned_by(const transformer&, int length);

std::string learned_text(const learned_attention&);
std::string learned_json(const learned_attention&);

}  // namespace lengthwise
