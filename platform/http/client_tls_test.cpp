// The client's side of TLS: against a server that is who it says, and against others.
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "platform/grpc/testing/test_certificates.hpp"
#include "platform/http/awaiting.hpp"
#include "platform/http/client.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using testing::RunLoop;
using testing::Soon;

// Answers every request of its connections, one after another, with how many it has had.
class TlsServer {
 public:
  TlsServer(asio::io_context& io, const grpc::TlsFiles& files)
      : context_(asio::ssl::context::tls_server),
        acceptor_(io, {asio::ip::make_address("127.0.0.1"), 0}),
        group_(io.get_executor(), [](std::string_view, std::exception_ptr) {}) {
    context_.use_certificate_chain_file(files.certificate);
    context_.use_private_key_file(files.key, asio::ssl::context::pem);
    group_.Spawn("accept", Accept());
  }
  std::string Port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  Task<> Stop() {
    acceptor_.close();
    group_.Cancel();
    co_await group_.Join(Soon());
  }
  int requests = 0;
  int connections = 0;

 private:
  Task<> Accept() {
    while (true) {
      ErrorCode error;
      auto socket = co_await acceptor_.async_accept(Await(error));
      if (error) co_return;
      ++connections;
      group_.Spawn("serve", Serve(std::move(socket)));
    }
  }
  Task<> Serve(asio::ip::tcp::socket socket) {
    asio::ssl::stream<asio::ip::tcp::socket> tls(std::move(socket), context_);
    ErrorCode error;
    co_await tls.async_handshake(asio::ssl::stream_base::server, Await(error));
    while (!error) {
      std::string request;
      co_await asio::async_read_until(tls, asio::dynamic_buffer(request), "\r\n\r\n", Await(error));
      if (error) co_return;
      const auto body = std::to_string(++requests);
      const auto answer =
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      co_await asio::async_write(tls, asio::buffer(answer), Await(error));
    }
  }

  asio::ssl::context context_;
  asio::ip::tcp::acceptor acceptor_;
  runtime::TaskGroup group_;
};

Task<std::string> Said(Client& client) {
  try {
    co_return (co_await client.Send({"GET", "/", {}, {}, {}}, Soon())).body;
  } catch (const SendError& error) {
    EXPECT_EQ(error.GetKind(), SendError::Kind::kNotSent) << error.what();
    co_return error.what();
  }
}

TEST(Client_Tls, AsksOnlyWhoProvesItsName) {
  grpc::test::Authority trusted("trusted");
  grpc::test::Authority other("other");
  RunLoop([&](asio::io_context& io) -> Task<> {
    TlsServer server(io, trusted.Issue("server", "DNS:localhost"));
    const auto url = "https://localhost:" + server.Port();
    Client client(io, url, {.ca_file = trusted.CaFile()});
    EXPECT_EQ(co_await Said(client), "1");
    EXPECT_EQ(co_await Said(client), "2");
    EXPECT_EQ(server.connections, 1);

    Client of_another(io, url, {.ca_file = other.CaFile()});
    EXPECT_NE((co_await Said(of_another)).find("no TLS with localhost"), std::string::npos);
    Client of_the_system(io, url);
    EXPECT_NE((co_await Said(of_the_system)).find("no TLS with localhost"), std::string::npos);
    Client by_another_name(io, "https://127.0.0.1:" + server.Port(), {.ca_file = trusted.CaFile()});
    EXPECT_NE((co_await Said(by_another_name)).find("no TLS with 127.0.0.1"), std::string::npos);
    EXPECT_EQ(server.requests, 2);
    co_await server.Stop();
  });
}

TEST(Client_Tls, WhatSpeaksNoTls_IsNotAsked) {
  grpc::test::Authority authority("plain");
  RunLoop([&](asio::io_context& io) -> Task<> {
    asio::ip::tcp::acceptor silent(io, {asio::ip::make_address("127.0.0.1"), 0});
    Client client(io, "https://127.0.0.1:" + std::to_string(silent.local_endpoint().port()),
                  {.connect_timeout = std::chrono::milliseconds(50), .ca_file = authority.CaFile()});
    EXPECT_NE((co_await Said(client)).find("too slow"), std::string::npos);
  });
}

TEST(Client_Tls, TheFileMustBeThere) {
  boost::asio::io_context io;
  EXPECT_THROW(Client(io, "https://localhost", {.ca_file = "/nowhere.pem"}), std::exception);
}

}  // namespace
}  // namespace market::http
