// What a hostile or broken client may send to the server.
#include <random>

#include "platform/grpc/testing/raw_peer.hpp"
#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

class Abuse : public Fixture {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options;
    options.max_connections = 10;
    return options;
  }
  void SetUp() override {
    Fixture::SetUp();
    Connect();
    peer = std::make_unique<RawPeer>(io);
    peer->Connect(target);
  }
  void TearDown() override {
    // Whatever the peer did, others are served.
    const auto reply = Sync(channel->Call("/t.T/Echo", "still here", Soon()));
    EXPECT_EQ(reply.message, "still here") << reply.status.message;
    peer.reset();
    Fixture::TearDown();
  }

  const RawFrame& WaitFor(std::uint8_t type, std::uint32_t id) {
    RunUntil([&] { return peer->Find(type, id) != nullptr; });
    return *peer->Find(type, id);
  }
  std::uint32_t GoAwayError() {
    const RawFrame& frame = WaitFor(NGHTTP2_GOAWAY, 0);
    return static_cast<std::uint8_t>(frame.payload.at(7));
  }
  // The answer to a request with these fields and body.
  const RawFrame& Answer(const std::vector<std::pair<std::string, std::string>>& fields,
                         const std::string& body) {
    peer->SendPreface();
    peer->SendHeaders(1, fields, kEndHeaders);
    peer->Send(MakeFrame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, body));
    return WaitFor(NGHTTP2_HEADERS, 1);
  }

  std::unique_ptr<RawPeer> peer;
};

// A server whose time limits are what ends the connection. Elsewhere they are long: on a busy machine a flood
// takes a while, and its sender's acknowledgement of SETTINGS comes after all of it.
class Impatient : public Abuse {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options = Abuse::MakeServerOptions();
    options.settings_timeout = 500ms;
    options.keepalive_interval = 150ms;
    options.keepalive_timeout = 500ms;
    return options;
  }
};

TEST_F(Abuse, WellBehavedPeer_GetsHeadersDataTrailers) {
  const RawFrame headers = Answer(RequestFields("/t.T/Echo"), GrpcMessage("hi"));
  EXPECT_EQ(headers.Header(":status"), "200");
  EXPECT_EQ(headers.Header("content-type"), "application/grpc");
  EXPECT_EQ(WaitFor(NGHTTP2_DATA, 1).payload, GrpcMessage("hi"));
  RunUntil([&] { return peer->frames.back().flags & NGHTTP2_FLAG_END_STREAM; });
  EXPECT_EQ(peer->frames.back().Header("grpc-status"), "0");
}

TEST_F(Abuse, FailureWithoutMessages_IsTrailersOnly) {
  const RawFrame headers = Answer(RequestFields("/t.T/Fail"), GrpcMessage("no"));
  EXPECT_NE(headers.flags & NGHTTP2_FLAG_END_STREAM, 0);
  EXPECT_EQ(headers.Header(":status"), "200");
  EXPECT_EQ(headers.Header("grpc-status"), "9");
  EXPECT_EQ(headers.Header("grpc-message"), "no");
}

TEST_F(Abuse, MessageInSingleBytes_IsPutTogether) {
  peer->SendPreface();
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), kEndHeaders);
  for (const char c : GrpcMessage("abc")) peer->Send(MakeFrame(NGHTTP2_DATA, 0, 1, std::string(1, c)));
  peer->Send(MakeFrame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, ""));
  EXPECT_EQ(WaitFor(NGHTTP2_DATA, 1).payload, GrpcMessage("abc"));
}

TEST_F(Abuse, UnknownEncoding_IsUnimplementedAndSaysWhatIsAccepted) {
  auto fields = RequestFields("/t.T/Echo");
  fields.emplace_back("grpc-encoding", "gzip");
  const RawFrame headers = Answer(fields, GrpcMessage("hi"));
  EXPECT_EQ(headers.Header("grpc-status"), "12");
  EXPECT_EQ(headers.Header("grpc-accept-encoding"), "identity");
}

TEST_F(Abuse, CompressedFlagWithoutEncoding_IsInternal) {
  std::string message = GrpcMessage("hi");
  message[0] = 1;
  EXPECT_EQ(Answer(RequestFields("/t.T/Echo"), message).Header("grpc-status"), "13");
}

TEST_F(Abuse, TruncatedMessage_IsInternal) {
  EXPECT_EQ(Answer(RequestFields("/t.T/Echo"), GrpcMessage("hello").substr(0, 7)).Header("grpc-status"),
            "13");
}

TEST_F(Abuse, OtherContentType_Is415) {
  auto fields = RequestFields("/t.T/Echo");
  fields[4].second = "application/json";
  EXPECT_EQ(Answer(fields, "{}").Header(":status"), "415");
}

TEST_F(Abuse, Get_Is405) {
  auto fields = RequestFields("/t.T/Echo");
  fields[0].second = "GET";
  EXPECT_EQ(Answer(fields, "").Header(":status"), "405");
}

TEST_F(Abuse, MalformedTimeoutOrMetadata_IsInternal) {
  auto fields = RequestFields("/t.T/Echo");
  fields.emplace_back("grpc-timeout", "soon");
  EXPECT_EQ(Answer(fields, GrpcMessage("")).Header("grpc-status"), "13");
  fields = RequestFields("/t.T/Echo");
  fields.emplace_back("x-bin", "!!");
  peer->SendHeaders(3, fields, kEndBoth);
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 3).Header("grpc-status"), "13");
}

TEST_F(Abuse, JoinedBinaryMetadata_IsSplit) {
  auto fields = RequestFields("/t.T/Echo");
  fields.emplace_back("x-bin", "YQ==,YWI");
  Answer(fields, GrpcMessage(""));
  EXPECT_EQ(seen, (Metadata{{"x-bin", "a"}, {"x-bin", "ab"}}));
}

TEST_F(Abuse, Http1Client_IsClosed) {
  peer->Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  RunUntil([&] { return peer->closed; });
  EXPECT_EQ(server->Stats().connections_abused, 1u);
}

TEST_F(Impatient, SilentPeer_IsClosedInTime) {
  peer->AckSettings = false;
  RunUntil([&] { return peer->closed; });
  EXPECT_EQ(server->Stats().connections_timed_out, 1u);
}

TEST_F(Impatient, SettingsNeverAcknowledged_IsClosedInTime) {
  peer->AckSettings = false;
  peer->SendPreface();
  peer->SendHeaders(1, RequestFields("/t.T/Slow"), kEndHeaders);
  peer->Send(MakeFrame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, GrpcMessage("")));
  RunUntil([&] { return slow_started == 1; });
  EXPECT_EQ(GoAwayError(), NGHTTP2_SETTINGS_TIMEOUT);
  RunUntil([&] { return peer->closed && slow_cancelled == 1; });
  EXPECT_EQ(server->Stats().connections_timed_out, 1u);
}

TEST_F(Impatient, HalfOpenPeer_IsClosedByKeepalive) {
  peer->AckPings = false;
  peer->SendPreface();
  WaitFor(NGHTTP2_PING, 0);
  RunUntil([&] { return peer->closed; });
  EXPECT_EQ(server->Stats().connections_timed_out, 1u);
}

TEST_F(Impatient, AnsweringPeer_OutlivesKeepalive) {
  peer->SendPreface();
  RunUntil([&] { return std::ranges::count(peer->frames, NGHTTP2_PING, &RawFrame::type) >= 4; });
  EXPECT_FALSE(peer->closed);
}

TEST_F(Abuse, RapidReset_EndsTheConnectionWithinItsBudget) {
  peer->SendPreface();
  std::string bytes;
  for (std::uint32_t id = 1; id < 20'000; id += 2) {
    bytes += MakeFrame(NGHTTP2_HEADERS, kEndHeaders, id, HeaderBlock(RequestFields("/t.T/SlowStream")));
    bytes += MakeFrame(NGHTTP2_RST_STREAM, 0, id, Big32(NGHTTP2_CANCEL));
  }
  const auto start = std::chrono::steady_clock::now();
  peer->Send(std::move(bytes));
  RunUntil([&] { return peer->Find(NGHTTP2_GOAWAY, 0) != nullptr || peer->closed; });
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
  RunUntil([&] { return server->Stats().connections_abused == 1; });
  // The burst, the rate, and what came with the last one in the same read.
  const ServerOptions limits;
  EXPECT_LE(
      server->Stats().resets_received,
      limits.reset_burst + limits.resets_per_second * static_cast<std::uint64_t>(seconds.count()) + 1000);
  EXPECT_EQ(server->Stats().streams_open, 0u);
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

// One reset a turn, so that every handler has started: the running ones are bounded too.
TEST_F(Abuse, RapidReset_OfStartedHandlers_LeavesNoneRunning) {
  peer->SendPreface();
  for (std::uint32_t id = 1; id < 1000; id += 2) {
    peer->SendHeaders(id, RequestFields("/t.T/SlowStream"), kEndHeaders);
    RunUntil([&] { return peer->Sent(); });
    peer->Send(MakeFrame(NGHTTP2_RST_STREAM, 0, id, Big32(NGHTTP2_CANCEL)));
  }
  RunUntil([&] { return server->Stats().resets_received == 500; });
  RunUntil([&] { return server->Stats().handlers_running == 0; });
  EXPECT_EQ(slow_started, slow_cancelled);
}

TEST_F(Abuse, ContinuationFlood_EndsTheConnection) {
  peer->SendPreface();
  peer->SendHeaders(1, RequestFields("/t.T/Echo"), 0);
  std::string bytes;
  for (int i = 0; i < 10'000; ++i) {
    bytes += MakeFrame(NGHTTP2_CONTINUATION, 0, 1,
                       HeaderBlock({{"a" + std::to_string(i), std::string(100, 'x')}}));
  }
  peer->Send(std::move(bytes));
  RunUntil([&] { return peer->closed; });
  EXPECT_EQ(server->Stats().connections_abused, 1u);
}

TEST_F(Abuse, PingFlood_EndsTheConnection) {
  peer->SendPreface();
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += MakeFrame(NGHTTP2_PING, 0, 0, "12345678");
  peer->Send(std::move(bytes));
  RunUntil([&] { return peer->closed; });
  EXPECT_EQ(server->Stats().connections_abused, 1u);
}

TEST_F(Abuse, PingsBeyondTheBudget_AreToldWhy) {
  peer->SendPreface();
  for (int round = 0; round < 100 && peer->Find(NGHTTP2_GOAWAY, 0) == nullptr && !peer->closed; ++round) {
    std::string bytes;
    for (int i = 0; i < 100; ++i) bytes += MakeFrame(NGHTTP2_PING, 0, 0, "12345678");
    peer->Send(std::move(bytes));
    RunUntil([&] { return peer->Sent(); });
    RunFor(1ms);
  }
  EXPECT_EQ(GoAwayError(), NGHTTP2_ENHANCE_YOUR_CALM);
  RunUntil([&] { return peer->closed; });
}

TEST_F(Abuse, PingFloodWithoutReading_IsBounded) {
  peer->SendPreface();
  peer->StopReading();
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes += MakeFrame(NGHTTP2_PING, 0, 0, "12345678");
  peer->Send(std::move(bytes));
  RunUntil([&] { return server->Stats().connections_open <= 1 && server->Stats().connections_abused == 1; });
}

TEST_F(Abuse, SettingsFlood_EndsTheConnection) {
  peer->SendPreface();
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += MakeFrame(NGHTTP2_SETTINGS, 0, 0, "");
  peer->Send(std::move(bytes));
  RunUntil([&] { return server->Stats().connections_abused == 1; });
}

TEST_F(Abuse, EmptyDataFlood_EndsTheConnection) {
  peer->SendPreface();
  peer->SendHeaders(1, RequestFields("/t.T/Hold"), kEndHeaders);
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += MakeFrame(NGHTTP2_DATA, 0, 1, "");
  peer->Send(std::move(bytes));
  RunUntil([&] { return server->Stats().connections_abused == 1; });
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

TEST_F(Abuse, TooManyStreams_AreRefused) {
  peer->SendPreface();
  for (std::uint32_t id = 1; id <= 2 * 1030; id += 2) {
    peer->SendHeaders(id, RequestFields("/t.T/SlowStream"), kEndHeaders);
  }
  RunUntil([&] { return peer->Find(NGHTTP2_RST_STREAM, 2 * 1030 - 1) != nullptr; });
  EXPECT_EQ(peer->Find(NGHTTP2_RST_STREAM, 2 * 1030 - 1)->payload, Big32(NGHTTP2_REFUSED_STREAM));
  EXPECT_EQ(server->Stats().handlers_running, 1024u);
}

TEST_F(Abuse, HeadersNeverFinished_HoldNothing) {
  peer->SendPreface();
  for (std::uint32_t id = 1; id < 200; id += 2)
    peer->SendHeaders(id, RequestFields("/t.T/Echo"), kEndHeaders);
  RunUntil([&] { return server->Stats().streams_open == 100; });
  peer->Close();
  RunUntil([&] { return server->Stats().streams_open == 0; });
}

TEST_F(Impatient, TooManyConnections_AreClosedAtAccept) {
  std::vector<std::unique_ptr<RawPeer>> peers;
  peer->AckSettings = false;
  for (int i = 0; i < 12; ++i) {
    peers.push_back(std::make_unique<RawPeer>(io));
    peers.back()->AckSettings = false;
    peers.back()->Connect(target);
  }
  RunUntil([&] { return server->Stats().connections_refused >= 3; });
  RunUntil([&] {
    return std::ranges::all_of(peers, [](const auto& item) { return item->closed; }) && peer->closed;
  });
}

TEST_F(Impatient, SlowReader_HoldsBoundedMemory) {
  peer->SendPreface();
  peer->Send(MakeFrame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\4", 2) + Big32(0x7fffffff)));
  peer->Send(MakeFrame(NGHTTP2_WINDOW_UPDATE, 0, 0, Big32(0x7fff0000)));
  peer->SendHeaders(1, RequestFields("/t.T/Repeat"), kEndHeaders);
  peer->StopReading();
  peer->Send(MakeFrame(NGHTTP2_DATA, 0, 1, GrpcMessage("10000000")));
  RunUntil([&] { return server->Stats().handlers_running == 1; });
  RunFor(100ms);
  EXPECT_EQ(server->Stats().handlers_running, 1u);
  RunUntil([&] { return server->Stats().connections_timed_out == 1; });
  RunUntil([&] { return server->Stats().handlers_running == 0; });
}

class SmallBuffer : public Abuse {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options = Abuse::MakeServerOptions();
    options.max_buffered_bytes = 100'000;
    return options;
  }
};

TEST_F(SmallBuffer, BytesBeyondTheLimit_AreRefused) {
  peer->SendPreface();
  for (std::uint32_t id = 1; id < 20; id += 2) {
    peer->SendHeaders(id, RequestFields("/t.T/Echo"), kEndHeaders);
    peer->Send(MakeFrame(NGHTTP2_DATA, 0, id, GrpcMessage(std::string(16'000, 'x'))));
  }
  EXPECT_EQ(WaitFor(NGHTTP2_HEADERS, 13).Header("grpc-status"), "8");
  EXPECT_LE(server->Stats().buffered_bytes, 100'000u);
}

TEST_F(Abuse, RandomBytesAfterThePreface_NeverHurt) {
  std::minstd_rand random(7);
  for (int round = 0; round < 30; ++round) {
    RawPeer noisy(io);
    noisy.Connect(target);
    noisy.SendPreface();
    for (int i = 0; i < 20; ++i) {
      std::string payload(random() % 40, '\0');
      for (char& c : payload) c = static_cast<char>(random());
      noisy.Send(MakeFrame(static_cast<std::uint8_t>(random() % 12), static_cast<std::uint8_t>(random()),
                           random() % 6, payload));
    }
    RunUntil([&] { return noisy.Sent(); });
    RunFor(2ms);
    noisy.Close();
    RunFor(1ms);
  }
}

}  // namespace
}  // namespace market::grpc::test
