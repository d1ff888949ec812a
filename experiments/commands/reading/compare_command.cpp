// `lengthwise compare`: what one study has over another.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/overview/comparison.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

int compare(const arguments& a) {
  measurements first = gather(a.words[0]), second = gather(a.words[1]);
  // Studies of one config have one name, but not one folder.
  first.name = printable((std::filesystem::path(a.words[0]) / "").parent_path().filename().string());
  second.name = printable((std::filesystem::path(a.words[1]) / "").parent_path().filename().string());
  const std::size_t columns = std::clamp<std::size_t>(screen_of(STDOUT_FILENO).columns, 60, 200);
  show("{}", a.has("--json") ? comparison_json(first, second) : comparison_text(first, second, columns));
  return 0;
}

}  // namespace

command compare_command() {
  return {"compare",
          "DIR DIR",
          "Say what the second of two studies has over the first",
          "Curves are paired by what varies within a study, their models by seed, their losses by target: what is\n"
          "compared is what the two studies do not share, and a line says what that is. Differences that are not\n"
          "of the same targets are not shown.\n\n"
          "Example:\n  lengthwise compare runs/quickstart runs/longer",
          2,
          2,
          {{"--json", "", "every protocol and length, as JSON"}},
          compare};
}

}  // namespace lengthwise
