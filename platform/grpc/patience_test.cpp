// Requests that come slowly, answers that nobody takes, headers that are too long: each costs its own call.
#include "platform/grpc/health.hpp"
#include "platform/grpc/testing/raw_peer.hpp"
#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

using Fields = std::vector<std::pair<std::string, std::string>>;

class Patience : public Fixture {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options;
    options.receive_timeout = 100ms;
    options.send_timeout = 100ms;
    return options;
  }
  void SetUp() override {
    Fixture::SetUp();
    Connect();
    peer = std::make_unique<RawPeer>(io);
    peer->Connect(target);
    peer->SendPreface();
  }
  void TearDown() override {
    peer->Leave(io);
    peer.reset();
    Fixture::TearDown();
  }

  const RawFrame& WaitFor(std::uint8_t type, std::uint32_t id) {
    RunUntil([&] { return peer->Find(type, id) != nullptr; });
    return *peer->Find(type, id);
  }
  void SendMessage(std::uint32_t id, std::string_view body, std::uint8_t flags) {
    peer->Send(MakeFrame(NGHTTP2_DATA, flags, id, GrpcMessage(body)));
  }
  // What every test ends with: the connection serves on.
  void ExpectServed(std::uint32_t id) {
    peer->SendHeaders(id, RequestFields("/t.T/Echo"), kEndHeaders);
    SendMessage(id, "still here", NGHTTP2_FLAG_END_STREAM);
    EXPECT_EQ(WaitFor(NGHTTP2_DATA, id).payload, GrpcMessage("still here"));
  }

  std::unique_ptr<RawPeer> peer;
};

TEST_F(Patience, RequestWithoutItsMessage_IsDeadlineExceededAndFreed) {
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), kEndHeaders);
  const RawFrame answer = WaitFor(NGHTTP2_HEADERS, 1);
  EXPECT_EQ(answer.Header("grpc-status"), "4");
  EXPECT_EQ(answer.Header("grpc-message"), "the request message was not whole within 100 ms");
  EXPECT_EQ(WaitFor(NGHTTP2_RST_STREAM, 1).payload, Big32(NGHTTP2_NO_ERROR));
  RunUntil([&] { return server->Stats().streams_open == 0; });
  EXPECT_EQ(server->Stats().receives_timed_out, 1u);
  ExpectServed(3);
}

TEST_F(Patience, TrickledMessage_GainsNoTime) {
  const std::string message = GrpcMessage(std::string(100'000, 'x'));
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), kEndHeaders);
  std::size_t sent = 0;
  RunUntil([&] {
    if (peer->Sent() && sent < message.size())
      peer->Send(MakeFrame(NGHTTP2_DATA, 0, 1, message.substr(sent++, 1)));
    return peer->Find(NGHTTP2_HEADERS, 1) != nullptr;
  });
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 1).Header("grpc-status"), "4");
  RunUntil([&] { return server->Stats().buffered_bytes == 0; });
  ExpectServed(3);
}

TEST_F(Patience, MessageWithoutTheEndOfTheCall_IsNotWhole) {
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), kEndHeaders);
  SendMessage(1, "hi", 0);
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 1).Header("grpc-status"), "4");
}

TEST_F(Patience, SoonerDeadlineOfTheCaller_Counts) {
  auto fields = RequestFields("/t.T/Echo");
  fields.emplace_back("grpc-timeout", "20m");
  peer->SendHeaders(1, fields, kEndHeaders);
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 1).Header("grpc-message"), "deadline exceeded");
  EXPECT_EQ(server->Stats().receives_timed_out, 0u);
  EXPECT_EQ(server->Stats().deadlines_exceeded, 1u);
}

// Stream 1 has sent its first message and may take its time for more; stream 3, later, has not.
TEST_F(Patience, Stream_OwesItsFirstMessageOnly) {
  peer->SendHeaders(1, RequestFields("/t.T/EchoAll"), kEndHeaders);
  SendMessage(1, "first", 0);
  WaitFor(NGHTTP2_DATA, 1);
  peer->SendHeaders(3, RequestFields("/t.T/EchoAll"), kEndHeaders);
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 3).Header("grpc-status"), "4");
  peer->frames.clear();
  SendMessage(1, "second", 0);
  EXPECT_EQ(WaitFor(NGHTTP2_DATA, 1).payload, GrpcMessage("second"));
  EXPECT_EQ(server->Stats().receives_timed_out, 1u);
}

TEST_F(Patience, HeadersNeverWhole_CloseTheConnection) {
  // What the peer has to acknowledge would come between the frames of these headers.
  RunUntil([&] { return peer->Find(NGHTTP2_SETTINGS, 0) != nullptr && peer->Sent(); });
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), 0);
  RunUntil([&] { return peer->closed; });
  EXPECT_EQ(server->Stats().receives_timed_out, 1u);
  EXPECT_EQ(server->Stats().connections_timed_out, 1u);
  EXPECT_EQ(server->Stats().streams_open, 0u);
}

TEST_F(Patience, AnswerThatNobodyTakes_IsDropped) {
  peer->Send(MakeFrame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\4", 2) + Big32(0)));  // a window of nothing
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), kEndHeaders);
  SendMessage(1, "hi", NGHTTP2_FLAG_END_STREAM);
  EXPECT_EQ(WaitFor(NGHTTP2_RST_STREAM, 1).payload, Big32(NGHTTP2_CANCEL));
  RunUntil([&] { return server->Stats().streams_open == 0; });
  EXPECT_EQ(server->Stats().sends_timed_out, 1u);
}

// As a client that compresses sends it: what is indexed in the refused list is referred to by the next one.
class Compressed {
 public:
  Compressed() { nghttp2_hd_deflate_new(&deflater_, 4096); }
  ~Compressed() { nghttp2_hd_deflate_del(deflater_); }
  Compressed(const Compressed&) = delete;

  // HEADERS and as many CONTINUATIONs as it takes.
  std::string Request(std::uint32_t id, const Fields& fields) {
    std::vector<nghttp2_nv> native;
    const auto bytes = [](const std::string& text) {
      return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
    };
    for (const auto& [name, value] : fields)
      native.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    std::string block(nghttp2_hd_deflate_bound(deflater_, native.data(), native.size()), '\0');
    const auto size = nghttp2_hd_deflate_hd(deflater_, reinterpret_cast<std::uint8_t*>(block.data()),
                                            block.size(), native.data(), native.size());
    block.resize(static_cast<std::size_t>(size));
    constexpr std::size_t kFrameBytes = 16 * 1024;
    std::string frames;
    for (std::size_t begin = 0; begin < block.size(); begin += kFrameBytes) {
      const int flags = begin + kFrameBytes >= block.size() ? kEndHeaders : 0;
      frames += MakeFrame(begin == 0 ? NGHTTP2_HEADERS : NGHTTP2_CONTINUATION,
                          static_cast<std::uint8_t>(flags), id, block.substr(begin, kFrameBytes));
    }
    return frames;
  }

 private:
  nghttp2_hd_deflater* deflater_ = nullptr;
};

TEST_F(Patience, MetadataOverTheLimit_CostsItsCallOnly) {
  Compressed compressed;
  auto fields = RequestFields("/t.T/Echo");
  fields.emplace_back("x-before", "one");
  auto slow = fields;
  slow[2].second = "/t.T/Slow";
  auto large = fields;
  for (int i = 0; i < 10; ++i) large.emplace_back("x-large-" + std::to_string(i), std::string(9000, 'x'));
  large.emplace_back("x-after", "two");
  auto next = fields;
  next.emplace_back("x-after", "two");

  peer->Send(compressed.Request(1, slow));
  SendMessage(1, "", NGHTTP2_FLAG_END_STREAM);
  peer->Send(compressed.Request(3, large));
  SendMessage(3, "hi", NGHTTP2_FLAG_END_STREAM);
  peer->Send(compressed.Request(5, next));
  SendMessage(5, "hi", NGHTTP2_FLAG_END_STREAM);

  const RawFrame refused = WaitFor(NGHTTP2_HEADERS, 3);
  EXPECT_EQ(refused.Header("grpc-status"), "8");
  EXPECT_EQ(refused.Header("grpc-message"), "request headers exceed 8192 bytes");
  EXPECT_NE(refused.flags & NGHTTP2_FLAG_END_STREAM, 0);
  EXPECT_EQ(WaitFor(NGHTTP2_DATA, 5).payload, GrpcMessage("hi"));
  EXPECT_EQ(seen, (Metadata{{"x-before", "one"}, {"x-after", "two"}}));
  EXPECT_EQ(slow_started, 1);
  EXPECT_EQ(slow_cancelled, 0);
  EXPECT_EQ(server->Stats().headers_refused, 1u);
  EXPECT_FALSE(peer->closed);
}

TEST_F(Patience, MetadataAtTheLimit_IsServed) {
  auto fields = RequestFields("/t.T/Echo");
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += name.size() + value.size() + 32;
  fields.emplace_back("x-fill", std::string(8192 - bytes - 32 - 6, 'x'));
  peer->SendHeaders(1, fields, kEndHeaders);
  SendMessage(1, "hi", NGHTTP2_FLAG_END_STREAM);
  EXPECT_EQ(WaitFor(NGHTTP2_DATA, 1).payload, GrpcMessage("hi"));
  fields.back().second += 'x';
  peer->SendHeaders(3, fields, kEndHeaders);
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 3).Header("grpc-status"), "8");
}

TEST(StreamLifetime, Watch_EndsAndIsAskedAgain) {
  Loop loop;
  Server server(loop.io, {});
  HealthService health(server, {.max_calls = 4, .max_lifetime = 50ms});
  Channel channel(loop.io, server.Listen("127.0.0.1:0"));
  for (int i = 0; i < 2; ++i) {
    const auto watch = channel.Open("/grpc.health.v1.Health/Watch", Soon());
    loop.Sync(watch->Write(""));
    EXPECT_TRUE(loop.Sync(watch->Read()).has_value());
    EXPECT_EQ(loop.Sync(watch->Finish()).code, Code::kUnavailable);
  }
  loop.RunUntil([&] { return server.Stats().handlers_running == 0; });
  EXPECT_EQ(server.Stats().deadlines_exceeded, 0u);
}

}  // namespace
}  // namespace market::grpc::test
