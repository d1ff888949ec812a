#include <fmt/format.h>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/config.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

std::string visible_commands() {
  std::string names;
  for (const command& c : commands())
    if (!c.hidden) names += fmt::format("{}{}", names.empty() ? "" : " ", c.name);
  return names;
}

std::string options_of(const command& c) {
  std::string names = "--help";
  for (const command_option& o : c.options)
    if (!o.hidden) names += fmt::format(" {}", o.name);
  return names;
}

// Keys as they are typed: "train.steps=".
std::string keys() {
  std::string all;
  for (const named_value& v : config_values(cell_config{})) all += fmt::format("{}{}=", all.empty() ? "" : " ", v.name);
  return all;
}

// zsh reads bash's completion through bashcompinit.
std::string bash() {
  std::string cases;
  for (const command& c : commands())
    if (!c.hidden) cases += fmt::format("    {}) options=\"{}\" ;;\n", c.name, options_of(c));
  return fmt::format(R"(_lengthwise() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{} --help --version" -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{}  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *)
      case "${{COMP_WORDS[1]}}" in
        run|show|evaluate) COMPREPLY=($(compgen -W "{}" -- "$word") $(compgen -f -- "$word")) ;;
        list) COMPREPLY=($(compgen -W "encodings corpora configs" -- "$word")) ;;
        corpus) COMPREPLY=($(compgen -W "fetch verify list" -- "$word")) ;;
        completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")) ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
      esac ;;
  esac
}}
complete -o nospace -o filenames -F _lengthwise lengthwise
)",
                     visible_commands(), cases, keys());
}

std::string fish() {
  std::string script;
  for (const command& c : commands()) {
    if (c.hidden) continue;
    script += fmt::format("complete -c lengthwise -n __fish_use_subcommand -a {} -d '{}'\n", c.name, c.summary);
    for (const command_option& o : c.options)
      if (!o.hidden)
        script += fmt::format("complete -c lengthwise -n '__fish_seen_subcommand_from {}' -l {} {}-d '{}'\n", c.name,
                              o.name.substr(2), o.value.empty() ? "" : "-r ", o.help);
  }
  return script + fmt::format(
                      "complete -c lengthwise -n '__fish_seen_subcommand_from run show evaluate' -a '{}'\n"
                      "complete -c lengthwise -f -n '__fish_seen_subcommand_from list' -a 'encodings corpora configs'\n"
                      "complete -c lengthwise -f -n '__fish_seen_subcommand_from corpus' -a 'fetch verify list'\n",
                      keys());
}

int completion(const arguments& a) {
  const std::string& shell = a.words.front();
  if (shell == "bash")
    show("{}", bash());
  else if (shell == "zsh")
    show("autoload -U +X bashcompinit && bashcompinit\n{}", bash());
  else if (shell == "fish")
    show("{}", fish());
  else
    throw usage_error(fmt::format("no completion for \"{}\"{}; shells: bash, zsh, fish", printable(shell),
                                  did_you_mean(shell, std::vector<std::string>{"bash", "zsh", "fish"})));
  return 0;
}

}  // namespace

command completion_command() {
  return {"completion",
          "bash|zsh|fish",
          "Print a shell's completion",
          "Example:\n  source <(lengthwise completion bash)",
          1,
          1,
          {},
          completion};
}

}  // namespace lengthwise
