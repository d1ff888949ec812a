#include "core/conformance/conformance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/attention/learned_choices.hpp"
#include "core/conformance/vector_file.hpp"
#include "core/hooks/parameter_shape.hpp"
#include "core/mixers/mixers.hpp"
#include "core/storage/errors.hpp"

namespace lengthwise {
namespace {

class check {
 public:
  explicit check(const std::filesystem::path& path)
      : file(path), e(file.read_encoding()), reading(file.read_view()), choices(file.read_attention()) {
    if (const std::string problem = view_problem(*reading, *e); !problem.empty()) file.refuse(problem);
    if (const config_problem problem = mixer_problem(choices, *e); !problem.empty())
      file.refuse(std::string(problem.says));
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
    name_parameters();
    for (const named_parameter& p : learned)
      if (p.given) {
        const std::vector<real> values = file.reals("parameters." + p.name, p.shape);
        parameters.insert(parameters.end(), values.begin(), values.end());
      } else {
        parameters.resize(parameters.size() + p.count);
      }
    d_parameters.resize(parameters.size());
  }

  // In the order of their blocks. What makes gates of a layer's input is not given: the gates are.
  struct named_parameter {
    std::string name;
    std::vector<std::int64_t> shape;
    std::size_t count;
    bool given;
  };
  // What dape adapts is told apart from its own there.
  std::string in_file(std::string name) const {
    if (!e->name().ends_with("+dape")) return name;
    const std::string base(e->part(0).name());
    if (name.starts_with("dape.")) return name.substr(5);
    const bool own = name == "w1" || name == "w2" || name == "b1" || name == "b2";
    if (name.starts_with(base + ".")) name = name.substr(base.size() + 1);
    return own ? name : "base_encoding." + name;
  }
  void name_parameters() {
    const auto add = [&](const std::string& prefix, std::span<const parameter> of, bool given) {
      for (const parameter& p : of)
        learned.push_back({prefix + in_file(std::string(p.name)), shape_of(p, x.heads), p.count(x.heads), given});
    };
    const std::vector<parameter> all = e->learned(x);
    std::span<const parameter> rest = all;
    for (int k = 0; k < e->part_count(); ++k) {
      const std::size_t own = e->part(k).learned(x).size();
      const encoding& part = e->part(k);
      add("", rest.first(own), !part.gated() && part.signals(x).count() == 0);
      rest = rest.subspan(own);
    }
    for (const std::vector<parameter>& block : learned_choices(choices)) add("attention.", block, true);
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
  void compare_parameters() {
    auto begin = d_parameters.begin();
    for (const named_parameter& p : learned) {
      const auto end = begin + static_cast<std::ptrdiff_t>(p.count);
      if (p.given) compare("expected.gradient.parameters." + p.name, p.shape, {begin, end});
      begin = end;
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
    compare_parameters();
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
    const signal_shape asked = e->signals(x);
    std::vector<real> signals(static_cast<std::size_t>(extents.tokens() * asked.count())), d_signals(signals.size());
    read_signals(extents, asked, signals);
    attention_tables tables = e->make_tables(x, choices, places());
    if (const std::string_view problem = reading_problem(choices.kind, *e, tables.places()); !problem.empty())
      file.refuse(std::string(problem));
    tables.fill(parameters.data());
    const mixer& attention = mixer_of(tables);
    std::vector<real> key_norms(static_cast<std::size_t>(2 * extents.tokens() * extents.heads)),
        log_sums(static_cast<std::size_t>(extents.tokens() * extents.heads)),
        scratch(attention.scratch_count(tables, extents)), d_tables(tables.gradient_count());
    const attention_arguments arguments{extents,          &tables,         packed.data(),  gates.data(),  output.data(),
                                        key_norms.data(), log_sums.data(), scratch.data(), signals.data()};
    attention.forward(arguments);
    attention.backward(arguments,
                       {d_output.data(), d_packed.data(), d_gates.data(), d_tables.data(), d_signals.data()});
    tables.collect(parameters.data(), d_tables.data(), d_parameters.data());
    compare_rotation(tables);
    if (!file.has("expected.output")) file.refuse("tensor \"expected.output\" is missing");
    compare("expected.output", shape, gather(output, extents, 0, 1));
    compare("expected.gradient.queries", shape, gather(d_packed, extents, 0, 3));
    compare("expected.gradient.keys", shape, gather(d_packed, extents, 1, 3));
    compare("expected.gradient.values", shape, gather(d_packed, extents, 2, 3));
    if (e->gated()) compare("expected.gradient.gate_logits", gate_shape, gather(d_gates, gate_extents, 0, 1));
    compare_signals(extents, asked, d_signals);
    compare_parameters();
  }

  // Tensors [batch, heads, time(, n)] that lie side by side in a token's signals, all heads of one together.
  struct signal_tensor {
    std::string name;
    int first, each;  // numbers of a head
    bool has_axis;
  };
  static std::vector<signal_tensor> signal_tensors(const attention_extents& n, const signal_shape& asked) {
    if (asked.count() == 0) return {};
    if (asked.affine == 0) return {{"angles", 0, asked.made / n.heads, true}};
    return {{"directions", 0, asked.made / n.heads, true}, {"strength_logits", asked.made, 1, false}};
  }
  template <class F>
  static void visit_signals(const attention_extents& n, const signal_shape& asked, const signal_tensor& t, F&& f) {
    std::size_t at = 0;
    for (int s = 0; s < n.sequences; ++s)
      for (int h = 0; h < n.heads; ++h)
        for (int i = 0; i < n.time; ++i)
          for (int c = 0; c < t.each; ++c, ++at)
            f(at, static_cast<std::size_t>((s * n.time + i) * asked.count() + t.first + h * t.each + c));
  }
  static std::vector<std::int64_t> shape_of_signal(const attention_extents& n, const signal_tensor& t) {
    std::vector<std::int64_t> shape{n.sequences, n.heads, n.time};
    if (t.has_axis) shape.push_back(t.each);
    return shape;
  }
  void read_signals(const attention_extents& n, const signal_shape& asked, std::vector<real>& signals) const {
    for (const signal_tensor& t : signal_tensors(n, asked)) {
      const std::vector<real> given = file.reals(t.name, shape_of_signal(n, t));
      visit_signals(n, asked, t, [&](std::size_t theirs, std::size_t ours) { signals[ours] = given[theirs]; });
    }
  }
  void compare_signals(const attention_extents& n, const signal_shape& asked, const std::vector<real>& d_signals) {
    for (const signal_tensor& t : signal_tensors(n, asked)) {
      std::vector<real> own(static_cast<std::size_t>(n.tokens() * n.heads * t.each));
      visit_signals(n, asked, t, [&](std::size_t theirs, std::size_t ours) { own[theirs] = d_signals[ours]; });
      compare("expected.gradient." + t.name, shape_of_signal(n, t), own);
    }
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
  attention_config choices;
  std::vector<named_parameter> learned;
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
