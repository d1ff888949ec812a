#include "core/conformance/conformance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/attention/softmax_attention.hpp"
#include "core/conformance/vector_file.hpp"
#include "core/hooks/parameter_shape.hpp"
#include "core/storage/errors.hpp"

namespace lengthwise {
namespace {

class check {
 public:
  explicit check(const std::filesystem::path& path) : file(path), e(file.read_encoding()), reading(file.read_view()) {
    if (const std::string problem = view_problem(*reading, *e); !problem.empty()) file.refuse(problem);
  }

  conformance_report run() {
    report.encoding = e->name();
    report.source = file.metadata("source");
    file.has("queries") ? check_attention() : check_input();
    return std::move(report);
  }

 private:
  void set_extents(int width, int heads, int head_width, int time) {
    x = {width, heads, file.train_length(), head_width};
    if (const config_problem problem = e->problem(x); !problem.empty()) file.refuse(std::string(problem.says));
    positions.resize(static_cast<std::size_t>(time));
    std::iota(positions.begin(), positions.end(), 0.0);
    if (file.has("positions")) positions = file.numbers("positions", {time});
    for (const double at : positions)
      if (std::abs(at) > vector_file::largest_extent * 16.0 || at >= e->domain(x) ||
          (e->domain(x) < vector_file::largest_extent && at < 0))
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
    if (!file.has(name)) return;
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

  // Tokens stand where the file says or where its view puts them.
  attention_places places() {
    if (file.has("positions")) return places_at(positions);
    const reading_extents read{static_cast<int>(positions.size()), x.train_length};
    if (const config_problem problem = reading->problem(read); !problem.empty()) file.refuse(std::string(problem.says));
    if (reading->tokens(read) != read.time) file.refuse("its view reads a part of the problem");
    return reading->places(read);
  }

  // The angle of each plane for one token, and what cosine and sine are multiplied by, of the last token.
  void compare_rotation(const attention_tables& tables) {
    if (!file.has("expected.inverse_frequencies")) return;
    const std::vector<std::int64_t> shape = file.shape("expected.inverse_frequencies", 1);
    const rotation* turned = tables.turned();
    if (turned == nullptr) file.refuse("its encoding turns nothing");
    std::vector<real> frequencies;
    const int last = static_cast<int>(positions.size()) - 1;
    double scale = 1;
    for (int t = 0; t < turned->shape().planes; ++t) {
      frequencies.push_back(static_cast<real>(turned->angle_per_token(t)));
      const rotation::turned_unit unit = turned->at(0, part::query, 0, last, t);
      scale = std::hypot(static_cast<double>(unit.cosine), static_cast<double>(unit.sine));
    }
    compare("expected.inverse_frequencies", shape, frequencies);
    compare("expected.temperature", {1}, {static_cast<real>(scale)});
  }

  void check_input() {
    const auto shape = file.shape("expected.table", 2);
    set_extents(static_cast<int>(shape[1]), 1, static_cast<int>(shape[1]), static_cast<int>(shape[0]));
    if (!e->acts_on_input()) file.refuse(fmt::format("encoding \"{}\" does not act on the input", e->name()));
    attention_tables tables = e->make_tables(x, {}, places());
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
    return static_cast<int>(std::clamp<std::int64_t>(projection->shape[0], 1, vector_file::largest_extent));
  }

  void check_attention() {
    const auto shape = file.shape("queries", 4);  // batch, heads, time, head_width
    const attention_extents extents{static_cast<int>(shape[0]), static_cast<int>(shape[2]), static_cast<int>(shape[1]),
                                    static_cast<int>(shape[3])};
    if (shape[0] * shape[1] * shape[2] > vector_file::largest_extent * 16) file.refuse("its problem is too large");
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
    attention_tables tables = e->make_tables(x, {}, places());
    if (!e->gated()) tables.fill(parameters.data());
    const softmax_attention attention;
    std::vector<real> log_sums(static_cast<std::size_t>(extents.tokens() * extents.heads)),
        scratch(attention.scratch_count(tables, extents)), d_tables(tables.gradient_count());
    const attention_arguments arguments{extents,       &tables, packed.data(),   gates.data(),
                                        output.data(), nullptr, log_sums.data(), scratch.data()};
    attention.forward(arguments);
    attention.backward(arguments, {d_output.data(), d_packed.data(), d_gates.data(), d_tables.data()});
    if (!e->gated()) tables.collect(parameters.data(), d_tables.data(), d_parameters.data());
    compare_rotation(tables);
    if (!file.has("expected.output")) file.refuse("tensor \"expected.output\" is missing");
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
  std::unique_ptr<view> reading;
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
