#include "experiments/texts/corpus_fetch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"
#include "experiments/config/toml_plus_plus.hpp"
#include "experiments/terminal/nearest.hpp"

extern char** environ;

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& manifest, const toml::source_region& place, std::string_view reason) {
  throw data_error(fmt::format("{}:{}: {}; restore the manifest of this version", printable(manifest.string()),
                               place.begin.line, printable(reason, 1000)));
}

corpus_entry parsed_entry(const fs::path& manifest, std::string_view name, const toml::table& table) {
  const auto text = [&](std::string_view key) {
    const auto value = table[key].value<std::string>();
    if (!value) refuse(manifest, table.source(), fmt::format("corpus {} lacks '{}'", name, key));
    return *value;
  };
  corpus_entry entry;
  entry.name = name;
  entry.what = text("what");
  entry.licence = text("licence");
  entry.how = text("how");
  entry.sha256 = table["sha256"].value_or(std::string());
  if (const auto bytes = table["bytes"].value<std::int64_t>(); bytes && *bytes > 0)
    entry.bytes = static_cast<std::size_t>(*bytes);
  if (const toml::array* shares = table["shares"].as_array()) {
    const auto share = [&](std::size_t index) {
      const auto value = shares->size() == 3 ? (*shares)[index].value<std::int64_t>() : std::nullopt;
      if (!value || *value < 0)
        refuse(manifest, shares->source(), fmt::format("the shares of corpus {} are not three numbers from 0", name));
      return static_cast<std::size_t>(*value);
    };
    entry.shares = {share(0), share(1), share(2)};
  }
  return entry;
}

struct command_result {
  int status = 0;      // exit status, or 128 + the signal that ended it
  std::string errors;  // what it wrote to standard error
};

// Runs a program without a shell, so that no name or path can be taken for a command.
command_result run_program(const std::vector<std::string>& words) {
  const auto fail = [&](int code) {
    throw io_error(fmt::format("cannot run {}: {}; check that it is there and that python3 is installed", words.front(),
                               std::generic_category().message(code)));
  };
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) fail(errno);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t child = 0;
  const int spawned = ::posix_spawn(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (spawned != 0) {
    ::close(ends[0]);
    fail(spawned);
  }

  command_result result;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t got = ::read(ends[0], piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    result.errors.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  while (!result.errors.empty() && result.errors.back() == '\n') result.errors.pop_back();
  return result;
}

struct removed_at_end {
  fs::path path;

  explicit removed_at_end(fs::path file) : path(std::move(file)) {}
  removed_at_end(const removed_at_end&) = delete;
  removed_at_end& operator=(const removed_at_end&) = delete;
  ~removed_at_end() {
    std::error_code ignored;  // it may never have been made
    fs::remove(path, ignored);
  }
};

}  // namespace

std::vector<corpus_entry> known_corpora(const fs::path& manifest) {
  std::vector<std::byte> bytes;
  try {
    bytes = file_bytes(manifest);
  } catch (const io_error& problem) {
    throw data_error(fmt::format("the manifest of corpora: {}", problem.what()));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<corpus_entry> entries;
  try {
    for (const auto& [name, node] : toml::parse(text, manifest.string())) {
      const toml::table* table = node.as_table();
      if (table == nullptr) refuse(manifest, node.source(), fmt::format("'{}' is not a corpus", name.str()));
      entries.push_back(parsed_entry(manifest, name.str(), *table));
    }
  } catch (const toml::parse_error& problem) {
    refuse(manifest, problem.source(), problem.description());
  }
  std::ranges::sort(entries, {}, &corpus_entry::name);
  return entries;
}

corpus_entry known_corpus(std::string_view name, const fs::path& manifest) {
  const std::vector<corpus_entry> entries = known_corpora(manifest);
  const auto found = std::ranges::find(entries, name, &corpus_entry::name);
  if (found != entries.end()) return *found;
  std::vector<std::string> names;
  for (const corpus_entry& entry : entries) names.push_back(entry.name);
  throw usage_error(fmt::format("there is no corpus '{}'; known: {}, and synthetic, which needs no file{}",
                                printable(name), fmt::join(names, ", "), did_you_mean(name, names)));
}

std::string_view name_of(corpus_state state) {
  switch (state) {
    case corpus_state::missing: return "missing";
    case corpus_state::altered: return "altered";
    case corpus_state::unchecked: return "unchecked";
    case corpus_state::verified: return "verified";
  }
  return "";
}

corpus_state verify_corpus(const corpus_entry& entry) {
  const fs::path path = corpus_path(entry.name);
  std::error_code code;
  if (!fs::exists(path, code) && !code) return corpus_state::missing;
  try {
    const std::vector<std::byte> bytes = file_bytes(path);
    if (entry.bytes && bytes.size() != *entry.bytes) return corpus_state::altered;
    if (entry.sha256.empty()) return corpus_state::unchecked;
    return sha256_of(bytes) == entry.sha256 ? corpus_state::verified : corpus_state::altered;
  } catch (const io_error& problem) {
    throw data_error(fmt::format("corpus {}: {}", entry.name, problem.what()));
  }
}

fs::path fetch_corpus(const corpus_entry& entry, const fs::path& manifest) {
  const fs::path destination = corpus_path(entry.name);
  if (verify_corpus(entry) == corpus_state::verified) return destination;

  std::error_code code;
  fs::create_directories(destination.parent_path(), code);
  if (code)
    throw io_error(fmt::format("cannot create {}: {}; set LENGTHWISE_DATA to a folder you may write to",
                               printable(destination.parent_path().string()), code.message()));
  const removed_at_end arrived(fmt::format("{}.{}.fetched.tmp", destination.string(), ::getpid()));
  const fs::path recipes = fs::absolute(manifest).parent_path().parent_path() / "scripts" / "fetch_corpus";
  const command_result done =
      run_program({recipes.string(), "--manifest", manifest.string(), entry.name, arrived.path.string()});
  if (done.status == 127)  // what env says when it finds no interpreter
    throw data_error(
        fmt::format("cannot fetch corpus {}: python3 is not installed; apt-get install python3", entry.name));
  if (done.status != 0)
    throw data_error(
        fmt::format("cannot fetch corpus {}", !done.errors.empty()
                                                  ? printable_lines(done.errors)
                                                  : fmt::format("{}: {} ended with status {}; run it again", entry.name,
                                                                printable(recipes.string()), done.status)));

  const std::vector<std::byte> bytes = file_bytes(arrived.path);
  const std::string digest = sha256_of(bytes);
  if ((entry.bytes && bytes.size() != *entry.bytes) || (!entry.sha256.empty() && digest != entry.sha256))
    throw data_error(
        fmt::format("fetched another text than corpus {}: {} bytes, SHA-256 {}, expected {} bytes, {}\n"
                    "its source has changed; use another corpus or an older source",
                    entry.name, bytes.size(), digest, entry.bytes.value_or(bytes.size()),
                    entry.sha256.empty() ? "any" : entry.sha256));
  write_atomically(destination, bytes);
  return destination;
}

}  // namespace lengthwise
