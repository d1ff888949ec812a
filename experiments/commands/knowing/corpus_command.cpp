#include <fmt/format.h>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/texts/corpus_fetch.hpp"

namespace lengthwise {
namespace {

int fetch(const corpus_entry& entry) {
  const std::filesystem::path path = fetch_corpus(entry);
  show("{:<16} {}  {}\n", entry.name, name_of(verify_corpus(entry)), printable(path.string(), 1000));
  return 0;
}

// Exit code 3 unless the text is there and not altered.
int verify(const corpus_entry& entry) {
  const corpus_state state = verify_corpus(entry);
  show("{:<16} {}  {}\n", entry.name, name_of(state), printable(corpus_path(entry.name).string(), 1000));
  return state == corpus_state::verified || state == corpus_state::unchecked ? 0 : data_error("").exit_code();
}

int corpus_action(const arguments& a) {
  const std::string& action = a.words.front();
  if (action != "fetch" && action != "verify" && action != "list")
    throw usage_error(fmt::format("\"{}\" is not fetch, verify or list{}\nfor example: lengthwise corpus fetch kjv",
                                  printable(action),
                                  did_you_mean(action, std::vector<std::string>{"fetch", "verify", "list"})));
  if (action == "fetch" && a.words.size() < 2)
    throw usage_error("which corpus? for example: lengthwise corpus fetch kjv");
  if (a.words.size() > 1 && a.words[1] == "synthetic") {
    show("{:<16} built in, needs no file\n", "synthetic");
    return 0;
  }
  if (a.words.size() > 1) {
    const corpus_entry entry = known_corpus(a.words[1]);
    return action == "fetch" ? fetch(entry) : verify(entry);
  }
  int worst = 0;
  for (const corpus_entry& entry : known_corpora()) {
    const int code = verify(entry);
    // Of all corpora only an altered one is a fault; one that is not here is just not here.
    if (action == "verify" && code != 0 && verify_corpus(entry) == corpus_state::altered) worst = code;
  }
  return worst;
}

}  // namespace

command corpus_command() {
  return {"corpus",
          "fetch|verify|list [NAME]",
          "Bring a text to the data folder and check its SHA-256",
          "The data folder is data/corpora, or LENGTHWISE_DATA.\n\nExample:\n  lengthwise corpus fetch kjv",
          1,
          2,
          {},
          corpus_action};
}

}  // namespace lengthwise
