#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "experiments/command_line/command.hpp"
#include "experiments/config/config.hpp"
#include "experiments/system/build_info.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

// Text of a manual page (man 7 groff_man): nothing of it is a request.
std::string text_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else
      out += c;
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

// Lines that begin with two blanks are examples.
std::string paragraphs(std::string_view details) {
  std::string out;
  bool example = false;
  std::istringstream in{std::string(details)};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("  ") != example) out += (example = !example) ? ".nf\n.RS\n" : ".RE\n.fi\n";
    out += line.empty() ? ".PP\n" : text_of(example ? line.substr(2) : line) + "\n";
  }
  return out + (example ? ".RE\n.fi\n" : "");
}

int manual(const arguments&) {
  std::string page = fmt::format(
      ".TH LENGTHWISE 1 \"\" \"lengthwise {}\" \"User Commands\"\n.SH NAME\nlengthwise \\- which positional encoding "
      "still works on sequences longer than those it was trained on?\n.SH SYNOPSIS\n.B lengthwise\n.I COMMAND\n"
      ".RI [ WORDS ]\n.RI [ OPTIONS ]\n.SH COMMANDS\n",
      this_build.version);
  for (const command& c : commands()) {
    if (c.hidden) continue;
    page +=
        fmt::format(".SS \"{} {}\"\n{}.\n.PP\n{}", c.name, text_of(c.words), text_of(c.summary), paragraphs(c.details));
    for (const command_option& o : c.options)
      if (!o.hidden)
        page += fmt::format(".TP\n.B {}{}\n{}\n", text_of(o.name), o.value.empty() ? "" : " " + text_of(o.value),
                            text_of(o.help));
  }
  page += ".SH CONFIG KEYS\n";
  for (const key_help& h : config_help(cell_config{}))
    page += fmt::format(".TP\n.B {}\n{}\n", text_of(h.key), text_of(h.help));
  page +=
      ".SH EXIT STATUS\n0 ok, 2 usage or config, 3 data, 4 damaged checkpoint, 5 non\\-finite loss, 6 disk or I/O, 7 "
      "some cells failed, 8 another rank fell silent, 75 interrupted and saved, 130 or 143 ended by a second signal.\n";
  show("{}", page);
  return 0;
}

}  // namespace

command manual_command() {
  return {"manual", "", "Print the manual page", "Example:\n  lengthwise manual | man -l -", 0, 0, {}, manual};
}

}  // namespace lengthwise
