#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <memory>
#include <sstream>
#include <system_error>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/command_line/explanation.hpp"
#include "experiments/system/build_info.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

constexpr int wrong_usage = 2, fault = 1;
constexpr std::string_view completes = "complete";
constexpr char value_separator = '\x1f';  // between the values of an option that was said several times

int say(std::string_view message, int code) {
  std::fflush(stdout);
  tell("lengthwise: {}\n", message);
  return code;
}

// Where a command's words and options land when CLI11 reads them.
struct call {
  const command* what;
  CLI::App* app;
  std::vector<std::string> words;
  std::vector<std::pair<std::string_view, std::string>> values;
  std::vector<std::pair<std::string_view, bool>> switches;
};

class command_help : public CLI::Formatter {
 public:
  explicit command_help(const command& d)
      : usage(fmt::format("\nUsage: lengthwise {} {} [OPTIONS]\n", d.name, d.words)) {}
  std::string make_usage(const CLI::App*, std::string) const override { return usage; }

 private:
  std::string usage;
};

void describe(CLI::App& program, call& c) {
  const command& d = *c.what;
  c.app = program.add_subcommand(std::string(d.name), std::string(d.summary));
  if (d.hidden) c.app->group("");
  c.app->formatter(std::make_shared<command_help>(d));
  c.app->footer(fmt::format("{}\n", d.details));
  c.app->positionals_at_end(false);
  if (d.most_words > 0) {
    CLI::Option* words = c.app->add_option("words", c.words, std::string(d.words))->option_text(" ");
    words->expected(0, static_cast<int>(std::min<std::size_t>(d.most_words, 1 << 20)));
    words->group("");
  }
  c.values.reserve(d.options.size());
  c.switches.reserve(d.options.size());
  for (const command_option& o : d.options) {
    CLI::Option* option =
        o.value.empty()
            ? c.app->add_flag(std::string(o.name), c.switches.emplace_back(o.name, false).second, std::string(o.help))
            : c.app->add_option(std::string(o.name), c.values.emplace_back(o.name, "").second, std::string(o.help))
                  ->option_text(std::string(o.value));
    if (o.hidden) option->group("");
    if (o.repeated) option->multi_option_policy(CLI::MultiOptionPolicy::Join)->delimiter(value_separator);
  }
}

arguments arguments_of(const call& c, ranks& together) {
  arguments a{c.words, {}, together};
  for (const auto& [name, value] : c.values)
    if (c.app->count(std::string(name)) > 0) a.options.emplace(name, value);
  for (const auto& [name, on] : c.switches)
    if (on) a.options.emplace(name, "");
  return a;
}

}  // namespace

std::string arguments::text(std::string_view option, std::string_view otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? std::string(otherwise) : found->second;
}

std::vector<std::string> arguments::texts(std::string_view option) const {
  std::vector<std::string> all;
  if (!has(option)) return all;
  std::istringstream in(text(option));
  for (std::string value; std::getline(in, value, value_separator);) all.push_back(value);
  return all;
}

int arguments::whole(std::string_view option, int otherwise, int least, int most) const {
  if (!has(option)) return otherwise;
  const std::string value = text(option);
  int number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc() || end != value.data() + value.size() || number < least || number > most)
    throw usage_error(
        fmt::format("{} must be a whole number between {} and {}, not \"{}\"", option, least, most, printable(value)));
  return number;
}

int run_command_line(int count, char** words, ranks& together) {
  CLI::App program("Which positional encoding still works on sequences longer than those it was trained on?",
                   "lengthwise");
  program.set_version_flag("--version", fmt::format("lengthwise {} ({})", this_build.version, this_build.commit));
  program.require_subcommand(1);
  program.footer(
      "lengthwise COMMAND --help says more, with an example.\n"
      "Exit codes: 0 ok, 2 usage or config, 3 data, 4 damaged checkpoint, 5 non-finite loss, 6 disk or I/O,\n"
      "            7 some cells failed, 8 another rank fell silent, 75 interrupted and saved,\n"
      "            130 or 143 ended by a second signal");
  std::vector<std::unique_ptr<call>> calls;
  for (const command& c : commands()) {
    calls.push_back(std::make_unique<call>(call{&c, nullptr, {}, {}, {}}));
    describe(program, *calls.back());
  }
  // The words that are completed may be anything, options among them: they are no call to be read.
  if (count > 3 && words[1] == completes && std::string_view(words[2]) == "--") {
    const auto asked = std::ranges::find(commands(), completes, &command::name);
    return asked->run({std::vector<std::string>(words + 3, words + count), {}, together});
  }
  std::ostringstream help;
  try {
    program.parse(count, words);
  } catch (const CLI::Success& asked) {  // --help, --version
    program.exit(asked, help, help);
  } catch (const CLI::ParseError&) {
    return say(explanation_of(std::vector<std::string>(words + std::min(count, 1), words + count)), wrong_usage);
  }

  try {
    if (const std::string text = help.str(); !text.empty()) {
      show_text(text);
      require_shown();
      return 0;
    }
    for (const auto& c : calls) {
      if (!c->app->parsed()) continue;
      if (c->words.size() < c->what->least_words)
        throw usage_error(fmt::format("{0} needs {1}; lengthwise {0} --help shows how it is used{2}", c->what->name,
                                      c->what->words, example_of(*c->what)));
      if (together.count() > 1 && !c->what->over_ranks)
        throw usage_error(fmt::format("{} is not computed by {} ranks; start it once, without mpirun", c->what->name,
                                      together.count()));
      const int code = c->what->run(arguments_of(*c, together));
      require_shown();
      return code;
    }
    return wrong_usage;
  } catch (const error& problem) {
    return say(problem.what(), problem.exit_code());
  } catch (const std::bad_alloc&) {
    return say("out of memory; make the model, the batch or --threads smaller", io_error("").exit_code());
  } catch (const std::filesystem::filesystem_error& problem) {
    return say(problem.what(), io_error("").exit_code());
  } catch (const std::exception& problem) {
    return say(
        fmt::format("a fault of this program: {}; please report it with the command that led to it", problem.what()),
        fault);
  }
}

}  // namespace lengthwise
