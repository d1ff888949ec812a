#include <fmt/format.h>

#include <algorithm>

#include "core/items/task_items.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/texts/corpus_fetch.hpp"
#include "experiments/texts/text_source.hpp"

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

// An item, its answers between brackets.
std::string marked(const task_item& item) {
  std::string text;
  for (std::size_t i = 0; i < item.symbols.size(); ++i) {
    if (item.answers[i] && !item.answers[i - 1]) text += '(';
    text += item.symbols[i];
    if (item.answers[i] && (i + 1 == item.symbols.size() || !item.answers[i + 1])) text += ')';
  }
  return text;
}

// The first lines of what is tested on; of made-up text its records, each with the number of records back to its
// definition.
int show_text(const arguments& a) {
  if (a.words.size() < 2) throw usage_error("which corpus? for example: lengthwise corpus show recall");
  study_settings settings;
  for (std::size_t i = 2; i < a.words.size(); ++i) apply_override(settings, a.words[i]);
  apply_override(settings, "corpus.name=" + a.words[1]);
  if (!settings.sweep.empty()) throw usage_error("command line: corpus show takes one value a key");
  const cell_config c = config_of(settings.settings);
  check(c, settings.settings);
  const std::shared_ptr<const corpus> text = load_text(c.corpus, 0, 0);
  if (c.corpus.is_task()) {
    show("what is between brackets is to be answered; items of length {}\n\n", c.corpus.task.most);
    for (std::uint64_t i = 0; i < 8; ++i)
      show("{}\n", marked(asked_item(*c.corpus.asked, item_part::test, c.corpus.task.most, i)));
    return 0;
  }
  constexpr std::size_t shown_tokens = 1200;
  const std::string sample = byte_tokenizer().decode(text->test().first(std::min(shown_tokens, text->test().size())));
  if (!c.corpus.is_recall()) {
    show("{}\n", printable_lines(sample));
    return 0;
  }
  const auto record = static_cast<std::size_t>(c.corpus.recall.record());
  const text_part part = text->part_of(text->test());
  show("=KEYvalue defines, ?KEYvalue asks; +n: its definition began n symbols before the answer\n\n");
  for (std::size_t at = 0; at + record <= sample.size(); at += record) {
    const std::uint32_t back = part.distances[at + record - static_cast<std::size_t>(c.corpus.recall.value)];
    const std::string said = fmt::format("{}{}", sample.substr(at, record), back > 0 ? fmt::format(" +{}", back) : "");
    const bool ends_line = (at / record) % 8 == 7 || at + 2 * record > sample.size();
    show("{:<{}}{}", said, ends_line ? 0 : record + 6, ends_line ? "\n" : "");
  }
  return 0;
}

int corpus_action(const arguments& a) {
  const std::string& action = a.words.front();
  if (action != "fetch" && action != "verify" && action != "list" && action != "show")
    throw usage_error(fmt::format(
        "\"{}\" is not fetch, verify, list or show{}\nfor example: lengthwise corpus fetch kjv", printable(action),
        did_you_mean(action, std::vector<std::string>{"fetch", "verify", "list", "show"})));
  if (action == "show") return show_text(a);
  if (a.words.size() > 2) throw usage_error(fmt::format("corpus {} takes one name", action));
  if (action == "fetch" && a.words.size() < 2)
    throw usage_error("which corpus? for example: lengthwise corpus fetch kjv");
  if (a.words.size() > 1 && (a.words[1] == "synthetic" || a.words[1] == "recall" || a.words[1] == "task")) {
    show("{:<16} built in, needs no file\n", a.words[1]);
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
  return {
      "corpus",
      "fetch|verify|list|show [NAME]",
      "Bring a text to the data folder and check its SHA-256, or show how it begins",
      "The data folder is data/corpora, or LENGTHWISE_DATA. show prints the first of what is tested on and takes keys "
      "of a config, as recall.farthest=16.\n\n"
      "Example:\n  lengthwise corpus fetch kjv\n  lengthwise corpus show recall",
      1,
      static_cast<std::size_t>(-1),
      {},
      corpus_action};
}

}  // namespace lengthwise
