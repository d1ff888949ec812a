#include "experiments/reports/report_csv.hpp"

#include <fmt/format.h>

#include "experiments/measured/differences.hpp"
#include "experiments/reports/context_table.hpp"

namespace lengthwise {
namespace {

// A field of a CSV file (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string_view text_of(evaluation_status s) { return names_of(s)[static_cast<std::size_t>(s)]; }

}  // namespace

std::string csv_text(const measurements& m) {
  std::string text =
      "study,cell,label,encoding,seed,train_length,parameters,length,protocol,stride,extension,status,targets,nll,nll_"
      "standard_error,perplexity,"
      "bits_per_byte,config_hash,digest\n";
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation) {
        const auto number = [&](double x) { return e.ok() ? fmt::format("{}", x) : std::string(); };
        const cell_result& r = cell.result;
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(m.name),
                            csv_field(cell.folder), csv_field(c.label), r.encoding, r.seed, r.train_length,
                            r.parameters, e.length, name_of(e.protocol), e.stride, e.extension, text_of(e.status),
                            e.targets, number(e.nll), number(e.nll_standard_error), number(e.perplexity),
                            number(e.bits_per_byte), r.config_hash, r.digest);
      }
  return text;
}

std::string means_csv(const measurements& m) {
  std::string text =
      "study,label,encoding,train_length,length,protocol,status,seeds,perplexity,perplexity_deviation,perplexity_low,"
      "perplexity_high,"
      "bits_per_byte,bits_per_byte_deviation,bits_per_byte_low,bits_per_byte_high\n";
  for (const curve& c : m.curves)
    for (const protocol p : m.protocols())
      for (const int length : m.lengths()) {
        const summary perplexity = summarize(c, p, length, quantity::perplexity),
                      bits = summarize(c, p, length, quantity::bits_per_byte);
        if (!perplexity.measured) continue;
        text += fmt::format("{},{},{},{},{},{},{},{}", csv_field(m.name), csv_field(c.label),
                            c.cells.front().result.encoding, c.train_length(), length, name_of(p),
                            text_of(perplexity.status), perplexity.over_seeds.count);
        for (const sample_statistics& s : {perplexity.over_seeds, bits.over_seeds}) {
          if (!perplexity.ok()) text += ",,,,";
          // One seed says nothing of a spread.
          else if (s.count < 2)
            text += fmt::format(",{},,,", s.mean);
          else
            text += fmt::format(",{},{},{},{}", s.mean, s.deviation, s.mean - s.interval, s.mean + s.interval);
        }
        text += '\n';
      }
  return text;
}

std::string differences_csv(const measurements& m) {
  std::string text =
      "study,label,less,train_length,length,protocol,seeds,targets,bits_per_byte,deviation_over_seeds,low_over_seeds,"
      "high_over_seeds,low_over_targets,high_over_targets\n";
  for (const protocol p : m.protocols())
    for (const int length : m.lengths()) {
      const paired_losses losses(m, p, length);
      for (std::size_t i = 0; i < m.curves.size(); ++i)
        for (std::size_t j = i + 1; j < m.curves.size(); ++j) {
          const std::optional<paired_difference> d = losses.between(i, j);
          if (!d) continue;
          const sample_statistics& s = d->over_seeds;
          text += fmt::format("{},{},{},{},{},{},{},{},{},", csv_field(m.name), csv_field(m.curves[i].label),
                              csv_field(m.curves[j].label), m.curves[i].train_length(), length, name_of(p), s.count,
                              d->targets, s.mean);
          text += s.count > 1 ? fmt::format("{},{},{},", s.deviation, s.mean - s.interval, s.mean + s.interval) : ",,,";
          text += fmt::format("{},{}\n", s.mean - d->target_interval, s.mean + d->target_interval);
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
                            c.cells.front().result.encoding, c.train_length(), length, found->seeds, found->windows,
                            found->used.settles_at, found->resolved_to(), found->after().value, found->after().error,
                            found->used.rises_from ? fmt::format("{}", *found->used.rises_from) : "",
                            found->beyond().value, found->beyond().error);
  return text;
}

}  // namespace lengthwise
