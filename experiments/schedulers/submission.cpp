#include "experiments/schedulers/submission.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/schedulers/scheduler_program.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t usual_largest_array = 1001;  // Slurm's own default

// "JOB" or "JOB;CLUSTER", and nothing else.
std::optional<std::string> job_of(const std::string& said) {
  const std::string job = said.substr(0, said.find_first_of(";\n"));
  const bool is_number = !job.empty() && job.find_first_not_of("0123456789") == job.npos;
  return is_number ? std::optional(job) : std::nullopt;
}

void take_back(const std::vector<std::string>& jobs) {
  if (jobs.empty()) return;
  std::vector<std::string> words{"scancel"};
  words.insert(words.end(), jobs.begin(), jobs.end());
  run_program(words);
}

}  // namespace

std::size_t largest_array() {
  const std::optional<program_outcome> said = run_program({"scontrol", "show", "config"}, 10);
  if (!said || said->code != 0) return usual_largest_array;
  const std::string& text = said->output.unescaped();
  const std::size_t at = text.find("MaxArraySize");
  const std::size_t digits = at == text.npos ? text.npos : text.find_first_of("0123456789", at);
  const long size = digits == text.npos ? 0 : std::strtol(text.c_str() + digits, nullptr, 10);
  return size > 1 ? static_cast<std::size_t>(size) : usual_largest_array;
}

std::vector<std::string> submit(const std::vector<fs::path>& scripts) {
  std::vector<std::string> jobs;
  for (const fs::path& script : scripts) {
    std::vector<std::string> words{"sbatch", "--parsable"};
    if (scripts.size() > 1) words.emplace_back("--hold");
    words.push_back(script.string());
    const std::optional<program_outcome> said = run_program(words);
    if (!said)
      throw usage_error(fmt::format("--submit needs sbatch, which is not here; run where it is: sbatch {}",
                                    printable(script.string(), 1000)));
    const std::optional<std::string> job = said->code == 0 ? job_of(said->output.unescaped()) : std::nullopt;
    if (!job) {
      take_back(jobs);
      std::string reason = said->problem.empty() ? said->output.unescaped() : said->problem.unescaped();
      while (reason.ends_with('\n')) reason.pop_back();
      std::ranges::replace(reason, '\n', ';');
      throw usage_error(fmt::format("nothing was submitted: {}\nthe script is {}", printable(reason, 1000),
                                    printable(script.string(), 1000)));
    }
    jobs.push_back(*job);
  }
  if (jobs.size() > 1) {
    const std::optional<program_outcome> said =
        run_program({"scontrol", "release", fmt::format("{}", fmt::join(jobs, ","))});
    if (!said || said->code != 0)
      throw usage_error(fmt::format("the jobs {} wait and could not be released: {}", fmt::join(jobs, ", "),
                                    said ? said->problem.shown(1000) : "there is no scontrol"));
  }
  return jobs;
}

}  // namespace lengthwise
