#include "experiments/schedulers/scripts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view plain_marks = "._+-=,/@:";
constexpr int warning_seconds = 120, least_seconds = 300;

bool is_plain(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || more.find(c) != more.npos;
  });
}

std::string shell_words(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(shell_word(word));
  return fmt::format("{}", fmt::join(quoted, " "));
}

std::string heading(const emission& e, std::string_view with, std::size_t cells) {
  return fmt::format("#!/bin/bash\n# {} cell{} of the study {}, for {}. Made by lengthwise emit.\n", cells,
                     cells == 1 ? "" : "s", printable(e.name), with);
}

int mebibytes(double bytes) { return static_cast<int>(std::ceil(bytes / (1024 * 1024))); }

// Minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds; nothing
// where it is none of these, and sbatch will say so.
std::optional<double> seconds_of_slurm(std::string_view time) {
  std::vector<double> numbers;
  const std::size_t dash = time.find('-');
  for (std::size_t begin = 0; begin <= time.size();) {
    const std::size_t end = std::min(time.find_first_of("-:", begin), time.size());
    int number = 0;
    const auto [stop, problem] = std::from_chars(time.data() + begin, time.data() + end, number);
    if (problem != std::errc() || stop != time.data() + end || number < 0) return std::nullopt;
    numbers.push_back(number);
    begin = end + 1;
  }
  if (dash != time.npos) {
    if (numbers.size() < 2 || numbers.size() > 4 || time.substr(0, dash).find(':') != time.npos) return std::nullopt;
    numbers.resize(4);
    return ((numbers[0] * 24 + numbers[1]) * 60 + numbers[2]) * 60 + numbers[3];
  }
  if (numbers.size() == 1) return numbers[0] * 60;
  if (numbers.size() == 2) return numbers[0] * 60 + numbers[1];
  if (numbers.size() == 3) return (numbers[0] * 60 + numbers[1]) * 60 + numbers[2];
  return std::nullopt;
}

}  // namespace

std::string shell_word(std::string_view word) {
  if (!word.empty() && is_plain(word, plain_marks)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<array_piece> pieces_of(std::size_t cells, std::size_t largest) {
  std::vector<array_piece> pieces;
  for (std::size_t first = 0; first < cells; first += largest)
    pieces.push_back({first, std::min(largest, cells - first)});
  return pieces;
}

std::string job_name(const emission& e, std::size_t first) {
  std::string name = e.name.substr(0, 40);
  std::ranges::replace_if(
      name, [](char c) { return !is_plain(std::string_view(&c, 1), "_-"); }, '_');
  return fmt::format("{}.{}+{}", name, e.hash, first);
}

void require_slurm_words(const fs::path& folder, std::string_view time, std::string_view partition) {
  for (const fs::path& path : {fs::absolute(folder).lexically_normal(), this_program()})
    if (!is_plain(path.string(), plain_marks))
      throw usage_error(fmt::format("Slurm reads some letters of {} as something else; take a folder of plain letters",
                                    printable(path.string())));
  for (const auto& [option, value] : {std::pair{"--partition", partition}, {"--time", time}})
    if (!is_plain(value, plain_marks)) throw usage_error(fmt::format("{} is no \"{}\"", option, printable(value)));
  if (const std::optional<double> seconds = seconds_of_slurm(time); seconds && *seconds > 0 && *seconds < least_seconds)
    throw usage_error(
        fmt::format("--time {} is too short: a cell is asked to save {} seconds before its time is over, "
                    "and would do nothing else; give {} minutes or more",
                    time, warning_seconds, least_seconds / 60));
}

std::string slurm_script(const emission& e, array_piece piece, std::string_view partition) {
  std::string s = heading(e, "Slurm", piece.count);
  s += fmt::format(
      "# Submit it with sbatch, again when something was lost: finished cells are left at once.\n"
      "#SBATCH --job-name={}\n#SBATCH --array=0-{}{}\n#SBATCH --cpus-per-task={}\n",
      job_name(e, piece.first), piece.count - 1, e.at_once > 0 ? fmt::format("%{}", e.at_once) : "", e.cpus);
  s += fmt::format(
      "# What --dry-run predicts for the largest cell and a third more, and the program.\n"
      "#SBATCH --mem={}M\n",
      mebibytes(e.memory));
  if (!e.time.empty()) s += fmt::format("#SBATCH --time={}\n", e.time);
  if (!partition.empty()) s += fmt::format("#SBATCH --partition={}\n", partition);
  s += fmt::format(
      "#SBATCH --output={}/slurm-%A_%a.log\n#SBATCH --open-mode=append\n#SBATCH --requeue\n"
      "# Before its time is over, a cell is asked to save.\n#SBATCH --signal=B:USR2@{}\n\n",
      e.logs().string(), warning_seconds);
  s += fmt::format(
      "# A script hears a signal only while it waits: the cell runs beside it.\n"
      "saving=no\n"
      "trap 'saving=yes; kill -USR2 \"$cell\"' USR2\n"
      "{} --index {} &\n"
      "cell=$!\n"
      "wait \"$cell\"\n"
      "code=$?\n"
      "if [ \"$saving\" = yes ]; then  # the signal cut the waiting short\n"
      "  wait \"$cell\"\n"
      "  code=$?\n"
      "fi\n"
      "if [ \"$saving\" = yes ] && [ \"$code\" = 75 ]; then\n"
      "  # Saved and not finished: back into the queue, which holds such a task for two minutes. Slurm ends this "
      "script.\n"
      "  scontrol requeue \"$SLURM_JOB_ID\"\n"
      "fi\n"
      "exit \"$code\"\n",
      shell_words(e.command()),
      piece.first == 0 ? std::string("\"$SLURM_ARRAY_TASK_ID\"")
                       : fmt::format("$((SLURM_ARRAY_TASK_ID + {}))", piece.first));
  return s;
}

std::string parallel_script(const emission& e) {
  // Of each machine's cores, what keeps them busy with cells of so many.
  const std::string jobs = e.at_once > 0 ? std::to_string(e.at_once) : fmt::format("{}%", std::max(1, 100 / e.cpus));
  std::string s = heading(e, "GNU parallel", e.cells);
  s += fmt::format(
      "# On this machine:     {0}\n"
      "# On several by ssh:   {0} --sshloginfile FILE\n"
      "# They must see this folder and the program under the same names. Run it again when something was lost: "
      "finished\n"
      "# cells are left at once. Its exit code is the number of cells that did not end well.\n\n",
      shell_word((e.folder / "parallel.sh").string()));
  s += fmt::format(
      "# Stopped, it asks each cell once to save and gives it a minute. What other words say comes last and wins.\n"
      "seq 0 {} | parallel --quote --jobs {} --termseq TERM,60000,KILL --line-buffer --tag \\\n"
      "  --joblog {} \"$@\" \\\n"
      "  {} --index\n",
      e.cells - 1, jobs, shell_word((e.logs() / "parallel.tsv").string()), shell_words(e.command()));
  return s;
}

std::string hq_script(const emission& e) {
  std::string s = heading(e, "HyperQueue", e.cells);
  const std::string script = (e.folder / "hq.sh").string(), log = e.logs().string() + "/hq-%{JOB_ID}-%{TASK_ID}.log";
  s += fmt::format(
      "# Start it where the server is reached; HyperQueue then calls it for each cell. A task that is lost with its\n"
      "# worker is begun again, and goes on from what was saved.\n\n"
      "if [ -n \"${{HQ_TASK_ID:-}}\" ]; then\n"
      "  exec {} --index \"$HQ_TASK_ID\"\n"
      "fi\n"
      "exec hq submit --name {} --array 0-{} --cpus {} --pin taskset {}\\\n"
      "  --stdout {} --stderr {} \"$@\" -- bash {}\n",
      shell_words(e.command()), shell_word(job_name(e, 0)), e.cells - 1, e.cpus,
      e.time.empty() ? "" : fmt::format("--time-limit {} ", shell_word(e.time)), shell_word(log), shell_word(log),
      shell_word(script));
  return s;
}

}  // namespace lengthwise
