#include "core/text/documents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/errors.hpp"
#include "core/storage/sha256.hpp"

namespace lengthwise {
namespace {

struct piece {
  std::string name;
  std::string_view text;
  corpus_part part;
};

// The three pieces of a text, or the whole where a share of it is empty.
void cut_by_shares(const joined_text& t, std::vector<piece>& pieces) {
  const std::size_t sum = t.shares.sum();
  if (sum == 0)
    throw usage_error(fmt::format("the shares of corpus {} are all 0; the usual ones are 90, 5, 5", t.name));
  const auto cut = [&](std::size_t share) { return t.text.size() / sum * share + t.text.size() % sum * share / sum; };
  const std::size_t train_end = cut(t.shares.train), validation_end = cut(t.shares.train + t.shares.validation);
  pieces.push_back({t.name, t.text.substr(0, train_end), corpus_part::train});
  pieces.push_back({t.name, t.text.substr(train_end, validation_end - train_end), corpus_part::validation});
  pieces.push_back({t.name, t.text.substr(validation_end), corpus_part::test});
}

void cut_by_documents(const joined_text& t, std::vector<piece>& pieces) {
  const std::size_t first = pieces.size();
  std::size_t begin = 0;
  for (const document_size& d : t.documents) {
    if (d.bytes > t.text.size() - begin)
      throw data_error(fmt::format("the documents of corpus {} are longer than its text", t.name));
    pieces.push_back({fmt::format("{}/{}", t.name, d.name), t.text.substr(begin, d.bytes), corpus_part::train});
    begin += d.bytes;
  }
  if (t.documents.empty())
    pieces.push_back({t.name, t.text, corpus_part::train});
  else if (begin != t.text.size())
    throw data_error(fmt::format("the documents of corpus {} are shorter than its text", t.name));

  const std::span<piece> own = std::span(pieces).subspan(first);
  if (own.size() < 3) return;
  std::vector<std::pair<std::string, piece*>> order;
  for (piece& p : own) order.emplace_back(sha256_of(std::as_bytes(std::span(p.text))), &p);
  std::ranges::sort(order);
  auto next = order.begin();
  for (const auto& [part, share] :
       {std::pair{corpus_part::test, t.shares.test}, {corpus_part::validation, t.shares.validation}}) {
    // In whole products, so that no rounding decides.
    for (std::size_t held = 0; held * t.shares.sum() < share * t.text.size() && next != order.end(); ++next) {
      next->second->part = part;
      held += next->second->text.size();
    }
  }
}

}  // namespace

corpus joined_corpus(std::string name, std::span<const joined_text> texts, split_kind split, bool across_documents,
                     const tokenizer& tokens) {
  std::vector<piece> pieces;
  std::string whole_digest, digests;
  corpus made;
  for (const joined_text& t : texts) {
    if (t.text.empty()) throw data_error(fmt::format("corpus {} is empty; choose a text", t.name));
    if (split == split_kind::shares)
      cut_by_shares(t, pieces);
    else
      cut_by_documents(t, pieces);
    made.bytes += t.text.size();
  }
  made.name = std::move(name);
  for (const piece& p : pieces) digests += sha256_of(std::as_bytes(std::span(p.text))) + '\n';
  made.sha256 = texts.size() == 1 && split == split_kind::shares
                    ? sha256_of(std::as_bytes(std::span(texts.front().text)))
                    : sha256_of(std::as_bytes(std::span(digests)));
  made.tokens.reserve(made.bytes + pieces.size());
  for (const corpus_part part : {corpus_part::train, corpus_part::validation, corpus_part::test}) {
    const std::size_t first = made.tokens.size();
    for (const piece& p : pieces) {
      if (p.part != part) continue;
      if (!across_documents && made.tokens.size() > first && !p.text.empty()) made.tokens.push_back(document_end);
      const std::vector<token_id> encoded = tokens.encode(p.text);
      made.tokens.insert(made.tokens.end(), encoded.begin(), encoded.end());
      made.documents.push_back({p.name, p.text.size(), part});
    }
    if (part == corpus_part::train) made.train_end = made.tokens.size();
    if (part == corpus_part::validation) made.validation_end = made.tokens.size();
  }
  const bool held_out = std::ranges::count(made.documents, corpus_part::test, &corpus_document::part) > 0 &&
                        std::ranges::count(made.documents, corpus_part::validation, &corpus_document::part) > 0;
  if (!held_out)
    throw usage_error(
        fmt::format("corpus {} has no documents that can be held out: that takes a text of three or more; "
                    "corpus.split = \"shares\" cuts within documents",
                    made.name));
  return made;
}

std::vector<std::pair<std::size_t, std::span<const token_id>>> documents_of(std::span<const token_id> part) {
  std::vector<std::pair<std::size_t, std::span<const token_id>>> documents;
  for (std::size_t begin = 0; begin <= part.size();) {
    const auto end = static_cast<std::size_t>(std::ranges::find(part.subspan(begin), document_end) - part.begin());
    documents.emplace_back(begin, part.subspan(begin, end - begin));
    begin = end + 1;
  }
  return documents;
}

std::span<const token_id> longest_document(std::span<const token_id> part) {
  return std::ranges::max(documents_of(part), {}, [](const auto& d) { return d.second.size(); }).second;
}

void require_documents(const corpus& text, std::size_t train_length, std::size_t evaluation_length) {
  const auto require = [&](std::string_view name, std::span<const token_id> part, std::size_t length) {
    const std::size_t longest = longest_document(part).size();
    if (length > 0 && longest < length + 1)
      throw data_error(fmt::format(
          "corpus {} has too short documents: the longest of its {} part has {} bytes, and a length of {} needs {}; "
          "choose a shorter length, or corpus.across_documents = true",
          text.name, name, longest, length, length + 1));
  };
  require("train", text.train(), train_length);
  require("validation", text.validation(), train_length);
  require("test", text.test(), evaluation_length);
}

std::vector<evaluation_window> evaluation_windows_of(protocol cut, std::span<const token_id> part,
                                                     std::span<const std::size_t> lengths, std::size_t stride,
                                                     std::size_t targets, std::size_t length) {
  const std::size_t longest = std::ranges::max(lengths);
  auto documents = documents_of(part);
  if (documents.size() > 1) std::erase_if(documents, [&](const auto& d) { return d.second.size() <= longest; });
  if (documents.empty())
    throw data_error(fmt::format(
        "no document of the part to evaluate holds a window of {} tokens; choose shorter lengths", longest));
  std::size_t whole = 0;
  for (const auto& [begin, document] : documents) whole += document.size();
  // In blocks of the longest length, so that side by side most windows are whole.
  const std::size_t blocks = targets / longest + (targets % longest != 0 ? 1 : 0);
  std::vector<evaluation_window> all;
  std::size_t before = 0, dealt = 0;
  for (const auto& [begin, document] : documents) {
    before += document.size();
    // The share of all blocks up to here, rounded down; what a document has no room for goes to the next. The product
    // fits: there are fewer than 2^31 targets and 2^33 tokens.
    const std::size_t due = std::min(blocks * before / whole * longest, targets) - dealt;
    evaluation_plan plan{document.size(), lengths, stride, due};
    // Where a window of the longest length does not even fit, evaluation_windows() says so.
    if (const std::size_t room = most_targets(cut, plan); room > 0) plan.targets = std::min(due, room);
    if (plan.targets == 0 && documents.size() > 1) continue;
    dealt += plan.targets;
    for (evaluation_window& w : evaluation_windows(cut, plan, length)) {
      w.start += begin;
      all.push_back(w);
    }
  }
  return all;
}

std::vector<window_place> places_of(std::span<const token_id> part, std::span<const evaluation_window> windows) {
  const auto documents = documents_of(part);
  std::vector<window_place> places;
  for (const evaluation_window& w : windows) {
    const auto after = std::ranges::upper_bound(documents, w.start, {}, [](const auto& d) { return d.first; });
    const auto own = std::prev(after);
    places.push_back({static_cast<std::size_t>(own - documents.begin()), w.start - own->first});
  }
  return places;
}

}  // namespace lengthwise
