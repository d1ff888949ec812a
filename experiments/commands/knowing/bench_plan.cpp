#include "experiments/commands/knowing/bench_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <sstream>

#include "core/attention/registry.hpp"
#include "core/evaluation/evaluator.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/bench/learning.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/system/allocation.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {
namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

std::vector<int> whole_numbers_in(const std::string& key, const std::string& value, int least, int most) {
  std::vector<int> numbers;
  for (const std::string& word : split(value)) {
    arguments one;
    one.options["--" + key] = word;
    numbers.push_back(one.whole("--" + key, least, least, most));
  }
  return numbers;
}
std::vector<double> bits_in(const std::string& value) {
  std::vector<double> all;
  for (const std::string& word : split(value)) {
    const config_value typed = typed_value(word);
    const double* number = std::get_if<double>(&typed);
    const std::int64_t* whole = std::get_if<std::int64_t>(&typed);
    const double bits = number != nullptr ? *number : whole != nullptr ? static_cast<double>(*whole) : 0;
    if (!(bits > 0 && bits <= 8))
      throw usage_error(
          fmt::format("bench: bits takes losses above 0 and up to 8 bits, and \"{}\" is none", printable(word)));
    all.push_back(bits);
  }
  return all;
}
}  // namespace

benchmark_size bench_plan::size(std::string_view name) const {
  benchmark_size own = *find_benchmark_size(name);
  for (const std::string& word : settings)
    if (const std::string section = word.substr(0, word.find('.'));
        section != "model" && section != "attention" && section != "train")
      throw usage_error(fmt::format(
          "bench: {} is for parts=learning alone; the other parts take keys of [model], [attention] and [train]",
          printable(word)));
  const study_settings said = settings_of(own, settings);
  if (!said.sweep.empty())
    throw usage_error("bench: a key takes one value, but with parts=learning; run it again for another");
  const cell_config c = config_of(said.settings);
  check(c, said.settings);
  const int endless = own.train.steps;
  own.model = c.model, own.train = c.train, own.train.steps = endless;
  return own;
}

bench_plan read_bench_plan(const std::vector<std::string>& words) {
  bench_plan plan;
  plan.threads = allocated_cores();
  for (const registered_encoding& e : registered_encodings()) plan.encodings.emplace_back(e.name);
  const std::vector<std::string> known = plan.encodings;
  const std::vector<std::string> own_keys{"sizes", "encodings", "parts",   "lengths", "views",
                                          "steps", "bits",      "repeats", "threads"};
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    const auto number = [&](int least, int most) {
      arguments one;
      one.options["--" + key] = value;
      return one.whole("--" + key, least, least, most);
    };
    if (key == "sizes")
      plan.sizes = split(value);
    else if (key == "encodings")
      plan.encodings = split(value);
    else if (key == "parts")
      plan.parts = split(value);
    else if (key == "lengths")
      plan.lengths = whole_numbers_in(key, value, 2, 1 << 17);
    else if (key == "steps")
      plan.steps = whole_numbers_in(key, value, 1, 1'000'000);
    else if (key == "bits")
      plan.bits = bits_in(value);
    else if (key == "views")
      plan.views = split(value);
    else if (key == "train.steps")
      throw usage_error("bench: train.steps is steps=200,400,800 here, a training for each, and of parts=learning");
    else if (key.find('.') != key.npos || key == "seed")
      plan.settings.push_back(word);
    else if (key == "repeats")
      plan.repeats = number(1, 1000);
    else if (key == "threads")
      plan.threads = number(1, 1024);
    else
      throw usage_error(fmt::format("bench: there is no key \"{}\"{}; there are {} and those of a config",
                                    printable(key), did_you_mean(key, own_keys), fmt::join(own_keys, ", ")));
  }
  const std::vector<std::string> parts{"limits", "products", "steps", "encodings", "shares", "evaluation", "learning"};
  for (const auto& [key, empty] : {std::pair("sizes", plan.sizes.empty()),
                                   {"parts", plan.parts.empty()},
                                   {"encodings", plan.encodings.empty()},
                                   {"views", plan.views.empty()},
                                   {"lengths", plan.lengths.empty()},
                                   {"steps", plan.steps.empty()}})
    if (empty) throw usage_error(fmt::format("bench: {} names nothing; leave it out, or name some", key));
  for (const std::string& part : plan.parts)
    if (std::ranges::find(parts, part) == parts.end())
      throw usage_error(fmt::format("bench: there is no part \"{}\"{}; there are {}", printable(part),
                                    did_you_mean(part, parts), fmt::join(parts, ", ")));
  for (const std::string& size : plan.sizes)
    if (find_benchmark_size(size) == nullptr)
      throw usage_error(fmt::format("bench: there is no size \"{}\"; there are tiny, small and base", size));
  if (plan.parts != std::vector<std::string>{"learning"})
    for (const std::string& size : plan.sizes) plan.size(size);  // throws
  for (const std::string& name : plan.encodings)
    if (make_encoding(name) == nullptr)
      throw usage_error(fmt::format("bench: there is no encoding \"{}\"{} (see `lengthwise list encodings`)",
                                    printable(name), did_you_mean(name, known)));
  const std::unique_ptr<encoding> read = make_encoding(plan.one_encoding());
  for (const std::string& name : plan.views) {
    const std::unique_ptr<view> v = make_view(name);
    if (v == nullptr)
      throw usage_error(fmt::format("bench: there is no view \"{}\" (see `lengthwise list views`)", printable(name)));
    std::string problem = view_problem(*v, *read);
    if (problem.empty() && !is_readable(*v, protocol::non_overlapping, {256, 128}))
      problem = "reads the end of a window alone";
    if (!problem.empty()) throw usage_error(fmt::format("bench: {} {}", name, problem));
  }
  return plan;
}

}  // namespace lengthwise
