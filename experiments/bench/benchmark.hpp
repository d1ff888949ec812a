// Measures the program on this machine: the limits, the products, training steps, where their time goes, evaluation.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/model_config.hpp"
#include "core/tensor/contract.hpp"
#include "core/training/train_config.hpp"

namespace lengthwise {

struct benchmark_size {
  std::string_view name;
  model_config model;
  train_config train;  // of which no step is the last
};
// tiny, small and base; null for another name.
const benchmark_size* find_benchmark_size(std::string_view name);

struct spread {  // of repeated measurements
  double median, least, most;
};
spread spread_of(std::vector<double> values);

struct product_rate {
  int rows, columns, inner;
  operand a, b;
  double gflops;  // all threads at once, each its own product; median
};
// The products of one training step of a size at the shapes of one shard.
std::vector<product_rate> measure_products(const benchmark_size&, numerics, int threads, int repeats);
// All of them by the time that each takes: the rate that a step of nothing but products would reach.
double joint_rate(const std::vector<product_rate>&);

struct step_measurement {
  std::string_view encoding;
  spread milliseconds;
  double useful_gflops;  // of the median: multiplications and additions that the model's definition asks for
};
// Several encodings' steps in turn, so that a machine whose speed drifts is fair to all. On the synthetic text.
std::vector<step_measurement> measure_steps(const benchmark_size&, const std::vector<std::string_view>& encodings,
                                            int threads, int repeats);

// Shares of one thread's step in each kind of kernel, and "other".
std::map<std::string, double> measure_shares(const benchmark_size&, std::string_view encoding);

struct evaluation_measurement {
  std::string_view view;
  int length;
  spread tokens_per_second;
  double useful_gflops;
};
// Windows side by side, read by each of the views in turn. The views are names as evaluate.views has them, which can
// read what the encoding does in whole windows.
std::vector<evaluation_measurement> measure_evaluation(const benchmark_size&, std::string_view encoding,
                                                       const std::vector<std::string>& views,
                                                       const std::vector<int>& lengths, int threads, int repeats);

}  // namespace lengthwise
