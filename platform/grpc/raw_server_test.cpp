// The channel against a server made of frames: proxies, refusals, resets, silence.
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "platform/grpc/testing/raw_peer.hpp"
#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

class RawServer : public Fixture {
 protected:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  void SetUp() override {
    Fixture::SetUp();
    const Endpoint any = IpEndpoint({"127.0.0.1", "0"});
    acceptor.open(any.protocol());
    acceptor.bind(any);
    acceptor.listen();
    Accept();
    ChannelOptions options;
    options.connect_timeout = 200ms;
    options.backoff.max = 50ms;
    options.keepalive_interval = 100ms;
    options.keepalive_timeout = 100ms;
    channel = std::make_unique<Channel>(io, AddressText(acceptor.local_endpoint()), options);
  }
  void TearDown() override {
    acceptor.close();
    channel.reset();
    peers.clear();
    Fixture::TearDown();
  }
  void Accept() {
    acceptor.async_accept([this](boost::system::error_code error, auto socket) {
      if (error) return;
      peers.push_back(std::make_unique<RawPeer>(io));
      peers.back()->AckPings = ack_pings;
      peers.back()->AckSettings = send_settings;
      peers.back()->Adopt(std::move(socket));
      if (send_settings) peers.back()->Send(MakeFrame(NGHTTP2_SETTINGS, 0, 0, ""));
      Accept();
    });
  }
  void Begin(std::string request = "x", std::chrono::milliseconds time = 10s) {
    static constexpr auto kCall = [](Channel& channel, std::string request, CallOptions options,
                                     ClientReply& out) -> Task<> {
      out = co_await channel.Call("/t.T/Echo", std::move(request), std::move(options));
    };
    done = Start(kCall(*channel, std::move(request), Within(time), reply));
  }
  // Waits for a call on the newest connection; gives its stream id.
  std::uint32_t Request() {
    std::uint32_t id = 0;
    RunUntil([&] {
      if (peers.empty()) return false;
      for (const RawFrame& frame : peers.back()->frames) {
        if (frame.type == NGHTTP2_HEADERS) id = frame.id;
      }
      return id != 0;
    });
    return id;
  }
  void Answer(std::uint32_t id, const std::vector<std::pair<std::string, std::string>>& fields) {
    peers.back()->SendHeaders(id, fields, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM);
  }
  void AnswerEcho(std::uint32_t id) {
    peers.back()->SendHeaders(id, {{":status", "200"}, {"content-type", "application/grpc"}},
                              NGHTTP2_FLAG_END_HEADERS);
    peers.back()->Send(MakeFrame(NGHTTP2_DATA, 0, id, GrpcMessage("ok")));
    Answer(id, {{"grpc-status", "0"}});
  }
  void End() {
    RunUntil([&] { return *done; });
  }

  Acceptor acceptor{io};
  std::vector<std::unique_ptr<RawPeer>> peers;
  bool ack_pings = true;
  bool send_settings = true;
  std::shared_ptr<bool> done;
  ClientReply reply;
};

TEST_F(RawServer, Request_IsAsThePublishedProtocolSays) {
  Begin("body");
  const auto id = Request();
  const RawFrame headers = *peers.back()->Find(NGHTTP2_HEADERS, id);
  EXPECT_EQ(headers.Header(":method"), "POST");
  EXPECT_EQ(headers.Header(":scheme"), "http");
  EXPECT_EQ(headers.Header(":path"), "/t.T/Echo");
  EXPECT_EQ(headers.Header(":authority"), AddressText(acceptor.local_endpoint()));
  EXPECT_EQ(headers.Header("te"), "trailers");
  EXPECT_EQ(headers.Header("content-type"), "application/grpc");
  const auto timeout = ParseTimeout(headers.Header("grpc-timeout"));
  ASSERT_TRUE(timeout);
  EXPECT_GT(*timeout, 5s);
  EXPECT_LE(*timeout, 10s);
  EXPECT_EQ(peers.back()->Find(NGHTTP2_DATA, id)->payload, GrpcMessage("body"));
  AnswerEcho(id);
  End();
  EXPECT_EQ(reply.message, "ok");
}

TEST_F(RawServer, HttpStatusOfAProxy_IsMapped) {
  const std::vector<std::pair<std::string, Code>> table{
      {"503", Code::kUnavailable}, {"401", Code::kUnauthenticated},  {"404", Code::kUnimplemented},
      {"429", Code::kUnavailable}, {"403", Code::kPermissionDenied}, {"500", Code::kUnknown}};
  for (const auto& [status, code] : table) {
    Begin();
    const auto id = Request();
    Answer(id, {{":status", status}, {"content-type", "text/html"}});
    End();
    EXPECT_EQ(reply.status.code, code) << status;
    peers.back()->frames.clear();
  }
}

TEST_F(RawServer, StatusInHttpError_Wins) {
  Begin();
  Answer(Request(), {{":status", "503"}, {"content-type", "application/grpc"}, {"grpc-status", "7"}});
  End();
  EXPECT_EQ(reply.status.code, Code::kPermissionDenied);
}

TEST_F(RawServer, NoStatusAtAll_IsUnknown) {
  Begin();
  const auto id = Request();
  peers.back()->SendHeaders(id, {{":status", "200"}, {"content-type", "application/grpc"}},
                            NGHTTP2_FLAG_END_HEADERS);
  peers.back()->Send(MakeFrame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, id, GrpcMessage("ok")));
  End();
  EXPECT_EQ(reply.status.code, Code::kUnknown);
}

TEST_F(RawServer, InformationalResponse_IsSkipped) {
  Begin();
  const auto id = Request();
  peers.back()->SendHeaders(id, {{":status", "103"}, {"link", "x"}}, NGHTTP2_FLAG_END_HEADERS);
  AnswerEcho(id);
  End();
  EXPECT_EQ(reply.message, "ok");
}

TEST_F(RawServer, CompressedReply_IsInternal) {
  Begin();
  const auto id = Request();
  peers.back()->SendHeaders(
      id, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-encoding", "gzip"}},
      NGHTTP2_FLAG_END_HEADERS);
  std::string message = GrpcMessage("ok");
  message[0] = 1;
  peers.back()->Send(MakeFrame(NGHTTP2_DATA, 0, id, message));
  End();
  EXPECT_EQ(reply.status.code, Code::kInternal);
}

TEST_F(RawServer, Reset_IsMapped) {
  const std::vector<std::pair<std::uint32_t, Code>> table{
      {NGHTTP2_INTERNAL_ERROR, Code::kInternal},
      {NGHTTP2_CANCEL, Code::kCancelled},
      {NGHTTP2_ENHANCE_YOUR_CALM, Code::kResourceExhausted}};
  for (const auto& [error, code] : table) {
    Begin();
    const auto id = Request();
    peers.back()->Send(MakeFrame(NGHTTP2_RST_STREAM, 0, id, Big32(error)));
    End();
    EXPECT_EQ(reply.status.code, code) << error;
    EXPECT_EQ(reply.sent, ClientReply::Sent::kMaybe);
    peers.back()->frames.clear();
  }
}

TEST_F(RawServer, RefusedStream_IsTriedAgain) {
  Begin("again");
  const auto id = Request();
  peers.back()->frames.clear();
  peers.back()->Send(MakeFrame(NGHTTP2_RST_STREAM, 0, id, Big32(NGHTTP2_REFUSED_STREAM)));
  const auto second = Request();
  EXPECT_GT(second, id);
  RunUntil([&] { return peers.back()->Find(NGHTTP2_DATA, second) != nullptr; });
  EXPECT_EQ(peers.back()->Find(NGHTTP2_DATA, second)->payload, GrpcMessage("again"));
  AnswerEcho(second);
  End();
  EXPECT_TRUE(reply.status.Ok());
  EXPECT_EQ(channel->Stats().calls_retried, 1u);
}

TEST_F(RawServer, RefusedForever_IsUnavailableAndNotSent) {
  Begin();
  for (int i = 0; i < 4; ++i) {
    const auto id = Request();
    peers.back()->frames.clear();
    peers.back()->Send(MakeFrame(NGHTTP2_RST_STREAM, 0, id, Big32(NGHTTP2_REFUSED_STREAM)));
  }
  End();
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
}

TEST_F(RawServer, GoAwayBelowTheCall_IsTriedOnANewConnection) {
  Begin();
  Request();
  peers.back()->Send(MakeFrame(NGHTTP2_GOAWAY, 0, 0, Big32(0) + Big32(NGHTTP2_NO_ERROR)));
  RunUntil([&] { return peers.size() == 2; });
  AnswerEcho(Request());
  End();
  EXPECT_TRUE(reply.status.Ok()) << reply.status.message;
}

TEST_F(RawServer, GoAwayAboveTheCall_LetsItFinish) {
  Begin();
  const auto id = Request();
  peers.back()->Send(MakeFrame(NGHTTP2_GOAWAY, 0, 0, Big32(id) + Big32(NGHTTP2_NO_ERROR)));
  RunUntil([&] { return peers.size() == 2; });
  RawPeer& old = *peers.front();
  old.SendHeaders(id, {{":status", "200"}, {"content-type", "application/grpc"}}, NGHTTP2_FLAG_END_HEADERS);
  old.Send(MakeFrame(NGHTTP2_DATA, 0, id, GrpcMessage("late")));
  old.SendHeaders(id, {{"grpc-status", "0"}}, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM);
  End();
  EXPECT_EQ(reply.message, "late");
  RunUntil([&] { return old.closed; });
}

TEST_F(RawServer, NeverSendsSettings_ConnectFailsInTime) {
  send_settings = false;
  Begin();
  End();
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
  EXPECT_GE(channel->Stats().connects_failed, 1u);
}

TEST_F(RawServer, HalfOpen_IsNoticedByKeepalive) {
  ack_pings = false;
  Begin();
  Request();
  End();
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kMaybe);
}

TEST_F(RawServer, LateFramesOfADeadCall_AreIgnored) {
  static constexpr auto kCall = [](Channel& channel, ClientReply& out) -> Task<> {
    out = co_await channel.Call("/t.T/Echo", "x", Within(50ms));
  };
  done = Start(kCall(*channel, reply));
  const auto id = Request();
  End();
  EXPECT_EQ(reply.status.code, Code::kDeadlineExceeded);
  RunUntil([&] { return peers.back()->Find(NGHTTP2_RST_STREAM, id) != nullptr; });
  AnswerEcho(id);
  peers.back()->frames.clear();
  Begin();
  AnswerEcho(Request());
  End();
  EXPECT_TRUE(reply.status.Ok()) << reply.status.message;
  EXPECT_EQ(peers.size(), 1u);
}

TEST_F(RawServer, RandomBytes_NeverHurt) {
  std::uint32_t state = 11;
  const auto random = [&] { return state = state * 1664525 + 1013904223, state >> 8; };
  for (int round = 0; round < 30; ++round) {
    Begin("x", 100ms);  // what was not sent is tried on the next connection, which may not answer either
    RunUntil([&] { return !peers.empty() && !peers.back()->closed; });
    for (int i = 0; i < 20; ++i) {
      std::string payload(random() % 40, '\0');
      for (char& c : payload) c = static_cast<char>(random());
      peers.back()->Send(MakeFrame(static_cast<std::uint8_t>(random() % 12),
                                   static_cast<std::uint8_t>(random()), random() % 6, payload));
    }
    RunFor(1ms);
    peers.back()->Close();
    peers.back()->closed = true;
    End();
  }
}

}  // namespace
}  // namespace market::grpc::test
