// Corpora of several documents (novels, speeches, books): cut so that whole documents are held out, and read so that no
// window runs from one into the next.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/corpus.hpp"
#include "core/text/split_kind.hpp"
#include "core/text/windows.hpp"

namespace lengthwise {

/// A document's name and its bytes within its text.
struct document_size {
  std::string name;
  std::size_t bytes;
};

/// One text of a joined corpus. Its documents follow each other without gap; none listed: the text is one.
struct joined_text {
  std::string name;
  std::string_view text;
  split_shares shares;
  std::vector<document_size> documents;
};

/// Joins texts. By shares, each part holds its piece of every text. By documents, those of a text go, in the order of
/// the SHA-256 of their bytes, to the test part until it has its share of the text, then likewise to validation, the
/// rest to train; a text of fewer than three documents is for training alone. Within a part, texts and documents keep
/// their order. Pieces are parted by document_end unless windows may run across. The digest is that of the text where
/// there is one and it is cut by shares, else that of the pieces' digests, so that other boundaries are another corpus.
/// Throws data_error when sizes do not add up to a text, usage_error when no document can be held out.
corpus joined_corpus(std::string name, std::span<const joined_text> texts, split_kind split, bool across_documents,
                     const tokenizer& tokens);

/// The documents of a part, each as its first token's index in the part and its tokens.
std::vector<std::pair<std::size_t, std::span<const token_id>>> documents_of(std::span<const token_id> part);
std::span<const token_id> longest_document(std::span<const token_id> part);

/// Throws data_error unless windows of these lengths fit into one document of each part. A length of 0 asks nothing.
void require_documents(const corpus& text, std::size_t train_length, std::size_t evaluation_length);

/// evaluation_windows() of a part of any number of documents. The targets are dealt to the documents in proportion to
/// their tokens, in blocks of the longest length, and only to documents that hold a window of that length; a document
/// gives as many targets at every length, also where it is too short for its share. So every length is evaluated on the
/// same documents, each with the same weight, and side by side on the same bytes.
std::vector<evaluation_window> evaluation_windows_of(protocol cut, std::span<const token_id> part,
                                                     std::span<const std::size_t> lengths, std::size_t stride,
                                                     std::size_t targets, std::size_t length);

/// Where a window begins: the document's number in the part, from 0, and the first input's index in the document.
struct window_place {
  std::size_t document, first;
  bool operator==(const window_place&) const = default;
};
std::vector<window_place> places_of(std::span<const token_id> part, std::span<const evaluation_window> windows);

}  // namespace lengthwise
