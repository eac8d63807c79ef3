#include "platform/http/client.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/http/server.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/kept_spans.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

Task<Response> EchoBody(Request& request) {
  Response response;
  response.headers.Add("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + " " + request.body;
  co_return response;
}

std::string TemporaryPath() { return "/tmp/market_http_test_" + std::to_string(::getpid()) + ".sock"; }

TEST(Client_Send, OverUnixSocket_KeepsTheConnection) {
  RunLoop([](asio::io_context& io) -> Task<> {
    Server server(io, {}, EchoBody);
    const std::string path = TemporaryPath();
    EXPECT_EQ(server.Listen("unix:" + path), "unix:" + path);
    Client client(io, "http+unix:" + path);
    for (int i = 0; i < 5; ++i) {
      const auto response = co_await client.Send({"POST", "/u", {{"X-A", "b"}}, "body", {}}, Soon());
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, "POST /u body");
    }
    EXPECT_EQ(server.Stats().connections_total, 1U);
    co_await server.Drain(Soon());
    EXPECT_NE(::access(path.c_str(), F_OK), 0);
  });
}

TEST(Client_Send, ServerClosedTheKeptConnection_ANewOneIsMade) {
  ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds(20);
  RunLoop([&](asio::io_context& io) -> Task<> {
    Server server(io, options, EchoBody);
    Client client(io, "http://" + server.Listen("127.0.0.1:0"));
    EXPECT_EQ((co_await client.Send({"GET", "/", {}, {}, {}}, Soon())).status, 200);
    co_await Eventually([&] { return server.Stats().connections_open == 0; });
    EXPECT_EQ((co_await client.Send({"HEAD", "/", {}, {}, {}}, Soon())).body, "");
    EXPECT_EQ(server.Stats().connections_total, 2U);
  });
}

Task<std::optional<SendError::Kind>> Failure(Client& client, std::chrono::milliseconds limit) {
  std::optional<SendError::Kind> kind;
  try {
    co_await client.Send({"GET", "/", {}, {}, {}}, runtime::After(limit));
  } catch (const SendError& error) {
    kind = error.GetKind();
  }
  co_return kind;
}

TEST(Client_Send, Failures_TellWhetherTheRequestLeft) {
  RunLoop([](asio::io_context& io) -> Task<> {
    Client nobody(io, "http://127.0.0.1:1");
    EXPECT_EQ(co_await Failure(nobody, std::chrono::seconds(1)), SendError::Kind::kNotSent);
    Client no_socket(io, "http+unix:/nonexistent/socket");
    EXPECT_EQ(co_await Failure(no_socket, std::chrono::seconds(1)), SendError::Kind::kNotSent);

    auto gate = std::make_shared<runtime::OneShot<>>();
    Handler waiting = [&](Request&) -> Task<Response> {
      co_await gate->Wait();
      co_return Response{};
    };
    Server server(io, {}, waiting);
    ClientOptions options;
    options.pool_size = 1;
    Client client(io, "http://" + server.Listen("127.0.0.1:0"), options);
    EXPECT_EQ(co_await Failure(client, std::chrono::milliseconds(50)), SendError::Kind::kUnknown);
    // The pool's only place is taken by a request that waits.
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Spawn("first",
                [](Client& client) -> Task<> { co_await Failure(client, std::chrono::seconds(5)); }(client));
    co_await Eventually([&] { return server.Stats().requests_total == 2; });
    EXPECT_EQ(co_await Failure(client, std::chrono::milliseconds(50)), SendError::Kind::kNotSent);
    gate->Set();
    co_await group.Join(Soon());
  });
}

TEST(Client_Send, Traced_CarriesItsSpanToTheServer) {
  testing::KeptSpans kept;
  RunLoop([&](asio::io_context& io) -> Task<> {
    std::string traceparent;
    Server server(io, {}, [&](Request& request) -> Task<Response> {
      traceparent = request.headers.Get("traceparent");
      co_return Response{503, {}, {}};
    });
    Client client(io, "http://" + server.Listen("127.0.0.1:0"));
    {
      const auto span = kept.tracer.Continue("work", telemetry::SpanKind::kInternal, "");
      co_await client.Send({"GET", "/a?secret=1", {}, {}, {}}, Work(Soon(), span));
    }
    const auto sent = telemetry::TraceContext::Parse(traceparent);
    EXPECT_TRUE(sent && sent->span_id == kept.recordings.at(0).spans.at(1).id);
    EXPECT_TRUE(kept.recordings.at(0).spans.at(1).failed);
    EXPECT_EQ(std::get<std::string>(*kept.Find("HTTP", "url.path")), "/a");
    co_await server.Drain(Soon());
  });
}

TEST(Client_Url, Malformed_Throws) {
  asio::io_context io(1);
  for (const char* url : {"", "ftp://a", "a:80", "http://", "http+unix:", "http://a/b"}) {
    EXPECT_THROW(Client(io, url), std::invalid_argument) << url;
  }
}

}  // namespace
}  // namespace market::http
