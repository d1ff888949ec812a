// What a trained model's attention did with the scored targets of an evaluation: for each layer and head.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "core/evaluation/evaluator.hpp"
#include "core/terms/attention_watch.hpp"

namespace lengthwise {

struct attention_record {
  int layers = 0, heads = 0;
  std::vector<double> facts;   // [layers, heads, attention_facts]: means over targets; the largest logit of all
  std::vector<double> logits;  // [layers, heads, distance_bands]: mean logits; NaN where no pair is so far apart
};

// Of the same windows as evaluate(). For attention with a softmax of each head's own logits.
attention_record watch_attention(const transformer&, std::span<const token_id> text, const evaluate_config&,
                                 evaluation_request, processors, const std::function<void(double)>& progress = {});

}  // namespace lengthwise
