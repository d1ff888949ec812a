// A text, checked against its digest and cut into train, validation and test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/text_part.hpp"
#include "core/text/tokenizer.hpp"

namespace lengthwise {

/// How a text is cut, in order, by shares of its bytes. The parts are contiguous: windows that are shuffled before the
/// cut would let the test text be seen in training.
struct split_shares {
  std::size_t train = 90, validation = 5, test = 5;

  constexpr std::size_t sum() const { return train + validation + test; }
};

/// Where a corpus is and what it must be.
struct corpus_source {
  std::string name;
  std::filesystem::path path;
  std::string sha256;  ///< 64 hexadecimal digits, or empty when any text will do
  split_shares shares = {};
};

enum class corpus_part : std::uint8_t { train, validation, test };

/// A document of a joined corpus (documents.hpp), or its piece in a part where the text is cut by shares.
struct corpus_document {
  std::string name;
  std::size_t bytes;
  corpus_part part;
};

/// A tokenized text. Each part is tokenized by itself, so no token lies across a cut.
struct corpus {
  std::string name;
  std::string sha256;     ///< of the text's bytes
  std::size_t bytes = 0;  ///< of the text
  std::vector<token_id> tokens;
  std::size_t train_end = 0, validation_end = 0;  ///< cuts, as token indices
  std::vector<corpus_document> documents;         ///< of a joined corpus, in the order of its tokens; else none
  std::vector<std::uint32_t> distances;  ///< of made-up text whose answers are known (text_part.hpp); else none

  std::span<const token_id> train() const { return std::span(tokens).first(train_end); }
  std::span<const token_id> validation() const {
    return std::span(tokens).subspan(train_end, validation_end - train_end);
  }
  std::span<const token_id> test() const { return std::span(tokens).subspan(validation_end); }
  /// A piece of the tokens with what counts of them.
  text_part part_of(std::span<const token_id> part) const {
    const auto first = static_cast<std::size_t>(part.data() - tokens.data());
    if (distances.empty()) return part;
    return {part, std::span(distances).subspan(first, part.size())};
  }
};

/// The manifest of known corpora: data/corpora.toml in the first folder that has one, going up from the working
/// directory and then from the program's own folder, where share/lengthwise/data/corpora.toml will do too; that path
/// below the working directory when there is none.
std::filesystem::path manifest_path();

/// The folder of fetched corpora: the environment variable LENGTHWISE_DATA, else `corpora` beside the manifest.
std::filesystem::path data_folder();

/// Where a corpus of this name is kept: NAME.txt in the data folder.
std::filesystem::path corpus_path(std::string_view name);

/// Cuts and tokenizes a text that is in memory: the first floor(n train / sum) bytes train, validation ends at
/// floor(n (train + validation) / sum), the rest tests.
corpus corpus_of(std::string name, std::string_view text, const split_shares& shares, const tokenizer& tokens);

/// Reads, checks, cuts and tokenizes the file.
/// Throws data_error when it is missing, empty, not a regular file, or not the text whose digest is given.
corpus load_corpus(const corpus_source& source, const tokenizer& tokens);

/// Throws data_error, with the part, the bytes that are there and those that are needed, unless a window of
/// `train_length` fits the train and validation parts (validation_loss scores windows of the training) and one of
/// `evaluation_length` the test part. A window of T tokens needs T + 1: every input has its next token as target. A
/// length of 0 asks nothing.
void require_lengths(const corpus& text, std::size_t train_length, std::size_t evaluation_length);

}  // namespace lengthwise
