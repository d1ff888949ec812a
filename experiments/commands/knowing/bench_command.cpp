#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/kernels/kernels.hpp"
#include "core/tensor/openblas.hpp"
#include "experiments/bench/benchmark.hpp"
#include "experiments/bench/learning.hpp"
#include "experiments/bench/multiply_add_rate.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/commands/knowing/bench_plan.hpp"
#include "experiments/records/manifest.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

using json = nlohmann::ordered_json;

json json_of(const spread& s) { return {{"median", s.median}, {"least", s.least}, {"most", s.most}}; }

json products_json(const benchmark_size& size, numerics back_end, const bench_plan& plan) {
  const std::vector<product_rate> products = measure_products(size, back_end, plan.threads, plan.repeats);
  json shapes = json::array();
  for (const product_rate& p : products)
    shapes.push_back({{"rows", p.rows},
                      {"columns", p.columns},
                      {"inner", p.inner},
                      {"a_transposed", p.a == operand::transposed},
                      {"b_transposed", p.b == operand::transposed},
                      {"gflops", p.gflops}});
  return {{"of", size.name},
          {"back_end", back_end == numerics::portable ? "portable" : "openblas"},
          {"core_type", back_end == numerics::portable ? std::string(kernels().name) : openblas_core()},
          {"gflops", joint_rate(products)},
          {"shapes", shapes}};
}

// One word of a shell, whatever is in it.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

// OpenBLAS chooses its kernels when a program starts, so other core types are measured in processes of their own.
json openblas_elsewhere(const std::string& core_type, const bench_plan& plan) {
  std::string command =
      fmt::format("OPENBLAS_CORETYPE={} {} bench --json --openblas parts=products sizes={} threads={} repeats={}",
                  core_type, shell_word(std::filesystem::read_symlink("/proc/self/exe").string()),
                  fmt::join(plan.sizes, ","), plan.threads, plan.repeats);
  for (const std::string& word : plan.settings) command += " " + shell_word(word);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return json::array();
  std::string text;
  std::array<char, 4096> piece;
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) text.append(piece.data(), n);
  pclose(pipe);
  const json parsed = json::parse(text, nullptr, false);
  return parsed.is_array() ? parsed : json::array();
}

json learning_json(const benchmark_size& size, const bench_plan& plan) {
  json part{{"of", size.name}, {"recipes", json::array()}};
  const auto told = [](std::string_view what) { tell("{}\n", what); };
  for (const learning_measurement& m : measure_learning(size, plan.settings, plan.steps, plan.threads, told)) {
    json recipe{{"recipe", m.recipe}, {"runs", json::array()}, {"seconds_to", json::array()}};
    for (const learning_run& run : m.runs)
      recipe["runs"].push_back({{"steps", run.steps}, {"seconds", json_of(run.seconds)}, {"bits", json_of(run.bits)}});
    for (const double bits : plan.bits) {
      const std::optional<double> seconds = seconds_to(m, bits);
      recipe["seconds_to"].push_back({{"bits", bits}, {"seconds", seconds ? json(*seconds) : json(nullptr)}});
    }
    part["recipes"].push_back(recipe);
  }
  return part;
}

json measure(const bench_plan& plan) {
  json report;
  report["machine"] = {{"processor", processor_name()},
                       {"threads", plan.threads},
                       {"kernels", kernels().name},
                       {"openblas_core", openblas_core()}};
  if (plan.has("limits"))
    report["multiply_add_gflops"] = {{"one_thread", multiply_add_rate(1)},
                                     {"all_threads", multiply_add_rate(plan.threads)}};
  std::map<std::string, double> portable_rate;
  if (plan.has("products")) {
    report["products"] = json::array();
    for (const std::string& name : plan.sizes) {
      report["products"].push_back(products_json(plan.size(name), numerics::portable, plan));
      portable_rate[name] = report["products"].back()["gflops"];
    }
    for (const char* core_type : {"Haswell", "SkylakeX"})
      for (json& part : openblas_elsewhere(core_type, plan)) report["products"].push_back(std::move(part));
  }
  if (plan.has("steps"))
    for (const std::string& name : plan.sizes) {
      const step_measurement s = measure_steps(plan.size(name), {plan.one_encoding()}, plan.threads, plan.repeats)[0];
      json step{{"size", name},
                {"encoding", s.encoding},
                {"milliseconds", s.milliseconds.median},
                {"least", s.milliseconds.least},
                {"most", s.milliseconds.most},
                {"useful_gflops", s.useful_gflops}};
      if (portable_rate.contains(name)) step["share_of_products_rate"] = s.useful_gflops / portable_rate[name];
      report["steps"].push_back(step);
    }
  if (plan.has("encodings")) {
    std::vector<std::string_view> names{"none"};
    for (const std::string& name : plan.encodings)
      if (name != "none") names.push_back(name);
    const std::vector<step_measurement> all = measure_steps(plan.size("small"), names, plan.threads, plan.repeats);
    for (const step_measurement& s : all)
      report["encodings"].push_back({{"encoding", s.encoding},
                                     {"step", json_of(s.milliseconds)},
                                     {"against_none", s.milliseconds.median / all[0].milliseconds.median}});
  }
  if (plan.has("shares"))
    for (const std::string& name : plan.sizes)
      report["shares"].push_back(
          {{"of", name}, {"encoding", "rope"}, {"share", measure_shares(plan.size(name), "rope")}});
  if (plan.has("evaluation"))
    for (const evaluation_measurement& e : measure_evaluation(plan.size("small"), plan.one_encoding(), plan.views,
                                                              plan.lengths, plan.threads, std::min(3, plan.repeats)))
      report["evaluation"].push_back({{"view", e.view},
                                      {"length", e.length},
                                      {"tokens_per_second", json_of(e.tokens_per_second)},
                                      {"useful_gflops", e.useful_gflops}});
  if (plan.has("learning"))
    for (const std::string& name : plan.sizes)
      report["learning"].push_back(learning_json(*find_benchmark_size(name), plan));
  return report;
}

void print_learning(const json& part) {
  show("\nlearning of {}, validation bits and seconds of training\n", part["of"].get<std::string>());
  for (const json& recipe : part["recipes"]) {
    show("{}\n", recipe["recipe"].get<std::string>());
    for (const json& run : recipe["runs"])
      show("  {:>7} steps {:>8.3f} bits{:>9.1f} s\n", run["steps"].get<int>(), run["bits"]["median"].get<double>(),
           run["seconds"]["median"].get<double>());
    for (const json& to : recipe["seconds_to"])
      show("  to {} bits {}\n", to["bits"].get<double>(),
           to["seconds"].is_null() ? "not reached" : fmt::format("{:.1f} s", to["seconds"].get<double>()));
  }
}

void print(const json& report) {
  const auto number = [](const json& j) { return j.get<double>(); };
  show("{}, {} threads, kernels {}\n", report["machine"]["processor"].get<std::string>(),
       report["machine"]["threads"].get<int>(), report["machine"]["kernels"].get<std::string>());
  if (report.contains("multiply_add_gflops"))
    show("fused multiply-adds: {:.0f} GFLOP/s on one thread, {:.0f} on all\n",
         number(report["multiply_add_gflops"]["one_thread"]), number(report["multiply_add_gflops"]["all_threads"]));
  if (report.contains("products")) {
    show("\nproducts at the shapes of one step, all threads\n{:<7}{:<10}{:<10}{:>9}\n", "size", "back end", "core",
         "GFLOP/s");
    for (const json& p : report["products"])
      show("{:<7}{:<10}{:<10}{:>9.0f}\n", p["of"].get<std::string>(), p["back_end"].get<std::string>(),
           p["core_type"].get<std::string>(), number(p["gflops"]));
  }
  if (report.contains("steps")) {
    show("\ntraining step\n{:<7}{:>9}{:>17}{:>9}{:>20}\n", "size", "ms", "least .. most", "GFLOP/s",
         "share of products");
    for (const json& s : report["steps"])
      show("{:<7}{:>9.1f}{:>17}{:>9.0f}{:>20}\n", s["size"].get<std::string>(), number(s["milliseconds"]),
           fmt::format("{:.1f} .. {:.1f}", number(s["least"]), number(s["most"])), number(s["useful_gflops"]),
           s.contains("share_of_products_rate") ? fmt::format("{:.2f}", number(s["share_of_products_rate"])) : "");
  }
  if (report.contains("encodings")) {
    show("\ntraining step of small by encoding\n{:<16}{:>9}{:>14}\n", "encoding", "ms", "against none");
    for (const json& e : report["encodings"])
      show("{:<16}{:>9.1f}{:>14.2f}\n", e["encoding"].get<std::string>(), number(e["step"]["median"]),
           number(e["against_none"]));
  }
  if (report.contains("shares"))
    for (const json& s : report["shares"]) {
      show("\nwhere a step of {} goes, one thread\n", s["of"].get<std::string>());
      for (const auto& [kind, share] : s["share"].items())
        show("  {:<12}{:>6.1f} %\n", kind, 100 * share.get<double>());
    }
  if (report.contains("learning"))
    for (const json& part : report["learning"]) print_learning(part);
  if (report.contains("evaluation")) {
    show("\nevaluation of small\n{:<16}{:>7}{:>14}{:>9}\n", "view", "length", "tokens/s", "GFLOP/s");
    for (const json& e : report["evaluation"])
      show("{:<16}{:>7}{:>14.0f}{:>9.0f}\n", e["view"].get<std::string>(), e["length"].get<int>(),
           number(e["tokens_per_second"]["median"]), number(e["useful_gflops"]));
  }
}

int bench(const arguments& a) {
  const bench_plan plan = read_bench_plan(a.words);
  if (a.has("--openblas")) {
    json products = json::array();
    for (const std::string& name : plan.sizes)
      products.push_back(products_json(plan.size(name), numerics::openblas, plan));
    show("{}\n", products.dump());
    return 0;
  }
  const json report = measure(plan);
  if (a.has("--json"))
    show("{}\n", report.dump(1, ' ', true));
  else
    print(report);
  return 0;
}

}  // namespace

command bench_command() {
  return {
      "bench",
      "[KEY=VALUE ...]",
      "Measure this machine's limits, training steps and evaluation",
      "Keys: sizes=tiny,small,base  encodings=rope,alibi,...  repeats=7  threads=2\n"
      "      parts=limits,products,steps,encodings,shares,evaluation  lengths=128,512,2048,8192\n"
      "      views=raw,rerope,...  KEY=VALUE of [model], [attention] and [train]\n"
      "Medians of the repeats after a warm-up. Keep the machine otherwise idle.\n\n"
      "parts=learning trains each size on a text by every combination of a config's keys and says the seconds to a\n"
      "loss; its keys: steps=200,400,800 (a run for each)  bits=2.2,2.0,1.9  seed=1,2,3 (medians)  KEY=VALUE,...\n\n"
      "Example:\n  lengthwise bench sizes=small parts=products,steps\n"
      "  lengthwise bench parts=evaluation attention.kind=linear lengths=512,4096,65536\n"
      "  lengthwise bench parts=learning sizes=small corpus.name=kjv train.rate=4e-3 train.optimizer=adamw,muon",
      0,
      static_cast<std::size_t>(-1),
      {{"--json", "", "print everything as JSON"}, {"--openblas", "", "only OpenBLAS's products, as JSON", true}},
      bench};
}

}  // namespace lengthwise
