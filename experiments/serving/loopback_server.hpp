// Answers of HTTP to this machine alone: GET and HEAD on 127.0.0.1, one at a time.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace lengthwise {

struct web_answer {
  int status = 200;
  std::string type, text;
  std::string policy = "default-src 'none'";  // what the page may load: Content-Security-Policy
};

// Listens on a port, 0 for any that is free, and answers until `stop` says so. `ready` is told the port. The answer is
// asked for by the path alone, which is a name and never opened as a file here. Other methods are refused, and so are
// requests for a host of another name, by which a page elsewhere could read. Throws io_error where the port is taken.
void serve_loopback(int port, const std::function<web_answer(std::string_view path)>& answer,
                    const std::function<void(int port)>& ready, const std::function<bool()>& stop);

}  // namespace lengthwise
