#include <fmt/format.h>

#include "core/storage/atomic_file.hpp"
#include "experiments/command.hpp"
#include "experiments/figure.hpp"
#include "experiments/measurements.hpp"
#include "experiments/table.hpp"

namespace lengthwise {
namespace {

int report(const arguments& a) {
  const measurements m = gather(a.words.front());
  fmt::print("{}", table_text(m));
  if (a.has("--csv")) {
    write_atomically(a.text("--csv"), csv_text(m));
    fmt::print("written: {}\n", a.text("--csv"));
  }
  if (a.has("--figure")) {
    draw_figure(m, a.text("--figure"));
    fmt::print("written: {}\n", a.text("--figure"));
  }
  return 0;
}

}  // namespace

command report_command() {
  return {"report", "DIR", "Print a study's tables; write its numbers as CSV, its curves as a figure",
          "Example:\n  lengthwise report runs/quickstart --csv quickstart.csv --figure quickstart.svg", 1, 1,
          {{"--csv", "FILE", "one line a cell, length and protocol"},
           {"--figure", "FILE", "perplexity and loss by position, as .svg, .pdf or .png (needs gnuplot)"}},
          report};
}

}  // namespace lengthwise
