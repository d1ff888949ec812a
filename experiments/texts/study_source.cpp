#include "experiments/texts/study_source.hpp"

#include <fmt/format.h>

#include <map>

#include "core/storage/errors.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

study study_from_words(std::span<const std::string> words) {
  study_settings settings = read_toml(words.front());
  for (const std::string& word : words.subspan(1)) apply_override(settings, word);
  study made = make_study(settings);
  identify_texts(made);
  return made;
}

void identify_texts(study& s) {
  std::map<std::string, std::string> texts;  // what each is and how it is cut; "" where it is not there
  for (const study_cell& cell : s.cells) texts.emplace(text_key(cell.config.corpus), "");
  const bool several = texts.size() > 1;
  std::map<std::string, std::string> digests;
  for (study_cell& cell : s.cells) {
    corpus_config& c = cell.config.corpus;
    const std::string key = text_key(c);
    if (c.path.empty() && !several) continue;
    if (!digests.contains(key)) {
      try {
        const std::shared_ptr<const corpus> text = load_text(c, 0, 0);
        digests[key] = text->sha256;
        texts[key] = fmt::format("{} {} {}", text->sha256, text->train_end, text->validation_end);
      } catch (const data_error&) {
        digests[key] = "";  // whoever needs it will say what is wrong with it
      }
    }
    if (!c.path.empty() && c.sha256.empty()) c.sha256 = digests[key];
  }
  refuse_twins(s, [&](const study_cell& cell) {
    const std::string& text = texts.at(text_key(cell.config.corpus));
    if (text.empty()) return config_hash(cell.config);
    cell_config same = cell.config;
    same.corpus.name = text;
    same.corpus.path = same.corpus.sha256 = "";
    return config_hash(same);
  });
}

void identify_text(corpus_config& c) {
  if (!c.path.empty() && c.sha256.empty()) c.sha256 = load_text(c, 0, 0)->sha256;
}

}  // namespace lengthwise
