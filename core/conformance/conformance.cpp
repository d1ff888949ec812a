#include "core/conformance/conformance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/attention/registry.hpp"
#include "core/attention/softmax_attention.hpp"
#include "core/hooks/parameter_shape.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/safetensors.hpp"

namespace lengthwise {
namespace {

constexpr std::int64_t largest_extent = 1 << 20;

class vector_file {
 public:
  explicit vector_file(const std::filesystem::path& at) : path(at), contents(read_safetensors(at)) {}

  [[noreturn]] void refuse(const std::string& reason) const {
    throw damaged_file(
        fmt::format("{}: not a usable vector file: {}", printable(path.string()), printable(reason, 1000)));
  }
  std::string metadata(const std::string& key) const {
    const auto found = contents.metadata.find(key);
    if (found == contents.metadata.end()) refuse(fmt::format("its metadata lack \"{}\"", key));
    return found->second;
  }
  const tensor_record* find(const std::string& name) const {
    for (const tensor_record& t : contents.tensors)
      if (t.name == name) return &t;
    return nullptr;
  }
  std::vector<std::int64_t> shape(const std::string& name, std::size_t rank) const {
    const tensor_record* t = find(name);
    if (t == nullptr) refuse(fmt::format("tensor \"{}\" is missing", name));
    if (t->shape.size() != rank) refuse(fmt::format("tensor \"{}\" has {} axes, not {}", name, t->shape.size(), rank));
    for (const std::int64_t extent : t->shape)
      if (extent < 1 || extent > largest_extent) refuse(fmt::format("tensor \"{}\" has an extent of {}", name, extent));
    return t->shape;
  }
  // The numbers of a tensor that must have this shape.
  std::vector<double> numbers(const std::string& name, const std::vector<std::int64_t>& wanted) const {
    const tensor_record* t = find(name);
    if (t == nullptr) refuse(fmt::format("tensor \"{}\" is missing", name));
    if (t->shape != wanted)
      refuse(fmt::format("tensor \"{}\" has shape [{}], not [{}]", name, fmt::join(t->shape, ", "),
                         fmt::join(wanted, ", ")));
    if (t->type != dtype::f64) refuse(fmt::format("tensor \"{}\" is {}, not F64", name, name_of(t->type)));
    std::vector<double> values = t->values<double>();
    for (const double x : values)
      if (!std::isfinite(x)) refuse(fmt::format("tensor \"{}\" holds a number that is not finite", name));
    return values;
  }
  std::vector<real> reals(const std::string& name, const std::vector<std::int64_t>& wanted) const {
    const std::vector<double> wide = numbers(name, wanted);
    std::vector<real> values(wide.size());
    for (std::size_t i = 0; i < wide.size(); ++i) values[i] = static_cast<real>(wide[i]);
    return values;
  }

  int train_length() const {
    const std::string text = metadata("train_length");
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || value < 1 || value > largest_extent)
      refuse(fmt::format("train_length \"{}\" is no length", text));
    return value;
  }
  // The [encoding] section.
  std::unique_ptr<encoding> read_encoding() const {
    const std::string text = metadata("encoding");
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("type") || !json["type"].is_string())
      refuse("its \"encoding\" is no JSON object with a type");
    const std::string type = json["type"];
    std::unique_ptr<encoding> made = make_encoding(type);
    if (made == nullptr)
      throw usage_error(fmt::format("{}: there is no encoding \"{}\" (see `lengthwise list encodings`)",
                                    printable(path.string()), printable(type)));
    for (const auto& [key, value] : json.items()) {
      if (key == "type") continue;
      config_value plain;
      if (value.is_boolean())
        plain = value.get<bool>();
      else if (value.is_number_integer())
        plain = value.get<std::int64_t>();
      else if (value.is_number())
        plain = value.get<double>();
      else if (value.is_string())
        plain = value.get<std::string>();
      else
        refuse(fmt::format("its encoding's \"{}\" is neither number, text nor truth value", key));
      bool known = false;
      const std::string problem = made->assign(key, plain, known);
      if (!known)
        throw usage_error(
            fmt::format("{}: encoding \"{}\" has no key \"{}\"", printable(path.string()), type, printable(key)));
      if (!problem.empty())
        throw usage_error(fmt::format("{}: {} {}", printable(path.string()), printable(key), printable(problem, 1000)));
    }
    return made;
  }

  const std::filesystem::path path;
  const safetensors contents;
};

class check {
 public:
  explicit check(const std::filesystem::path& path) : file(path), e(file.read_encoding()) {}

  conformance_report run() {
    report.encoding = e->name();
    report.source = file.metadata("source");
    file.find("queries") != nullptr ? check_attention() : check_input();
    return std::move(report);
  }

 private:
  void set_extents(int width, int heads, int head_width, int time) {
    x = {width, heads, file.train_length(), head_width};
    if (const config_problem problem = e->problem(x); !problem.empty()) file.refuse(std::string(problem.says));
    positions.resize(static_cast<std::size_t>(time));
    std::iota(positions.begin(), positions.end(), 0.0);
    if (file.find("positions") != nullptr) positions = file.numbers("positions", {time});
    for (const double at : positions)
      if (std::abs(at) > largest_extent * 16.0 || at >= e->domain(x) || (e->domain(x) < largest_extent && at < 0))
        file.refuse(fmt::format("position {} is beyond the encoding's domain", at));
    if (!e->gated())
      for (const parameter& p : e->learned(x)) {
        const std::vector<real> values = file.reals("parameters." + std::string(p.name), shape_of(p, heads));
        parameters.insert(parameters.end(), values.begin(), values.end());
      }
    d_parameters.resize(parameters.size());
  }
  // Answers that the file does not hold are not asked for.
  void compare(const std::string& name, const std::vector<std::int64_t>& shape, const std::vector<real>& ours) {
    if (file.find(name) == nullptr) return;
    const std::vector<double> answer = file.numbers(name, shape);
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < answer.size(); ++i) {
      difference += (static_cast<double>(ours[i]) - answer[i]) * (static_cast<double>(ours[i]) - answer[i]);
      size += answer[i] * answer[i];
    }
    report.errors.push_back({name, std::sqrt(difference) / std::max(std::sqrt(size), smallest_size)});
  }
  void compare_parameters(int heads) {
    std::size_t at = 0;
    if (!e->gated())
      for (const parameter& p : e->learned(x)) {
        const auto begin = d_parameters.begin() + static_cast<std::ptrdiff_t>(at);
        compare("expected.gradient.parameters." + std::string(p.name), shape_of(p, heads),
                {begin, begin + static_cast<std::ptrdiff_t>(p.count(heads))});
        at += p.count(heads);
      }
  }

  void check_input() {
    const auto shape = file.shape("expected.table", 2);
    set_extents(static_cast<int>(shape[1]), 1, static_cast<int>(shape[1]), static_cast<int>(shape[0]));
    if (!e->acts_on_input()) file.refuse(fmt::format("encoding \"{}\" does not act on the input", e->name()));
    attention_tables tables = e->make_tables(x, {}, places_at(positions));
    tables.fill(parameters.data());
    compare("expected.table", shape, tables.input()->values());
    if (parameters.empty()) return;
    const std::vector<real> d_input = file.reals("table_gradient", shape);
    smallest_size = smallest_share * norm_of(d_input);
    std::vector<real> d_tables(tables.gradient_count());
    std::ranges::copy(d_input, tables.slot_of(*tables.input(), d_tables.data()));
    tables.collect(parameters.data(), d_tables.data(), d_parameters.data());
    compare_parameters(1);
  }

  // The width of the model around the heads, where the encoding has a matrix that says so.
  int model_width(const attention_extents& extents) const {
    const tensor_record* projection = file.find("parameters.projection");
    if (projection == nullptr || projection->shape.size() != 2) return extents.width();
    return static_cast<int>(std::clamp<std::int64_t>(projection->shape[0], 1, largest_extent));
  }

  void check_attention() {
    const auto shape = file.shape("queries", 4);  // batch, heads, time, head_width
    const attention_extents extents{static_cast<int>(shape[0]), static_cast<int>(shape[2]), static_cast<int>(shape[1]),
                                    static_cast<int>(shape[3])};
    if (shape[0] * shape[1] * shape[2] > largest_extent * 16) file.refuse("its problem is too large");
    set_extents(model_width(extents), extents.heads, extents.head_width, extents.time);
    const auto count = static_cast<std::size_t>(extents.tokens()) * static_cast<std::size_t>(extents.width());
    std::vector<real> packed(3 * count), d_packed(3 * count), d_output(count), output(count), gates, d_gates;
    scatter(file.reals("queries", shape), extents, packed, 0, 3),
        scatter(file.reals("keys", shape), extents, packed, 1, 3);
    scatter(file.reals("values", shape), extents, packed, 2, 3),
        scatter(file.reals("output_gradient", shape), extents, d_output, 0, 1);
    smallest_size = smallest_share * norm_of(d_output);
    const std::vector<std::int64_t> gate_shape(shape.begin(), shape.begin() + 3);
    const attention_extents gate_extents{extents.sequences, extents.time, extents.heads, 1};
    if (e->gated()) {
      gates.resize(static_cast<std::size_t>(extents.tokens() * extents.heads)), d_gates.resize(gates.size());
      scatter(file.reals("gate_logits", gate_shape), gate_extents, gates, 0, 1);
    }
    attention_tables tables = e->make_tables(x, {}, places_at(positions));
    if (!e->gated()) tables.fill(parameters.data());
    const softmax_attention attention;
    std::vector<real> log_sums(static_cast<std::size_t>(extents.tokens() * extents.heads)),
        scratch(attention.scratch_count(tables, extents)), d_tables(tables.gradient_count());
    const attention_arguments arguments{extents,       &tables, packed.data(),   gates.data(),
                                        output.data(), nullptr, log_sums.data(), scratch.data()};
    attention.forward(arguments);
    attention.backward(arguments, {d_output.data(), d_packed.data(), d_gates.data(), d_tables.data()});
    if (!e->gated()) tables.collect(parameters.data(), d_tables.data(), d_parameters.data());
    if (file.find("expected.output") == nullptr) file.refuse("tensor \"expected.output\" is missing");
    compare("expected.output", shape, gather(output, extents, 0, 1));
    compare("expected.gradient.queries", shape, gather(d_packed, extents, 0, 3));
    compare("expected.gradient.keys", shape, gather(d_packed, extents, 1, 3));
    compare("expected.gradient.values", shape, gather(d_packed, extents, 2, 3));
    if (e->gated()) compare("expected.gradient.gate_logits", gate_shape, gather(d_gates, gate_extents, 0, 1));
    compare_parameters(extents.heads);
  }

  // Between the file's [batch, heads, time, head_width] and the kernel's [tokens, parts, heads x head_width].
  template <class F>
  static void visit(const attention_extents& n, int part, int parts, F&& f) {
    std::size_t at = 0;
    for (int s = 0; s < n.sequences; ++s)
      for (int h = 0; h < n.heads; ++h)
        for (int i = 0; i < n.time; ++i)
          for (int c = 0; c < n.head_width; ++c, ++at)
            f(at, static_cast<std::size_t>(((s * n.time + i) * parts + part) * n.width() + h * n.head_width + c));
  }
  static void scatter(const std::vector<real>& from, const attention_extents& n, std::vector<real>& to, int part,
                      int parts) {
    visit(n, part, parts, [&](std::size_t theirs, std::size_t ours) { to[ours] = from[theirs]; });
  }
  static std::vector<real> gather(const std::vector<real>& from, const attention_extents& n, int part, int parts) {
    std::vector<real> to(static_cast<std::size_t>(n.tokens()) * static_cast<std::size_t>(n.width()));
    visit(n, part, parts, [&](std::size_t theirs, std::size_t ours) { to[theirs] = from[ours]; });
    return to;
  }

  static double norm_of(const std::vector<real>& values) {
    double squares = 0;
    for (const real x : values) squares += static_cast<double>(x) * static_cast<double>(x);
    return std::sqrt(squares);
  }

  // Some answers are 0 but for rounding (a softmax cannot see the last bias of FIRE): they are measured against the
  // gradient that came in.
  static constexpr double smallest_share = 0.1;
  double smallest_size = 1e-300;

  vector_file file;
  std::unique_ptr<encoding> e;
  model_extents x{};
  std::vector<double> positions;
  std::vector<real> parameters, d_parameters;
  conformance_report report;
};

}  // namespace

double conformance_report::largest() const {
  double most = 0;
  for (const conformance_error& error : errors) most = error.relative <= most ? most : error.relative;
  return most;
}

conformance_report check_vector_file(const std::filesystem::path& path) { return check(path).run(); }

}  // namespace lengthwise
