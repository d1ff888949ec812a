#include "experiments/serving/loopback_server.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "core/storage/errors.hpp"

namespace lengthwise {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using answer_of_path = std::function<web_answer(std::string_view)>;

constexpr auto patience = std::chrono::seconds(5);
constexpr auto look_every = std::chrono::milliseconds(100);
constexpr std::size_t largest_request = 16384;

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

// One connection, alive as long as something is under way on it.
class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, const answer_of_path& answer, int port)
      : stream_(std::move(socket)), answer_(answer), port_(port) {}

  void read() {
    parser_.emplace();
    parser_->header_limit(largest_request);
    parser_->body_limit(largest_request);
    stream_.expires_after(patience);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code failed, std::size_t) {
      if (!failed) self->write();
    });
  }

 private:
  void write() {
    const http::request<http::string_body>& asked = parser_->get();
    const web_answer found = answer_to(asked);
    response_ = {static_cast<http::status>(found.status), asked.version()};
    response_.set(http::field::content_type, found.type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    response_.set("Content-Security-Policy", found.policy);
    response_.set("Referrer-Policy", "no-referrer");
    response_.keep_alive(asked.keep_alive());
    response_.content_length(found.text.size());
    if (asked.method() != http::verb::head) response_.body() = found.text;
    serializer_.emplace(response_);
    stream_.expires_after(patience);
    const auto written = [self = shared_from_this()](beast::error_code failed, std::size_t) {
      if (failed) return;
      if (self->response_.keep_alive()) return self->read();
      beast::error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    };
    if (asked.method() == http::verb::head)
      http::async_write_header(stream_, *serializer_, written);
    else
      http::async_write(stream_, *serializer_, written);
  }

  web_answer answer_to(const http::request<http::string_body>& asked) const {
    const auto refusal = [](int status, std::string_view words) {
      return web_answer{status, "text/plain; charset=utf-8", fmt::format("{}\n", words)};
    };
    const std::string_view host = view_of(asked[http::field::host]);
    if (host != fmt::format("127.0.0.1:{}", port_) && host != fmt::format("localhost:{}", port_))
      return refusal(403, "only this machine, by the name 127.0.0.1 or localhost");
    if (asked.method() != http::verb::get && asked.method() != http::verb::head)
      return refusal(405, "this is to be read only");
    const std::string_view target = view_of(asked.target());
    try {
      return answer_(target.substr(0, target.find('?')));
    } catch (const error& problem) {  // a folder that is gone, or a record that is none
      return refusal(503, problem.what());
    }
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{largest_request};
  const answer_of_path& answer_;
  int port_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

class listener {
 public:
  listener(asio::io_context& context, int port, const answer_of_path& answer) : acceptor_(context), answer_(answer) {
    const tcp::endpoint here(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port));
    beast::error_code failed;
    acceptor_.open(here.protocol(), failed);
    if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor_.bind(here, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
      throw io_error(fmt::format("cannot listen on port {}: {}; give another --port, or 0 for any that is free", port,
                                 failed.message()));
    accept();
  }
  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code failed, tcp::socket socket) {
      if (!failed) std::make_shared<session>(std::move(socket), answer_, port())->read();
      accept();
    });
  }
  tcp::acceptor acceptor_;
  const answer_of_path& answer_;
};

}  // namespace

void serve_loopback(int port, const answer_of_path& answer, const std::function<void(int)>& ready,
                    const std::function<bool()>& stop) {
  asio::io_context context(1);
  const listener listening(context, port, answer);
  ready(listening.port());
  while (!stop()) context.run_for(look_every);
}

}  // namespace lengthwise
