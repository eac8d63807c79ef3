#include "platform/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/http/listener.hpp"
#include "platform/http/testing/raw_client.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

Task<Response> Echo(Request& request) {
  Response response;
  response.headers.Add("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + " " + request.body;
  co_return response;
}

// What the server answers to `input` when the client then stops sending.
std::string Exchange(std::string input, ServerOptions options = {}, Handler handler = Echo) {
  return RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, handler);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send(input);
    client.CloseSend();
    std::string answer = co_await client.ReceiveAll();
    co_await server.Drain(Soon());
    co_return answer;
  });
}

TEST(Server_Request, WellFormed_IsAnsweredWithLengthAndDate) {
  const auto answer = Exchange("POST /x?y=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(StatusIn(answer), 200);
  EXPECT_NE(answer.find("Content-Length: 15\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Date: "), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST /x?y=1 abc"));
}

TEST(Server_Request, Pipelined_AnsweredInOrder) {
  std::string input;
  for (int i = 0; i < 20; ++i) {
    input += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    input +=
        "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nT: "
        "v\r\n\r\n";
  }
  const auto answer = Exchange(input);
  std::size_t at = 0;
  for (int i = 0; i < 20; ++i) {
    at = answer.find("GET /" + std::to_string(i) + " ", at);
    ASSERT_NE(at, std::string::npos) << i;
    at = answer.find("POST /p abcde", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST(Server_Request, Head_HasLengthAndNoBody) {
  const auto answer = Exchange("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(Server_Request, ByteByByte_IsUnderstood) {
  const std::string answer = RunLoop([](asio::io_context& io) -> Task<std::string> {
    Server server(io, {}, Echo);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    for (const char c : std::string("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")) {
      co_await client.Send(std::string(1, c));
    }
    co_return co_await client.ReceiveUntil("POST /slow body", 1);
  });
  EXPECT_EQ(StatusIn(answer), 200);
}

TEST(Server_Request, ExpectContinue_IsInvitedBeforeTheBody) {
  const std::string answer = RunLoop([](asio::io_context& io) -> Task<std::string> {
    Server server(io, {}, Echo);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    co_await client.ReceiveUntil("100 Continue\r\n\r\n", 1);
    co_await client.Send("body");
    co_return co_await client.ReceiveUntil("POST /e body", 1);
  });
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << answer;
}

TEST(Server_Request, Http10_ClosesUnlessKeptAlive) {
  EXPECT_NE(Exchange("GET / HTTP/1.0\r\n\r\n").find("Connection: close"), std::string::npos);
  EXPECT_NE(Exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").find("Connection: keep-alive"),
            std::string::npos);
}

TEST(Server_Request, AbsoluteForm_IsItsPath) {
  EXPECT_TRUE(Exchange("GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET /x?y "));
  EXPECT_TRUE(Exchange("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("GET / "));
}

TEST(Server_Request, TrailerNamedLikeAHeader_IsNotAHeader) {
  Handler handler = [](Request& request) -> Task<Response> {
    co_return Response{200, {}, request.headers.Find("Authorization") ? "LEAK" : "none"};
  };
  const auto answer = Exchange(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: x\r\n\r\n", {},
      handler);
  EXPECT_TRUE(answer.ends_with("none")) << answer;
}

struct BadRequest {
  std::string name;
  std::string input;
  int status;
};

std::vector<BadRequest> BadRequests() {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const auto many = [](int count) {
    std::string fields;
    for (int i = 0; i < count; ++i)
      fields += "X-" + std::to_string(i) + ": 0123456789012345678901234567890123456789\r\n";
    return fields;
  };
  return {
      {"garbage", "\x16\x03\x01\x02\x01\x01\xfc\x03\x03 tls hello\r\n\r\n", 400},
      {"http2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"version 2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
      {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400},
      {"version 0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 400},
      {"lower case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tab in request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"method with a slash", "GE/T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no leading slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"raw UTF-8 in target", "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"NUL in target", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29), 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", get + "Host: b\r\n\r\n", 400},
      {"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"space before colon", get + "X : y\r\n\r\n", 400},
      {"no colon", get + "Xyz\r\n\r\n", 400},
      {"empty name", get + ": y\r\n\r\n", 400},
      {"name with a space", get + "X Y: z\r\n\r\n", 400},
      {"name with UTF-8", get + "X\xc3\xa9: z\r\n\r\n", 400},
      {"NUL in value", get + "X: a" + std::string(1, '\0') + "b\r\n\r\n", 400},
      {"bare CR in value", get + "X: a\rb\r\n\r\n", 400},
      {"folded value", get + "X: a\r\n b\r\n\r\n", 400},
      {"folded transfer encoding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
      {"length and encoding", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"encoding and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400},
      {"two equal lengths", post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"list of lengths", post + "Content-Length: 1, 1\r\n\r\na", 400},
      {"negative length", post + "Content-Length: -1\r\n\r\n", 400},
      {"plus length", post + "Content-Length: +1\r\n\r\na", 400},
      {"hex length", post + "Content-Length: 0x1\r\n\r\na", 400},
      {"empty length", post + "Content-Length: \r\n\r\n", 400},
      {"length with text", post + "Content-Length: 1a\r\n\r\na", 400},
      {"huge length", post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
      {"gzip", post + "Transfer-Encoding: gzip\r\n\r\n", 400},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n", 400},
      {"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
      {"two encodings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
      {"quoted chunked", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 400},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"bad chunk size", post + "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n", 400},
      {"negative chunk", post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", 400},
      {"chunk without CRLF", post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
      {"overflowing chunk", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
      {"huge chunk", post + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", 413},
      {"one byte too much", post + "Content-Length: 65537\r\n\r\n", 413},
      {"2^63", post + "Content-Length: 9223372036854775807\r\n\r\n", 413},
      {"one byte too much in chunks",
       post + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + std::string(65536, 'a') +
           "\r\n1\r\nb\r\n0\r\n\r\n",
       413},
      {"one byte too much, sent whole", post + "Content-Length: 65537\r\n\r\n" + std::string(65537, 'a'),
       413},
      {"uri of 4097", "GET /" + std::string(4096, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"uri without end", "GET /" + std::string(20000, 'a'), 414},
      {"one long field", get + "X: " + std::string(9000, 'a') + "\r\n\r\n", 431},
      {"one long name", get + std::string(9000, 'a') + ": b\r\n\r\n", 431},
      {"many fields", get + many(200) + "\r\n", 431},
      {"fields without end", get + many(5000), 431},
      {"expectation", post + "Expect: magic\r\nContent-Length: 0\r\n\r\n", 417},
      {"smuggled by a body of GET",
       "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\n\r\nabcde", 400},
  };
}

TEST(Server_BadRequest, EveryKind_IsRefusedAndTheConnectionClosed) {
  for (const auto& bad : BadRequests()) {
    int handled = 0;
    Handler handler = [&](Request& request) -> Task<Response> {
      ++handled;
      co_return co_await Echo(request);
    };
    // What follows must not be taken for a request.
    const auto answer = Exchange(bad.input + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n", {}, handler);
    EXPECT_EQ(StatusIn(answer), bad.status) << bad.name << "\n" << answer.substr(0, 200);
    EXPECT_EQ(handled, 0) << bad.name;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << bad.name;
  }
}

TEST(Server_Limits, ExactlyAtTheLimit_IsServed) {
  EXPECT_EQ(StatusIn(Exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" +
                              std::string(65536, 'a'))),
            200);
  EXPECT_EQ(StatusIn(Exchange("GET /" + std::string(4095, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n")), 200);
}

TEST(Server_Limits, ChunkOverhead_IsBounded) {
  ServerOptions options;
  options.body_bytes_max = 1024;
  std::string input = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) input += "1;" + std::string(1000, 'x') + "\r\na\r\n";
  EXPECT_EQ(StatusIn(Exchange(input, options)), 413);
}

TEST(Server_Timeout, SlowHeader_Is408) {
  ServerOptions options;
  options.header_timeout = std::chrono::milliseconds(50);
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, Echo);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("GET / HTTP/1.1\r\nHost:");
    co_return co_await client.ReceiveAll();
  });
  EXPECT_EQ(StatusIn(answer), 408);
}

TEST(Server_Timeout, SlowBody_Is408) {
  ServerOptions options;
  options.header_timeout = std::chrono::milliseconds(50);
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, Echo);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    co_return co_await client.ReceiveAll();
  });
  EXPECT_EQ(StatusIn(answer), 408);
}

TEST(Server_Timeout, IdleConnection_IsClosedWithoutAWord) {
  ServerOptions options;
  options.idle_timeout = std::chrono::milliseconds(50);
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, Echo);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_return co_await client.ReceiveAll();
  });
  EXPECT_EQ(answer, "");
}

TEST(Server_Timeout, PeerThatDoesNotRead_IsDropped) {
  ServerOptions options;
  options.write_timeout = std::chrono::milliseconds(50);
  Handler big = [](Request&) -> Task<Response> { co_return Response{200, {}, std::string(16 << 20, 'x')}; };
  RunLoop([&](asio::io_context& io) -> Task<> {
    Server server(io, options, big);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await Eventually(
        [&] { return server.Stats().requests_total == 1 && server.Stats().connections_open == 0; });
  });
}

TEST(Server_Handler, Throws_Is500AndReported) {
  int reported = 0;
  ServerOptions options;
  options.on_exception = [&](std::exception_ptr) { ++reported; };
  Handler broken = [](Request&) -> Task<Response> {
    throw std::runtime_error("secret");
    co_return Response{};
  };
  const auto answer = Exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", options, broken);
  EXPECT_EQ(StatusIn(answer), 500);
  EXPECT_EQ(answer.find("secret"), std::string::npos);
  EXPECT_EQ(reported, 1);
}

TEST(Server_Handler, HeaderValueWithLineBreak_IsLeftOut) {
  Handler split = [](Request&) -> Task<Response> {
    co_return Response{200, {{"Location", "/x\r\nSet-Cookie: a=b"}, {"X-Ok", "1"}}, ""};
  };
  const auto answer = Exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", {}, split);
  EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
  EXPECT_NE(answer.find("X-Ok: 1"), std::string::npos);
}

TEST(Server_Handler, PeerLeavesMeanwhile_HandlerFinishes) {
  RunLoop([](asio::io_context& io) -> Task<> {
    auto gate = std::make_shared<runtime::OneShot<>>();
    bool finished = false;
    Handler waiting = [&](Request&) -> Task<Response> {
      co_await gate->Wait();
      finished = true;
      co_return Response{200, {}, "late"};
    };
    Server server(io, {}, waiting);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await Eventually([&] { return server.Stats().requests_running == 1; });
    client.Close();
    gate->Set();
    co_await Eventually([&] { return server.Stats().connections_open == 0; });
    EXPECT_TRUE(finished);
  });
}

TEST(Server_Drain, RequestUnderWay_IsAnsweredWithClose) {
  RunLoop([](asio::io_context& io) -> Task<> {
    auto gate = std::make_shared<runtime::OneShot<>>();
    Handler waiting = [&](Request&) -> Task<Response> {
      co_await gate->Wait();
      co_return Response{200, {}, "done"};
    };
    Server server(io, {}, waiting);
    const auto address = server.Listen("127.0.0.1:0");
    RawClient busy(io, address);
    RawClient idle(io, address);
    co_await busy.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await Eventually(
        [&] { return server.Stats().requests_running == 1 && server.Stats().connections_open == 2; });
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { FAIL(); });
    group.Spawn("drain", server.Drain(Soon()));
    EXPECT_EQ(co_await idle.ReceiveAll(), "");
    EXPECT_THROW(RawClient(io, address), boost::system::system_error);
    gate->Set();
    const auto answer = co_await busy.ReceiveAll();
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("done"));
    busy.Close();
    co_await group.Join(Soon());
    EXPECT_EQ(server.Stats().connections_open, 0U);
  });
}

TEST(Server_Drain, Lingering_AnswersOldAndNewConnectionsWithClose) {
  ServerOptions options;
  options.drain_linger = std::chrono::seconds(2);
  RunLoop([&](asio::io_context& io) -> Task<> {
    Server server(io, options, Echo);
    const auto address = server.Listen("127.0.0.1:0");
    RawClient kept(io, address);
    co_await kept.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(StatusIn(co_await kept.ReceiveUntil("GET /1", 1)), 200);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { FAIL(); });
    group.Spawn("drain", server.Drain(Soon()));
    RawClient late(io, address);
    for (RawClient* client : {&kept, &late}) {
      co_await client->Send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
      const auto answer = co_await client->ReceiveUntil("GET /2", 1);
      EXPECT_NE(answer.find("Connection: close"), std::string::npos);
      client->Close();
    }
    co_await group.Join(Soon());
    EXPECT_THROW(RawClient(io, address), boost::system::system_error);
  });
}

TEST(Server_Drain, HandlerThatHangs_IsCutAtTheDeadline) {
  RunLoop([](asio::io_context& io) -> Task<> {
    auto gate = std::make_shared<runtime::OneShot<>>();
    Handler waiting = [&](Request&) -> Task<Response> {
      co_await gate->Wait();
      co_return Response{};
    };
    Server server(io, {}, waiting);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    co_await Eventually([&] { return server.Stats().requests_running == 1; });
    co_await server.Drain(runtime::After(std::chrono::milliseconds(50)));
    EXPECT_EQ(server.Stats().connections_open, 0U);
  });
}

TEST(Server_Connections, BeyondTheLimit_LongestIdleMakesRoom) {
  ServerOptions options;
  options.connections_max = 2;
  RunLoop([&](asio::io_context& io) -> Task<> {
    Server server(io, options, Echo);
    const auto address = server.Listen("127.0.0.1:0");
    RawClient first(io, address);
    co_await Eventually([&] { return server.Stats().connections_open == 1; });
    RawClient second(io, address);
    co_await Eventually([&] { return server.Stats().connections_open == 2; });
    RawClient third(io, address);
    EXPECT_EQ(co_await first.ReceiveAll(), "");
    co_await third.Send("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(StatusIn(co_await third.ReceiveUntil("GET /3", 1)), 200);
    co_await second.Send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(StatusIn(co_await second.ReceiveUntil("GET /2", 1)), 200);
  });
}

TEST(Server_Listen, InheritedSocket_IsServedAndKeptOpen) {
  Listener inherited = OpenListener("127.0.0.1:0");
  RunLoop([&](asio::io_context& io) -> Task<> {
    for (int life = 0; life < 2; ++life) {  // the second server gets what the first left in the queue
      Server server(io, {}, Echo);
      const int copy = ::dup(inherited.fd);
      EXPECT_EQ(server.Listen("fd:" + std::to_string(copy)), inherited.address);
      RawClient client(io, inherited.address);
      co_await client.Send("GET /fd HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_EQ(StatusIn(co_await client.ReceiveUntil("GET /fd", 1)), 200);
      client.Close();
      co_await server.Drain(Soon());
    }
    RawClient waiting(io, inherited.address);  // no server, and yet not refused
  });
  ::close(inherited.fd);
}

TEST(Server_Listen, BadAddress_Throws) {
  asio::io_context io(1);
  Server server(io, {}, Echo);
  for (const char* address :
       {"", "x", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "localhost:0", "unix:", "fd:x"}) {
    EXPECT_THROW(server.Listen(address), std::invalid_argument) << address;
  }
  EXPECT_THROW(server.Listen("fd:9999"), std::system_error);
  EXPECT_THROW(server.Listen("fd:0"), std::exception);
  const auto bound = server.Listen("127.0.0.1:0");
  EXPECT_THROW(server.Listen(bound), std::system_error);
}

}  // namespace
}  // namespace market::http
