#include <fmt/format.h>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

// Each shell asks the program itself what a word could become, so that keys, encodings and folders are those of now.
// bash cuts words at = and puts its candidates behind the last cut.
constexpr std::string_view bash = R"(_lengthwise() {
  local line="${COMP_LINE:0:COMP_POINT}" word cut candidate
  local -a said
  read -r -a said <<<"$line"
  [[ $line == *[[:space:]] ]] && said+=("")
  word="${said[-1]}"
  cut="${word%"${word##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r candidate; do
    [[ $candidate == *[/=] ]] || candidate+=" "
    COMPREPLY+=("${candidate#"$cut"}")
  done < <("${said[0]}" complete -- "${said[@]:1}" 2>/dev/null)
}
complete -o nospace -F _lengthwise lengthwise
)",
                           zsh = R"(#compdef lengthwise
_lengthwise() {
  local -a found whole begun
  found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(${found:#})
  begun=(${(M)found:#*[/=]})
  whole=(${found:#*[/=]})
  compadd -Q -S '' -- $begun
  compadd -Q -- $whole
}
(( $+functions[compdef] )) || { autoload -Uz compinit; compinit }
compdef _lengthwise lengthwise
)",
                           fish = R"(function __lengthwise_complete
  set -l said (commandline -opc) (commandline -ct)
  $said[1] complete -- $said[2..-1] 2>/dev/null
end
complete -c lengthwise -f -a '(__lengthwise_complete)'
)";

int completion(const arguments& a) {
  const std::string& shell = a.words.front();
  if (shell == "bash")
    show("{}", bash);
  else if (shell == "zsh")
    show("{}", zsh);
  else if (shell == "fish")
    show("{}", fish);
  else
    throw usage_error(fmt::format("no completion for \"{}\"{}; shells: bash, zsh, fish", printable(shell),
                                  did_you_mean(shell, std::vector<std::string>{"bash", "zsh", "fish"})));
  return 0;
}

}  // namespace

command completion_command() {
  return {"completion",
          "bash|zsh|fish",
          "Print a shell's completion of commands, options, configs, folders, keys and names",
          "Example:\n  source <(lengthwise completion bash)",
          1,
          1,
          {},
          completion};
}

}  // namespace lengthwise
