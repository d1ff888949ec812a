#include "core/text/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

fs::path manifest_path() {
  const fs::path manifest = fs::path("data") / "corpora.toml";
  std::error_code code;  // an unreadable folder has no manifest
  for (const fs::path& beginning : {fs::current_path(code), fs::read_symlink("/proc/self/exe", code).parent_path()})
    for (fs::path folder = beginning; !folder.empty(); folder = folder.parent_path()) {
      for (const fs::path& candidate : {folder / manifest, folder / "share" / "lengthwise" / manifest})
        if (fs::is_regular_file(candidate, code)) return candidate;
      if (folder == folder.root_path()) break;
    }
  return manifest;
}

fs::path data_folder() {
  const char* folder = std::getenv("LENGTHWISE_DATA");
  return folder != nullptr && *folder != '\0' ? fs::path(folder) : manifest_path().parent_path() / "corpora";
}

fs::path corpus_path(std::string_view name) { return data_folder() / fmt::format("{}.txt", name); }

corpus corpus_of(std::string name, std::string_view text, const split_shares& shares, const tokenizer& tokens) {
  if (text.empty()) throw data_error(fmt::format("corpus {} is empty; choose a text", name));
  if (shares.sum() == 0)
    throw usage_error(fmt::format("the shares of corpus {} are all 0; the usual ones are 90, 5, 5", name));

  // n share / sum without overflow: whole sums first, then the rest.
  const auto cut = [&](std::size_t share) {
    return text.size() / shares.sum() * share + text.size() % shares.sum() * share / shares.sum();
  };
  const std::size_t train_end = cut(shares.train);
  const std::size_t validation_end = cut(shares.train + shares.validation);

  corpus made;
  made.name = std::move(name);
  made.sha256 = sha256_of(std::as_bytes(std::span(text)));
  made.bytes = text.size();
  const auto add = [&](std::string_view part) {
    const std::vector<token_id> encoded = tokens.encode(part);
    made.tokens.insert(made.tokens.end(), encoded.begin(), encoded.end());
    return made.tokens.size();
  };
  made.tokens.reserve(text.size());
  made.train_end = add(text.substr(0, train_end));
  made.validation_end = add(text.substr(train_end, validation_end - train_end));
  add(text.substr(validation_end));
  return made;
}

corpus load_corpus(const corpus_source& source, const tokenizer& tokens) {
  const bool fetchable = !source.sha256.empty();
  const std::string name = printable(source.name), path = printable(source.path.string());
  const std::string remedy = fetchable ? fmt::format("run: lengthwise corpus fetch {}", name)
                                       : "check the path, or say where it lies: corpus.path=FILE";
  std::error_code code;
  if (!fs::exists(source.path, code) && !code)
    throw data_error(fmt::format("corpus {} is not at {}; {}", name, path, remedy));

  std::vector<std::byte> bytes;
  try {
    bytes = file_bytes(source.path);
  } catch (const io_error& problem) {
    throw data_error(fmt::format("corpus {}: {}", name, problem.what()));
  }
  if (bytes.empty()) throw data_error(fmt::format("corpus {} is empty: {}; {}", name, path, remedy));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());

  corpus loaded = corpus_of(source.name, text, source.shares, tokens);
  if (fetchable && loaded.sha256 != source.sha256)
    throw data_error(fmt::format("corpus {} was altered: {} has SHA-256 {}, expected {}\n{}", name, path, loaded.sha256,
                                 source.sha256, remedy));
  return loaded;
}

void require_lengths(const corpus& text, std::size_t train_length, std::size_t evaluation_length) {
  const auto require = [&](std::string_view part, std::size_t tokens, std::size_t length) {
    if (length > 0 && tokens < length + 1)
      throw data_error(
          fmt::format("corpus {} is too short: its {} part has {} bytes, and a length of {} needs {}; "
                      "choose a longer text or a shorter length",
                      printable(text.name), part, tokens, length, length + 1));
  };
  require("train", text.train().size(), train_length);
  require("validation", text.validation().size(), train_length);
  require("test", text.test().size(), evaluation_length);
}

}  // namespace lengthwise
