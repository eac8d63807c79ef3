// Answers that go on: what a client that reads, leaves or falls asleep gets of them, and what they cost.
#include <gtest/gtest.h>

#include <deque>

#include "platform/core/error.hpp"
#include "platform/http/server.hpp"
#include "platform/http/testing/raw_client.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using testing::Eventually;
using testing::Soon;

constexpr const char* kGet = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";

// What the test sees of a stream.
struct Seen {
  int asked = 0;
  bool dropped = false;
};

class Pieces final : public BodyStream {
 public:
  // kIsEnding: as kEnds, of an answer that has an end.
  enum class Then { kEnds, kIsEnding, kWaits, kFails, kGoesOn };
  Pieces(Seen& seen, std::deque<std::string> pieces, Then then)
      : seen_(seen), pieces_(std::move(pieces)), then_(then) {}
  ~Pieces() override { seen_.dropped = true; }

  Task<std::optional<std::string>> Next() override {
    ++seen_.asked;
    if (!pieces_.empty()) {
      auto piece = pieces_.front();
      if (then_ != Then::kGoesOn) pieces_.pop_front();
      co_return piece;
    }
    if (then_ == Then::kFails) throw Error(Code::kInternal, "INTERNAL", "broken");
    if (then_ == Then::kWaits) co_await waits_->Wait();
    co_return std::nullopt;
  }
  bool HasEnd() const override { return then_ == Then::kIsEnding; }
  std::string Last() override { return "bye"; }

 private:
  Seen& seen_;
  std::deque<std::string> pieces_;
  const Then then_;
  std::shared_ptr<runtime::OneShot<>> waits_ = std::make_shared<runtime::OneShot<>>();
};

class StreamTest : public ::testing::Test {
 protected:
  // Runs `body` with a server that answers with these pieces, and a client that has connected.
  template <class Body>
  void Run(std::deque<std::string> pieces, Pieces::Then then, Body body, ServerOptions options = {}) {
    options.on_exception = [this](std::exception_ptr) { ++failures_; };
    testing::RunLoop([&](asio::io_context& io) -> Task<> {
      Server server(io, options, [&](Request&) -> Task<Response> {
        Response response;
        response.headers.Add("Content-Type", "text/event-stream");
        response.stream = std::make_shared<Pieces>(seen_, pieces, then);
        co_return response;
      });
      RawClient client(io, server.Listen("127.0.0.1:0"));
      co_await body(server, client);
      co_await server.Drain(Soon());
    });
  }
  static std::string BodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  Seen seen_;
  int failures_ = 0;
};

TEST_F(StreamTest, Pieces_AreChunksAndAnEnd) {
  Run({"one", "and two"}, Pieces::Then::kEnds, [](Server&, RawClient& client) -> Task<> {
    co_await client.Send(kGet);
    const auto answer = co_await client.ReceiveAll();
    EXPECT_TRUE(answer.contains("Transfer-Encoding: chunked\r\n")) << answer;
    EXPECT_TRUE(answer.contains("Connection: close\r\n")) << answer;
    EXPECT_FALSE(answer.contains("Content-Length")) << answer;
    EXPECT_EQ(BodyOf(answer), "3\r\none\r\n7\r\nand two\r\n0\r\n\r\n");
  });
  EXPECT_TRUE(seen_.dropped);
  EXPECT_EQ(failures_, 0);
}

TEST_F(StreamTest, OfHttp10_EndsWithItsConnection) {
  Run({"one", "two"}, Pieces::Then::kEnds, [](Server&, RawClient& client) -> Task<> {
    co_await client.Send("GET /events HTTP/1.0\r\nHost: a\r\n\r\n");
    const auto answer = co_await client.ReceiveAll();
    EXPECT_FALSE(answer.contains("Transfer-Encoding")) << answer;
    EXPECT_EQ(BodyOf(answer), "onetwo");
  });
}

TEST_F(StreamTest, Head_HasNoBody) {
  Run({"one"}, Pieces::Then::kWaits, [](Server&, RawClient& client) -> Task<> {
    co_await client.Send("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(BodyOf(co_await client.ReceiveAll()), "");
  });
  EXPECT_EQ(seen_.asked, 0);
}

TEST_F(StreamTest, ClientThatGoes_EndsItAtOnce) {
  Run({"one"}, Pieces::Then::kWaits, [this](Server& server, RawClient& client) -> Task<> {
    co_await client.Send(kGet);
    co_await client.ReceiveUntil("one\r\n", 1);
    EXPECT_EQ(server.Stats().streams_open, 1u);
    client.Close();
    co_await Eventually([&] { return seen_.dropped; });
    EXPECT_EQ(server.Stats().streams_open, 0u);
    EXPECT_EQ(server.Stats().connections_open, 0u);
  });
}

TEST_F(StreamTest, Drain_SaysTheLastWordAtOnce) {
  Run({"one"}, Pieces::Then::kWaits, [](Server& server, RawClient& client) -> Task<> {
    co_await client.Send(kGet);
    co_await client.ReceiveUntil("one\r\n", 1);
    co_await server.Drain(Soon());
    EXPECT_EQ(BodyOf(co_await client.ReceiveAll()), "3\r\none\r\n3\r\nbye\r\n0\r\n\r\n");
  });
}

TEST_F(StreamTest, BegunWhileDraining_IsTheLastWordAlone) {
  Run({"one"}, Pieces::Then::kWaits,
      [](Server& server, RawClient& client) -> Task<> {
        co_await client.Send("GET /events HTTP/1.1\r\n");
        co_await Eventually([&] { return server.Stats().connections_open == 1; });
        const auto ask = [](RawClient& to) -> Task<> {
          co_await to.Send("Host: a\r\n\r\n");
          EXPECT_EQ(BodyOf(co_await to.ReceiveAll()), "3\r\nbye\r\n0\r\n\r\n");
        };
        std::vector<Task<>> both;
        both.push_back(server.Drain(Soon()));
        both.push_back(ask(client));
        co_await testing::AtOnce(std::move(both));
      },
      {.drain_linger = std::chrono::milliseconds(50)});
  EXPECT_EQ(seen_.asked, 0);
}

// An answer that has an end of its own is one that a stop waits for, like any other: cut short it would seem whole.
TEST_F(StreamTest, ThatHasAnEnd_ComesToItWhateverStops) {
  Run({std::string(4 << 20, 'x'), "and the end"}, Pieces::Then::kIsEnding,
      [this](Server& server, RawClient& client) -> Task<> {
        co_await client.Send(kGet);
        co_await Eventually([&] { return seen_.asked == 1; });
        const auto read = [&]() -> Task<> {
          const auto answer = BodyOf(co_await client.ReceiveAll());
          EXPECT_TRUE(answer.ends_with("x\r\nb\r\nand the end\r\n0\r\n\r\n"))
              << answer.substr(answer.size() - 60);
        };
        std::vector<Task<>> both;
        both.push_back(server.Drain(Soon()));
        both.push_back(read());
        co_await testing::AtOnce(std::move(both));
      });
  EXPECT_EQ(failures_, 0);
}

TEST_F(StreamTest, ThatHasAnEnd_BegunWhileDraining_IsWhole) {
  Run({"one"}, Pieces::Then::kIsEnding,
      [](Server& server, RawClient& client) -> Task<> {
        co_await client.Send("GET /events HTTP/1.1\r\n");
        co_await Eventually([&] { return server.Stats().connections_open == 1; });
        const auto ask = [](RawClient& to) -> Task<> {
          co_await to.Send("Host: a\r\n\r\n");
          EXPECT_EQ(BodyOf(co_await to.ReceiveAll()), "3\r\none\r\n0\r\n\r\n");
        };
        std::vector<Task<>> both;
        both.push_back(server.Drain(Soon()));
        both.push_back(ask(client));
        co_await testing::AtOnce(std::move(both));
      },
      {.drain_linger = std::chrono::milliseconds(50)});
}

TEST_F(StreamTest, ThatFails_HasNoEnd) {
  Run({"one"}, Pieces::Then::kFails, [](Server&, RawClient& client) -> Task<> {
    co_await client.Send(kGet);
    EXPECT_EQ(BodyOf(co_await client.ReceiveAll()), "3\r\none\r\n");
  });
  EXPECT_EQ(failures_, 1);
}

// Nothing is made for a client that does not read, and it does not keep its place.
TEST_F(StreamTest, ClientThatSleeps_IsNotWaitedForForLong) {
  Run({std::string(256 * 1024, 'x')}, Pieces::Then::kGoesOn,
      [this](Server& server, RawClient& client) -> Task<> {
        co_await client.Send(kGet);
        co_await Eventually([&] { return seen_.dropped; });
        EXPECT_LT(seen_.asked, 200);  // what the system's buffers take
        EXPECT_EQ(server.Stats().streams_open, 0u);
      },
      {.write_timeout = std::chrono::milliseconds(100)});
}

}  // namespace
}  // namespace market::http
