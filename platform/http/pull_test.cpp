// Bodies that the handler pulls: how they come, what ends them, and what becomes of the connection.
#include <gtest/gtest.h>

#include "platform/core/error.hpp"
#include "platform/http/server.hpp"
#include "platform/http/testing/raw_client.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

constexpr std::uint64_t kPulledMax = 1 << 20;

ServerOptions PullOptions() {
  ServerOptions options;
  options.body_bytes_max = 10;
  options.pulled_bytes_max = [](const Request& head) {
    EXPECT_TRUE(head.body.empty());
    return head.target == "/files" ? std::optional(kPulledMax) : std::nullopt;
  };
  return options;
}

// Pulls all of it and answers what that was, long ones by their length.
Task<Response> PullAll(Request& request) {
  std::string body = std::exchange(request.body, {});
  if (request.body_reader != nullptr) {
    for (std::string piece = "?"; !piece.empty(); body += piece) piece = co_await request.body_reader->Next();
    EXPECT_EQ(co_await request.body_reader->Next(), "");
    body = "pulled " + (body.size() > 100 ? std::to_string(body.size()) + " bytes" : body);
  }
  co_return Response{200, {}, request.target + " " + body + "."};
}

// Does not look at the body.
Task<Response> Turn(Request& request) {
  co_return Response{403, {}, request.body_reader != nullptr ? "turned away." : "whole."};
}

std::string Ask(std::string input, Handler handler = PullAll, ServerOptions options = PullOptions()) {
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

std::string PostOf(const std::string& target, const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

constexpr const char* kChunked = "POST /files HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Pull, Body_ComesBitByBit_AndTheNextRequestAfterIt) {
  const auto answer =
      Ask(PostOf("/files", std::string(200'000, 'x')) + PostOf("/files", "small") + std::string(kChunked) +
          "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n" + PostOf("/other", "whole"));
  EXPECT_NE(answer.find("/files pulled 200000 bytes."), std::string::npos) << answer;
  EXPECT_NE(answer.find("/files pulled small."), std::string::npos) << answer;
  EXPECT_NE(answer.find("/files pulled abcde."), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("/other whole.")) << answer;
}

TEST(Pull, WithoutABody_ThereIsNothingToPull) {
  EXPECT_TRUE(Ask(PostOf("/files", "")).ends_with("/files .")) << "an empty one comes whole";
  EXPECT_TRUE(Ask("GET /files HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("/files ."));
  EXPECT_TRUE(Ask(std::string(kChunked) + "0\r\n\r\n").ends_with("/files pulled ."));
}

TEST(Pull, HandlerBegins_BeforeTheBodyHasCome) {
  int pieces = 0;
  RunLoop([&](asio::io_context& io) -> Task<> {
    Server server(io, PullOptions(), [&](Request& request) -> Task<Response> {
      while (!(co_await request.body_reader->Next()).empty()) ++pieces;
      co_return Response{200, {}, "done."};
    });
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n");
    for (int i = 0; i < 4; ++i) {
      co_await client.Send("xy");
      co_await Eventually([&] { return pieces == i + 1; });
    }
    co_await client.ReceiveUntil("done.", 1);
    co_await server.Drain(Soon());
  });
  EXPECT_EQ(pieces, 4);
}

// What nobody takes stays in the buffers of the system: the client is made to wait.
TEST(Pull, NoMoreIsReadThanIsAskedFor) {
  RunLoop([&](asio::io_context& io) -> Task<> {
    const auto waits = std::make_shared<runtime::OneShot<>>();
    std::size_t taken = 0;
    auto options = PullOptions();
    options.pulled_bytes_max = [](const Request&) { return std::optional<std::uint64_t>(64 << 20); };
    Server server(io, options, [&](Request& request) -> Task<Response> {
      taken = (co_await request.body_reader->Next()).size();
      co_await waits->Wait();
      std::size_t size = taken;
      for (std::string piece = "?"; !piece.empty(); size += piece.size()) {
        piece = co_await request.body_reader->Next();
        EXPECT_LE(piece.size(), 64u * 1024);
      }
      co_return Response{200, {}, std::to_string(size) + "."};
    });
    RawClient client(io, server.Listen("127.0.0.1:0"));
    bool sent = false;
    const auto send = [&]() -> Task<> {
      co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n" +
                           std::string(32 << 20, 'x'));
      sent = true;
    };
    const auto look = [&]() -> Task<> {
      co_await Eventually([&] { return taken > 0; });
      EXPECT_LE(taken, 64u * 1024);
      EXPECT_FALSE(sent);
      waits->Set();
      const auto answer = co_await client.ReceiveUntil("33554432.", 1);
      EXPECT_NE(answer.find("33554432."), std::string::npos) << answer;
    };
    std::vector<Task<>> both;
    both.push_back(send());
    both.push_back(look());
    co_await testing::AtOnce(std::move(both));
    co_await server.Drain(Soon());
  });
}

// nginx has told its client that the connection stays by the time it learns that the body is not wanted.
TEST(Pull, LeftUnread_IsTakenOffTheWire_AndTheNextRequestIsAnswered) {
  for (const std::string& rest : {PostOf("/files", "abc"), std::string(kChunked) + "3\r\nabc\r\n0\r\n\r\n",
                                  PostOf("/files", std::string(1'000'000, 'x'))}) {
    const auto answer = Ask(rest + PostOf("/other", "next"), Turn);
    EXPECT_EQ(StatusIn(answer), 403);
    EXPECT_NE(answer.find("turned away."), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Connection: close\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("whole.")) << answer;
  }
}

TEST(Pull, LeftUnread_IsAnsweredWhenTheBodyHasCome) {
  RunLoop([](asio::io_context& io) -> Task<> {
    bool turned = false;
    Server server(io, PullOptions(), [&](Request& request) -> Task<Response> {
      turned = true;
      co_return co_await Turn(request);
    });
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
    co_await Eventually([&] { return turned; });
    co_await client.Send("half");
    const auto answer = co_await client.ReceiveUntil("turned away.", 1);
    EXPECT_EQ(answer.find("Connection: close\r\n"), std::string::npos) << answer;
    co_await server.Drain(Soon());
  });
}

// A refusal is worth no endless body: much, or slow, and the answer comes before its end.
TEST(Pull, LeftUnread_MuchOrSlow_ClosesTheConnection) {
  auto options = PullOptions();
  options.pulled_bytes_max = [](const Request&) { return std::optional<std::uint64_t>(64 << 20); };
  const auto much =
      Ask(PostOf("/files", std::string(16 << 20, 'x') + std::string(200'000, 'y')), Turn, options);
  EXPECT_EQ(StatusIn(much), 403);
  EXPECT_NE(much.find("Connection: close\r\n"), std::string::npos) << much;
  options.header_timeout = 50ms;
  const std::string slow = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, Turn);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
    co_return co_await client.ReceiveUntil("turned away.", 1);
  });
  EXPECT_NE(slow.find("Connection: close\r\n"), std::string::npos) << slow;
}

TEST(Pull, ExpectContinue_IsInvitedOnlyWhenAskedFor) {
  const auto head = [](const std::string& target) {
    return "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  };
  EXPECT_TRUE(Ask(head("/files"), Turn).starts_with("HTTP/1.1 403 ")) << "refused by its header";
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, PullOptions(), PullAll);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send(head("/files"));
    co_await client.ReceiveUntil("100 Continue\r\n\r\n", 1);
    co_await client.Send("body");
    co_return co_await client.ReceiveUntil("pulled body.", 1);
  });
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << answer;
}

TEST(Pull, TooLong_IsRefused) {
  const auto told = "POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n";
  EXPECT_EQ(StatusIn(Ask(told)), 413) << "before anything of it comes";
  const std::string chunk = "80000\r\n" + std::string(512 * 1024, 'x') + "\r\n";
  EXPECT_EQ(StatusIn(Ask(std::string(kChunked) + chunk + chunk + "0\r\n\r\n")), 200);
  EXPECT_EQ(StatusIn(Ask(std::string(kChunked) + chunk + chunk + "1\r\nx\r\n0\r\n\r\n")), 413);
  EXPECT_EQ(StatusIn(Ask(PostOf("/other", "12345678901"))), 413) << "all others as before";
  EXPECT_EQ(StatusIn(Ask("POST /other HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                         "chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n")),
            413);
}

TEST(Pull, BrokenBody_IsTheHandlersToTell) {
  std::vector<std::string> told;
  const auto tell = [&](Request& request) -> Task<Response> {
    for (int i = 0; i < 4; ++i) {
      try {
        while (!(co_await request.body_reader->Next()).empty()) continue;
        co_return Response{200, {}, {}};
      } catch (const BodyFailure& failure) {
        told.push_back(failure.fault ? std::to_string(StatusOf(*failure.fault)) : "gone");
      }
    }
    co_return Response{418, {}, {}};
  };
  EXPECT_EQ(StatusIn(Ask(std::string(kChunked) + "3\r\nabc\r\nno chunk\r\n", tell)), 418);
  EXPECT_EQ(told, std::vector<std::string>(4, "400"));
  told.clear();
  Ask("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf", tell);
  EXPECT_EQ(told, std::vector<std::string>(4, "gone"));
}

TEST(Pull, BrokenBody_LeftToTheServer_IsAFault) {
  auto options = PullOptions();
  options.on_fault = [](Fault fault) { return Response{StatusOf(fault), {}, "fault."}; };
  options.on_exception = [](std::exception_ptr) { ADD_FAILURE() << "no failure of the handler's"; };
  const auto answer = Ask(std::string(kChunked) + "no chunk\r\n", PullAll, options);
  EXPECT_EQ(StatusIn(answer), 400);
  EXPECT_TRUE(answer.ends_with("fault.")) << answer;
}

TEST(Pull, BodyThatStops_IsNotWaitedForForLong) {
  auto options = PullOptions();
  options.header_timeout = 50ms;
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, PullAll);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
    co_return co_await client.ReceiveAll();
  });
  EXPECT_EQ(StatusIn(answer), 408);
}

// Never a pause, and yet too slow: a connection can't be held for ever by a byte now and then.
TEST(Pull, BodyThatDrips_IsNotWaitedForForEver) {
  auto options = PullOptions();
  options.header_timeout = 200ms;
  options.pulled_bytes_per_s = 1000;
  std::size_t sent = 0;
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, PullAll);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    while (server.Stats().faults_total == 0 && sent < 100'000) {
      co_await client.Send("x");
      ++sent;
      co_await runtime::SleepFor(10ms);
    }
    co_return co_await client.ReceiveAll();
  });
  EXPECT_EQ(StatusIn(answer), 408);
  EXPECT_LT(sent, 1000u);
}

// Far longer in all than a pause may be.
TEST(Pull, SlowAndSteadyBody_IsTakenWhole) {
  auto options = PullOptions();
  options.header_timeout = 200ms;
  options.pulled_bytes_per_s = 1;
  const std::string answer = RunLoop([&](asio::io_context& io) -> Task<std::string> {
    Server server(io, options, PullAll);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n");
    for (int i = 0; i < 40; ++i) {
      co_await client.Send("x");
      co_await runtime::SleepFor(10ms);
    }
    co_return co_await client.ReceiveUntil("pulled", 1);
  });
  EXPECT_EQ(StatusIn(answer), 200);
}

TEST(Pull, Drain_WaitsForItAndItsAnswer) {
  RunLoop([&](asio::io_context& io) -> Task<> {
    Server server(io, PullOptions(), PullAll);
    RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
    co_await Eventually([&] { return server.Stats().requests_running == 1; });
    const auto rest = [&]() -> Task<> {
      co_await client.Send("half");
      const auto answer = co_await client.ReceiveAll();
      EXPECT_TRUE(answer.ends_with("/files pulled halfhalf.")) << answer;
    };
    std::vector<Task<>> both;
    both.push_back(server.Drain(Soon()));
    both.push_back(rest());
    co_await testing::AtOnce(std::move(both));
  });
}

}  // namespace
}  // namespace market::http
