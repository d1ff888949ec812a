#include "experiments/command_line/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {
namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

// "; did you mean --jobs?": a letter alone is that of the first option that begins so.
std::string nearest_option(const command& c, std::string_view option) {
  std::vector<std::string> names{"--help"};
  for (const command_option& o : c.options)
    if (!o.hidden) names.emplace_back(o.name);
  if (option.size() == 2)
    for (const std::string& name : names)
      if (name[2] == option[1]) return fmt::format("; did you mean {}?", name);
  return did_you_mean(option, names);
}

std::string of_command(const command& c, std::span<const std::string> words) {
  const std::string example = example_of(c);
  std::size_t plain = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i], name = word.substr(0, word.find('='));
    if (word == "--") break;
    if (!is_option(word)) {
      if (++plain <= c.most_words) continue;
      return fmt::format("{} takes {}, and \"{}\" is a word too many{}", c.name,
                         c.most_words == 0 ? "no words" : std::string(c.words), printable(word), example);
    }
    const auto option = std::ranges::find(c.options, name, &command_option::name);
    if (name == "--help" || name == "-h") continue;
    if (option == c.options.end())
      return fmt::format("{} has no option {}{}{}", c.name, printable(name), nearest_option(c, name), example);
    const bool joined = name.size() < word.size();
    if (option->value.empty() && joined)
      return fmt::format("{} is a switch and takes no value{}", option->name, example);
    if (option->value.empty() || joined) continue;
    if (i + 1 == words.size())
      return fmt::format("{0} needs a value: {0} {1}: {2}", option->name, option->value, option->help);
    ++i;
  }
  for (const command_option& o : c.options)
    if (!o.repeated &&
        std::ranges::count_if(words, [&](std::string_view w) { return w.substr(0, w.find('=')) == o.name; }) > 1)
      return fmt::format("{} is said twice{}", o.name, example);
  return fmt::format("this call of {} cannot be read: lengthwise {} {}{}", c.name, c.name, c.words, example);
}

}  // namespace

std::string example_of(const command& c) {
  constexpr std::string_view mark = "Example:\n  ";
  const std::size_t at = c.details.find(mark);
  if (at == c.details.npos) return "";
  const std::string_view rest = c.details.substr(at + mark.size());
  return fmt::format("\nfor example: {}", rest.substr(0, rest.find('\n')));
}

std::string explanation_of(std::span<const std::string> words) {
  std::vector<std::string> names;
  for (const command& c : commands())
    if (!c.hidden) names.emplace_back(c.name);
  const std::string example = example_of(commands().front());
  if (words.empty()) return fmt::format("which command? lengthwise --help lists them{}", example);
  const std::string& first = words.front();
  const auto named = std::ranges::find(commands(), first, &command::name);
  if (named != commands().end()) return of_command(*named, words.subspan(1));
  if (!is_option(first))
    return fmt::format("there is no command \"{}\"{}; lengthwise --help lists them{}", printable(first),
                       did_you_mean(first, names), example);
  for (const command& c : commands())
    if (std::ranges::find(c.options, first.substr(0, first.find('=')), &command_option::name) != c.options.end())
      return fmt::format("{} stands before the command; write it behind it{}", printable(first), example);
  return fmt::format("there is no option {}{}; a command comes first{}", printable(first),
                     did_you_mean(first, std::vector<std::string>{"--help", "--version"}), example);
}

}  // namespace lengthwise
