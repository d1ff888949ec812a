#include "experiments/bench/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "core/attention/registry.hpp"
#include "core/evaluation/evaluator.hpp"
#include "core/kernels/kernels.hpp"
#include "core/model/flops.hpp"
#include "core/parallel/workers.hpp"
#include "core/tensor/arena.hpp"
#include "core/text/corpus.hpp"
#include "core/text/synthetic.hpp"
#include "core/text/text_batches.hpp"
#include "core/training/trainer.hpp"
#include "experiments/bench/kernel_clock.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/studies/plan.hpp"

namespace lengthwise {
namespace {

double seconds_of(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

const corpus& text() {
  static const corpus synthetic_text = corpus_of("synthetic", synthetic::text(1), {}, byte_tokenizer());
  return synthetic_text;
}
std::unique_ptr<trainer> make_trainer(const benchmark_size& size, std::string_view encoding, int threads) {
  return std::make_unique<trainer>(size.model, size.train, make_encoding(encoding),
                                   std::make_shared<drawn_windows>(text().train(), 1), 1, threads);
}

}  // namespace

spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  return {values[values.size() / 2], values.front(), values.back()};
}

const benchmark_size* find_benchmark_size(std::string_view name) {
  constexpr int steps = 1'000'000;
  static const benchmark_size sizes[] = {
      {"tiny",
       {.layers = 2, .width = 64, .heads = 4, .feed_forward = 256},
       {.length = 64, .batch = 32, .steps = steps}},
      {"small",
       {.layers = 4, .width = 128, .heads = 4, .feed_forward = 512},
       {.length = 128, .batch = 32, .steps = steps}},
      {"base",
       {.layers = 6, .width = 256, .heads = 8, .feed_forward = 1024},
       {.length = 256, .batch = 16, .steps = steps}},
  };
  for (const benchmark_size& size : sizes)
    if (size.name == name) return &size;
  return nullptr;
}

std::vector<product_rate> measure_products(const benchmark_size& size, numerics back_end, int threads, int repeats) {
  const int tokens = size.train.batch / size.train.shards * size.train.length, width = size.model.width,
            hidden_width = size.model.feed_forward;
  constexpr operand plain = operand::plain, transposed = operand::transposed;
  std::vector<product_rate> all;
  for (const auto& [inputs, outputs] : {std::pair{width, 3 * width},
                                        {width, width},
                                        {width, hidden_width},
                                        {hidden_width, width},
                                        {width, vocabulary_size}}) {
    all.push_back({tokens, outputs, inputs, plain, plain, 0});
    all.push_back({tokens, inputs, outputs, plain, transposed, 0});
    all.push_back({inputs, outputs, tokens, transposed, plain, 0});
  }
  const numerics before = selected_numerics();
  use_numerics(back_end);
  workers pool(threads);
  for (product_rate& p : all) {
    const auto count = [](int rows, int columns) {
      return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    };
    std::vector<buffer> memory;
    for (int t = 0; t < threads; ++t) {
      memory.emplace_back(count(p.rows, p.inner)), memory.emplace_back(count(p.inner, p.columns)),
          memory.emplace_back(count(p.rows, p.columns));
      for (std::size_t i = 0; i < 2; ++i) {
        buffer& b = memory[memory.size() - 3 + i];
        for (std::size_t n = 0; n < b.size(); ++n) b.data()[n] = static_cast<real>(n % 7) - 3;
      }
    }
    const double flops = 2.0 * p.rows * p.columns * p.inner;
    const int calls = std::max(1, static_cast<int>(2e8 / flops));
    const auto call = [&](int task, int) {
      const std::size_t own = 3 * static_cast<std::size_t>(task);
      for (int i = 0; i < calls; ++i)
        detail::multiply({p.rows, p.columns, p.inner, memory[own].data(), p.a == plain ? p.inner : p.rows, p.a,
                          memory[own + 1].data(), p.b == plain ? p.columns : p.inner, p.b, memory[own + 2].data(),
                          p.columns, false});
    };
    pool.for_each(threads, call);
    std::vector<double> rates;
    for (int repeat = 0; repeat < repeats; ++repeat)
      rates.push_back(threads * calls * flops / seconds_of([&] { pool.for_each(threads, call); }) / 1e9);
    p.gflops = spread_of(rates).median;
  }
  select_numerics(before);
  return all;
}
double joint_rate(const std::vector<product_rate>& products) {
  double flops = 0, time = 0;
  for (const product_rate& p : products) {
    const double own = 2.0 * p.rows * p.columns * p.inner;
    flops += own, time += own / p.gflops;
  }
  return flops / time;
}

std::vector<step_measurement> measure_steps(const benchmark_size& size, const std::vector<std::string_view>& encodings,
                                            int threads, int repeats) {
  std::vector<std::unique_ptr<trainer>> trainers;
  for (const std::string_view encoding : encodings) trainers.push_back(make_trainer(size, encoding, threads));
  std::vector<std::vector<double>> times(encodings.size());
  for (int repeat = -1; repeat < repeats; ++repeat)  // the first warms up
    for (std::size_t i = 0; i < trainers.size(); ++i) {
      const double seconds = seconds_of([&] { trainers[i]->step(); });
      if (repeat >= 0) times[i].push_back(1e3 * seconds);
    }
  std::vector<step_measurement> result;
  const double flops = flops_per_token(size.model, size.train.length) * size.train.batch * size.train.length;
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    const spread s = spread_of(times[i]);
    result.push_back({encodings[i], s, flops / s.median / 1e6});
  }
  return result;
}

std::map<std::string, double> measure_shares(const benchmark_size& size, std::string_view encoding) {
  const std::unique_ptr<trainer> t = make_trainer(size, encoding, 1);
  t->step();
  const kernel_clock clock;
  const double whole = seconds_of([&] {
    for (int i = 0; i < 3; ++i) t->step();
  });
  std::map<std::string, double> shares = clock.seconds();
  double rest = 1;
  for (auto& [kind, seconds] : shares) seconds /= whole, rest -= seconds;
  shares["other"] = rest;
  return shares;
}

std::vector<evaluation_measurement> measure_evaluation(const benchmark_size& size, std::string_view encoding,
                                                       const std::vector<std::string>& views,
                                                       const std::vector<int>& lengths, int threads, int repeats) {
  const std::unique_ptr<trainer> t = make_trainer(size, encoding, threads);
  std::vector<std::unique_ptr<view>> readings;
  for (const std::string& name : views) readings.push_back(make_view(name));
  std::vector<evaluation_measurement> result;
  for (const int length : lengths) {
    evaluate_config c;
    const int windows = std::max(2 * threads, 32768 / length);
    c.lengths = {length}, c.targets = windows * length;
    if (static_cast<std::size_t>(c.targets) >= text().train().size()) break;
    std::vector<std::vector<double>> rates(views.size());
    for (int repeat = -1; repeat < repeats; ++repeat)
      for (std::size_t v = 0; v < readings.size(); ++v) {
        const double seconds = seconds_of([&] {
          evaluate(t->model(), text().train(), c, {length, protocol::non_overlapping, readings[v].get()}, threads);
        });
        if (repeat >= 0) rates[v].push_back(c.targets / seconds);
      }
    for (std::size_t v = 0; v < views.size(); ++v) {
      const spread s = spread_of(rates[v]);
      result.push_back({views[v], length, s, flops_per_token(size.model, length) / 3 * s.median / 1e9});
    }
  }
  return result;
}

}  // namespace lengthwise
