#include "experiments/reports/report_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/answers/use_by_distance.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/reports/context_table.hpp"

namespace lengthwise {
namespace {

// A field of a CSV file (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}
std::string csv_field(const read_text& text) { return csv_field(text.unescaped()); }

constexpr double no_limit = std::numeric_limits<double>::infinity();

// The ends of a 95 % interval, within what the number can be; nothing where there is none.
std::string interval_fields(const estimate& e, double least = -no_limit, double most = no_limit) {
  if (e.covers().empty() || !std::isfinite(e.value + e.interval())) return ",,";
  return fmt::format(",{},{}", std::max(least, e.value - e.interval()), std::min(most, e.value + e.interval()));
}

// What the cells vary in, beside the encoding and the seed, which have columns of their own.
std::vector<std::string> varied_keys(const measurements& m) {
  std::vector<std::string> keys;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells)
      for (const named_value& v : cell.varied)
        if (!names_encoding(v.name) && v.name != "seed" && std::ranges::find(keys, v.name) == keys.end())
          keys.push_back(v.name);
  return keys;
}
std::string varied_field(const finished_cell& cell, const std::string& key) {
  const auto found = std::ranges::find(cell.varied, key, &named_value::name);
  if (found == cell.varied.end()) return "";
  const auto* text = std::get_if<std::string>(&found->value);
  return csv_field(text != nullptr ? *text : toml_text(found->value));
}

std::string_view text_of(evaluation_status s) { return names_of(s)[static_cast<std::size_t>(s)]; }

}  // namespace

std::string csv_text(const measurements& m) {
  std::string text =
      "study,cell,label,encoding,seed,train_length,parameters,length,protocol,stride,extension,status,targets,nll,nll_"
      "standard_error,perplexity,"
      "bits_per_byte,config_hash,digest";
  const std::vector<std::string> varied = varied_keys(m);
  for (const std::string& key : varied) text += "," + csv_field(key);
  text += '\n';
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation) {
        const auto number = [&](double x) { return e.ok() && std::isfinite(x) ? fmt::format("{}", x) : std::string(); };
        const cell_result& r = cell.result;
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", csv_field(m.name),
                        csv_field(cell.folder), csv_field(c.label), csv_field(r.encoding), r.seed, r.train_length,
                        r.parameters, e.length, name_of(e.protocol), e.stride, csv_field(e.extension),
                        text_of(e.status), e.targets, number(e.nll), number(e.nll_standard_error), number(e.perplexity),
                        number(e.bits_per_byte), csv_field(r.config_hash), csv_field(r.digest));
        for (const std::string& key : varied) text += "," + varied_field(cell, key);
        text += '\n';
      }
  return text;
}

std::string means_csv(const measurements& m) {
  std::string text =
      "study,label,encoding,train_length,length,protocol,status,seeds,perplexity,perplexity_deviation,perplexity_low,"
      "perplexity_high,"
      "bits_per_byte,bits_per_byte_deviation,bits_per_byte_low,bits_per_byte_high,interval_over\n";
  for (const curve& c : m.curves)
    for (const protocol p : m.protocols())
      for (const int length : m.lengths()) {
        const summary perplexity = summarize_with_text(c, p, length, quantity::perplexity),
                      bits = summarize_with_text(c, p, length, quantity::bits_per_byte);
        if (!perplexity.measured) continue;
        text += fmt::format("{},{},{},{},{},{},{},{}", csv_field(m.name), csv_field(c.label),
                            csv_field(c.cells.front().result.encoding), c.train_length(), length, name_of(p),
                            text_of(perplexity.status), perplexity.over_seeds.count);
        for (const summary& s : {perplexity, bits}) {
          text += s.finite() ? fmt::format(",{}", s.over_seeds.mean) : ",";
          // One seed says nothing of a spread.
          text += s.finite() && s.over_seeds.count > 1 ? fmt::format(",{}", s.over_seeds.deviation) : ",";
          text += s.finite() ? interval_fields(s.mean, s.low()) : ",,";
        }
        text += fmt::format(",{}\n", bits.mean.covers());
      }
  return text;
}

std::string differences_csv(const measurements& m) {
  std::string text =
      "study,label,minus,train_length,length,protocol,seeds,targets,bits_per_byte,deviation_over_seeds,error_of_seeds,"
      "error_of_text,low,high,interval_over\n";
  for (const protocol p : m.protocols())
    for (const int length : m.lengths()) {
      const paired_losses losses(m, p, length);
      for (std::size_t i = 0; i < m.curves.size(); ++i)
        for (std::size_t j = i + 1; j < m.curves.size(); ++j) {
          const std::optional<paired_difference> d = losses.between(i, j);
          if (!d) continue;
          const estimate& e = d->mean;
          text += fmt::format("{},{},{},{},{},{},{},{},{}", csv_field(m.name), csv_field(m.curves[i].label),
                              csv_field(m.curves[j].label), m.curves[i].train_length(), length, name_of(p), d->seeds,
                              d->targets, e.value);
          text += d->seeds > 1 ? fmt::format(",{},{}", d->deviation, e.of_seeds) : ",,";
          text += e.text_freedom > 0 ? fmt::format(",{}", e.of_text) : ",";
          text += fmt::format("{},{}\n", interval_fields(e), e.covers());
        }
    }
  return text;
}

std::string context_csv(const measurements& m) {
  std::string text =
      "study,label,encoding,train_length,length,seeds,windows,settles_at,resolved_to,after,after_error,rises_from,"
      "beyond,beyond_error\n";
  for (const curve& c : m.curves)
    for (const int length : m.lengths())
      if (const std::optional<measured_context> found = context_of(c, length))
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(m.name), csv_field(c.label),
                            csv_field(c.cells.front().result.encoding), c.train_length(), length, found->seeds,
                            found->windows, found->used.settles ? fmt::format("{}", found->used.settles_at) : "",
                            found->used.settles ? fmt::format("{}", found->resolved_to()) : "",
                            found->used.settles ? fmt::format("{}", found->after().value) : "",
                            found->used.settles ? fmt::format("{}", found->after().error) : "",
                            found->used.rises_from ? fmt::format("{}", *found->used.rises_from) : "",
                            found->beyond().value, found->beyond().error);
  return text;
}

std::string use_csv(const measurements& m) {
  std::string text =
      "study,label,encoding,train_length,length,protocol,extension,from,to,seeds,answers,bits,bits_low,bits_high,right,"
      "right_low,right_high,optimum_bits,chance_bits,chance_right,not_in_window\n";
  for (const protocol p : m.protocols())
    for (const curve& c : m.curves)
      for (const int length : m.lengths()) {
        const std::optional<use_by_distance> use = use_of(c, p, length);
        for (const distance_band& b : use ? use->bands : std::vector<distance_band>())
          text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}{},{}{},{},{},{},{}\n", csv_field(m.name),
                              csv_field(c.label), c.cells.front().result.encoding, use->trained, length, name_of(p),
                              csv_field(c.extension), b.first, b.end, use->seeds, b.answers, b.bits.value,
                              interval_fields(b.bits, 0), b.right.value, interval_fields(b.right, 0, 1), b.optimum,
                              use->chance_bits, use->chance_right, use->outside);
      }
  return text;
}

}  // namespace lengthwise
