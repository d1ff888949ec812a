#include <fmt/format.h>

#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/serving/study_pages.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

constexpr int usual_port = 8127;

int serve(const arguments& a) {
  const int port = a.whole("--port", usual_port, 0, 65535);
  study_pages pages(a.words.front());
  pages("/standing.json");  // a folder that is no study is refused at once
  catch_interruptions();
  serve_loopback(
      port, [&](std::string_view path) { return pages(path); },
      [&](int found) {
        show("http://127.0.0.1:{}/ follows {}; Ctrl-C ends it\n", found, printable(a.words.front(), 1000));
        require_shown();
      },
      interruption_requested);
  return 0;
}

}  // namespace

command serve_command() {
  return {"serve",
          "DIR",
          "Follow a running study in a browser on this machine",
          "A page with the cells, their curves as they grow, and the report of what is finished. It answers to this\n"
          "machine alone, changes nothing, and shows nothing but the study.\n\n"
          "Example:\n  lengthwise serve runs/quickstart --port 8127",
          1,
          1,
          {{"--port", "N", "the port of 127.0.0.1 (8127); 0 for any that is free"}},
          serve};
}

}  // namespace lengthwise
