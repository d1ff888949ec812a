// What `lengthwise explain` has measured of a study: causes for every curve and length.
#pragma once
#include <string>
#include <vector>

#include "experiments/causes/causes.hpp"
#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// Where a cell keeps it, as an evaluation after its own.
std::filesystem::path explanation_folder(const std::filesystem::path& cell);

struct explanation {
  std::string label, encoding;     // of the curve; the label as it can be shown
  std::vector<std::string> cells;  // folders
  int length, trained;
  std::optional<causes> found;  // nothing where the model has no answer at this length, or none was measured
  bool out_of_domain = false;
  std::optional<estimate> use_beyond = {};  // share of a guess's bits, of answers defined further than trained (raw)
  std::string attention = "";               // a table of what attention did, of the curve; "" where it was not recorded

  std::string_view verdict() const { return words_of(found ? diagnose(*found) : diagnosis::unknown); }
  std::string sentence() const;
};
// Curve by curve, lengths rising; only those of which something was measured.
std::vector<explanation> explanations_of(const measurements&);

// A table for each curve in 80 columns: bits per byte of every part, in brackets where its interval holds 0; below it
// what they say of the longest length.
std::string explanation_text(const std::vector<explanation>&);
// One line for each curve, of its longest length.
std::string conclusions_text(const std::vector<explanation>&);
// The list that `explain --json` prints.
std::string explanation_json(const std::vector<explanation>&);

}  // namespace lengthwise
