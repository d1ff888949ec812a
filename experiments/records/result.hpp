// The records that a cell and a study leave behind, as JSON files. Their fields are what docs and scripts rely on.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/value.hpp"
#include "core/evaluation/evaluate_config.hpp"
#include "core/evaluation/evaluator.hpp"
#include "core/storage/read_text.hpp"

namespace lengthwise {

// How items of a task were answered. An item is answered where all of its answers are right.
struct item_scores {
  std::int64_t items = 0, exact = 0, answers = 0, right = 0;
  double guess_exact = 0, guess_right = 0;  // shares of a guess

  double exact_match() const { return static_cast<double>(exact) / static_cast<double>(items); }
  double accuracy() const { return static_cast<double>(right) / static_cast<double>(answers); }
};

// One length by one protocol and view ("none": raw). The numbers have a meaning only where the status is ok; a
// perplexity beyond a double is infinite.
struct evaluation_record {
  int length;
  lengthwise::protocol protocol;
  int stride;
  std::string extension = "none";
  evaluation_status status;
  std::int64_t targets;
  double nll, nll_standard_error, perplexity, bits_per_byte;
  // A key of the view that was left open, and its value as found on validation text; "" where none was.
  std::string chosen_key = "";
  double chosen = 0;
  std::optional<item_scores> scores = {};  // of a task

  bool ok() const { return status == evaluation_status::ok; }
};

// result.json.
struct cell_result {
  static constexpr int schema = 1;
  std::string config_hash, digest, encoding;  // a name, or several joined by +
  read_text corpus;
  std::string corpus_sha256;
  std::uint64_t seed = 0, parameters = 0;
  int train_length = 0, steps = 0;
  std::int64_t tokens = 0;
  double final_loss = 0, seconds = 0;  // seconds of training, over all of its parts; the loss is NaN after no step
  std::vector<evaluation_record> evaluation;
  read_text reused_from = {};  // the folder of the cell that was trained, where this one took it over
};

std::string json_text(const cell_result&);
// The readers throw damaged_record (json_record.hpp) when a text is no such record, usage_error when it is of another
// schema. `file` is only named; they give nothing when there is no such file.
cell_result parse_result(std::string_view json, const std::filesystem::path& file);
std::optional<cell_result> read_result(const std::filesystem::path& file);
// Nothing when it is damaged, too.
std::optional<cell_result> whole_result(const std::filesystem::path& file);

// failure.json: why a cell did not come to its end.
struct failure_record {
  int exit_code;
  read_text message;
};
std::string json_text(const failure_record&);
failure_record parse_failure(std::string_view json, const std::filesystem::path& file);
std::optional<failure_record> read_failure(const std::filesystem::path& file);

// study.json: the cells, frozen when the study was begun.
struct frozen_cell {
  std::string folder, config_hash;
  std::vector<named_value> varied, config;  // what varies is for labels: where it is read, its texts are printable
};
struct frozen_study {
  static constexpr int schema = 1;
  std::string name;
  read_text question;  // what the config's first line asks; nothing depends on it
  std::vector<frozen_cell> cells;
};
std::string json_text(const frozen_study&);
frozen_study parse_study(std::string_view json, const std::filesystem::path& file);
std::optional<frozen_study> read_study(const std::filesystem::path& file);

}  // namespace lengthwise
