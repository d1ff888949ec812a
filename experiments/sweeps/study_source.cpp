#include "experiments/sweeps/study_source.hpp"

#include "experiments/config/overrides.hpp"
#include "experiments/config/toml_reader.hpp"

namespace lengthwise {

study study_from_words(std::span<const std::string> words) {
  study_settings settings = read_toml(words.front());
  for (const std::string& word : words.subspan(1)) apply_override(settings, word);
  return make_study(settings);
}

}  // namespace lengthwise
