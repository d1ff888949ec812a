// A cell's whole config: everything that its result depends on. One list of fields serves the reader, the writer, the
// hash and the help text.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/attention/encoding.hpp"
#include "core/evaluation/evaluate_config.hpp"
#include "core/items/task.hpp"
#include "core/items/task_config.hpp"
#include "core/model/model_config.hpp"
#include "core/reading/view.hpp"
#include "core/tensor/contract.hpp"
#include "core/text/recall_config.hpp"
#include "core/text/split_kind.hpp"
#include "core/training/train_config.hpp"
#include "experiments/config/setting.hpp"

namespace lengthwise {

// The [corpus] section: one text, known by its name or lying at a path. A path in a file counts from that file's
// folder, one on the command line from the working folder; in a config it is absolute.
struct corpus_config {
  std::string name = "kjv";  // or path; the other is empty
  std::filesystem::path path;
  std::string sha256;  // of the text at path: what the result depends on, wherever the text lies
  split_kind split = split_kind::shares;
  bool across_documents = false;
  recall_config recall;  // the [recall] section, of the text of that name

  task_config task;                                                   // the [task] section
  std::shared_ptr<const lengthwise::task> asked = make_task("copy");  // of that section; never null

  bool is_recall() const { return path.empty() && name == "recall"; }
  bool is_task() const { return path.empty() && name == "task"; }

  static constexpr auto fields() {
    using c = corpus_config;
    return std::tuple(
        field{"name", &c::name,
              "a known corpus (lengthwise list corpora), several joined by + (austen+moby), or "
              "synthetic, recall or task, which need no file"},
        field{"path", &c::path, "a text of your own, in place of a name"},
        field{"sha256", &c::sha256, "the SHA-256 that the text at path must have; found out unless it is said"},
        field{"split", &c::split,
              "how train, validation and test are cut: by shares of each text's bytes, or so that whole "
              "documents are held out"},
        field{"across_documents", &c::across_documents,
              "whether a window may run from one text or document into the next"});
  }
  config_problem problem() const;
};

struct cell_config {
  std::string name = "study";
  std::uint64_t seed = 1;
  lengthwise::numerics numerics = lengthwise::numerics::portable;
  corpus_config corpus;
  model_config model;
  std::shared_ptr<const lengthwise::encoding> encoding;  // never null; rope unless said otherwise
  train_config train;
  evaluate_config evaluate;
  // The [view.NAME] sections: views whose keys were set.
  std::vector<std::shared_ptr<const view>> views;

  cell_config();
  // The encoding that a trained model is read by: train.switch_to where training ends with it.
  std::shared_ptr<const lengthwise::encoding> encoding_at_end() const;
  // The view of this name, or of names joined by +, with the keys that it has here; null for one that there is not.
  std::unique_ptr<view> view_named(std::string_view joined_names) const;
  // The inputs that one of evaluate.lengths has: itself, or those of a task's items of that length. And what these
  // lengths are multiples of: train.length, or the length of the longest items trained on.
  int window_of(int length) const { return corpus.is_task() ? corpus.asked->tokens(length) - 1 : length; }
  int trained_length() const { return corpus.is_task() ? corpus.task.most : train.length; }
  // The keys that stand above all sections.
  static constexpr auto fields() {
    return std::tuple(field{"name", &cell_config::name, "the study's name: its results go to runs/NAME"},
                      field{"seed", &cell_config::seed, "seeds initial values and batches", 0.0, 9223372036854775807.0},
                      field{"numerics", &cell_config::numerics,
                            "portable: the same bits everywhere; openblas: products by OpenBLAS"});
  }
};

// The corpora that have a section of their own: [recall], [task].
inline constexpr std::string_view corpus_sections[] = {"recall", "task"};

// Whether a key says which encoding it is, and the key by which a config says it: encoding.layers for a pattern.
bool names_encoding(std::string_view key);
std::string_view encoding_key(const encoding&);

// Every key with its value, in the order of the file: name, seed, numerics, corpus.name, ... encoding.type, ... Of the
// sections that belong to one corpus only that of the config's own.
std::vector<named_value> config_values(const cell_config&);
// Every key with what it means, for the encoding that the config names.
struct key_help {
  std::string key, help;
  value_kind kind;
};
std::vector<key_help> config_help(const cell_config&);
// How the values of a key are read, hyper-parameters of any encoding among them; plain for an unknown key.
value_kind kind_of(std::string_view key);

// Sets one key; encoding.TYPE.KEY is meant for cells with that type and else only checked. Throws usage_error: where,
// which key, what is wrong, and for an unknown key the nearest one.
void assign(cell_config&, const setting&);

// "" or what is wrong with a study's name as the name of a folder.
std::string_view name_problem(std::string_view study_name);

}  // namespace lengthwise
