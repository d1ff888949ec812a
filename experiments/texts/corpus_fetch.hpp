// The known corpora of data/corpora.toml: listed, brought here and checked.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/corpus.hpp"

namespace lengthwise {

/// One corpus of the manifest.
struct corpus_entry {
  std::string name, what, licence, how;
  std::optional<std::size_t> bytes;  ///< of the text, where it is frozen
  std::string sha256;                ///< of the text, empty where it is not frozen
  split_shares shares = {};

  /// The file in the data folder and what it must be.
  corpus_source source() const { return {name, corpus_path(name), sha256, shares}; }
};

/// The manifest's corpora, in order of their names.
/// Throws data_error when it is missing or is no manifest (file, line and reason).
std::vector<corpus_entry> known_corpora(const std::filesystem::path& manifest = manifest_path());

/// The corpus of this name. Throws usage_error, with the known names, when there is none.
corpus_entry known_corpus(std::string_view name, const std::filesystem::path& manifest = manifest_path());

enum class corpus_state { missing, altered, unchecked, verified };

/// "missing", "altered", "unchecked" (there, but the manifest knows no digest) or "verified".
std::string_view name_of(corpus_state state);

/// Compares the corpus in the data folder with the manifest. Throws data_error when it is there but cannot be read.
corpus_state verify_corpus(const corpus_entry& entry);

/// Brings the corpus to the data folder by its recipe in scripts/fetch_corpus (beside the manifest's folder), checks
/// size and SHA-256, and only then puts it in place. Does nothing when it is there and verified. Throws data_error when
/// it cannot be had (saying what to install) or is another text, io_error when it cannot be stored. Returns the file's
/// path.
std::filesystem::path fetch_corpus(const corpus_entry& entry, const std::filesystem::path& manifest = manifest_path());

}  // namespace lengthwise
