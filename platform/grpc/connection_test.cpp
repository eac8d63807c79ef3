// Connections coming and going: drain, reconnect, balancing, keepalive, and servers that misbehave.
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "platform/grpc/raw_peer.hpp"
#include "platform/grpc/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

class Connection : public Fixture {
 protected:
  std::unique_ptr<Server> MakeServer(ServerOptions options = {}) {
    auto made = std::make_unique<Server>(io, std::move(options));
    AddMethods(*made);
    return made;
  }
};

struct Tally {
  int ok = 0;
  int failed = 0;
  bool stop = false;
  std::string first_failure;
};

Task<> CallUntilStopped(Channel& channel, Tally& tally) {
  while (!tally.stop) {
    const auto reply = co_await channel.Call("/t.T/Pause", std::to_string(tally.ok % 7), Soon());
    ++(reply.status.Ok() ? tally.ok : tally.failed);
    if (!reply.status.Ok() && tally.failed == 1) tally.first_failure = reply.status.message;
  }
}

TEST_F(Connection, DrainUnderCalls_LosesNone) {
  auto second = MakeServer();
  const std::string targets = server->Listen("127.0.0.1:0") + "," + second->Listen("127.0.0.1:0");
  Channel both(io, targets);
  Tally tally;
  std::vector<std::shared_ptr<bool>> done;
  for (int i = 0; i < 32; ++i) done.push_back(Start(CallUntilStopped(both, tally)));
  RunUntil([&] { return tally.ok > 500 && second->Stats().streams_total > 100; });
  Sync(second->Drain(runtime::After(5s)));
  EXPECT_EQ(second->Stats().connections_open, 0u);
  const int before = tally.ok;
  RunUntil([&] { return tally.ok > before + 500; });
  tally.stop = true;
  RunUntil([&] { return std::ranges::all_of(done, [](const auto& flag) { return *flag; }); });
  EXPECT_EQ(tally.failed, 0) << tally.first_failure;
}

TEST_F(Connection, MaxAge_LosesNoCalls) {
  ServerOptions options;
  options.max_age = 50ms;
  auto aging = MakeServer(options);
  Channel to_aging(io, aging->Listen("127.0.0.1:0"));
  Tally tally;
  std::vector<std::shared_ptr<bool>> done;
  for (int i = 0; i < 16; ++i) done.push_back(Start(CallUntilStopped(to_aging, tally)));
  RunUntil([&] { return aging->Stats().connections_total >= 5; });
  tally.stop = true;
  RunUntil([&] { return std::ranges::all_of(done, [](const auto& flag) { return *flag; }); });
  EXPECT_EQ(tally.failed, 0) << tally.first_failure;
}

TEST_F(Connection, Drain_WaitsForCallsThenCancels) {
  Connect();
  Status status;
  static constexpr auto kSlow = [](Channel& channel, Status& out) -> Task<> {
    out = (co_await channel.Call("/t.T/Slow", "", Soon())).status;
  };
  const auto done = Start(kSlow(*channel, status));
  RunUntil([&] { return slow_started == 1; });
  const auto begin = std::chrono::steady_clock::now();
  Sync(server->Drain(runtime::After(300ms)));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 290ms);
  EXPECT_EQ(slow_cancelled, 1);
  EXPECT_EQ(server->Stats().handlers_running, 0u);
  RunUntil([&] { return *done; });
  EXPECT_EQ(status.code, Code::kUnavailable);
}

TEST_F(Connection, Drain_WithoutConnections_EndsAtOnce) {
  server->Listen("127.0.0.1:0");
  const auto begin = std::chrono::steady_clock::now();
  Sync(server->Drain(runtime::After(5s)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(Connection, IdleConnection_IsToldToGo) {
  ServerOptions options;
  options.max_idle = 60ms;
  auto impatient = MakeServer(options);
  Channel idle(io, impatient->Listen("127.0.0.1:0"));
  EXPECT_TRUE(Sync(idle.Call("/t.T/Echo", "a", Soon())).status.Ok());
  RunUntil([&] { return impatient->Stats().connections_total == 2; });
  EXPECT_TRUE(Sync(idle.Call("/t.T/Echo", "b", Soon())).status.Ok());
}

TEST_F(Connection, NobodyListens_FailsAtOnceUnlessItWaits) {
  const std::string address = server->Listen("127.0.0.1:0");
  Sync(server->Drain(runtime::After(1s)));
  Channel nobody(io, address);
  const auto reply = Sync(nobody.Call("/t.T/Echo", "x", Soon()));
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kNo);
  EXPECT_NE(reply.status.message.find(address), std::string::npos) << reply.status.message;
  EXPECT_EQ(nobody.State(), ChannelState::kTransientFailure);
  CallOptions waiting = Within(100ms);
  waiting.wait_for_ready = WaitForReady::kYes;
  EXPECT_EQ(Sync(nobody.Call("/t.T/Echo", "x", waiting)).status.code, Code::kDeadlineExceeded);
}

TEST_F(Connection, WaitForReady_IsServedWhenTheServerComes) {
  const std::string address = server->Listen("127.0.0.1:0");
  Sync(server->Drain(runtime::After(1s)));
  Channel early(io, address);
  CallOptions waiting = Soon();
  waiting.wait_for_ready = WaitForReady::kYes;
  static constexpr auto kCall = [](Channel& channel, CallOptions options, Status& out) -> Task<> {
    out = (co_await channel.Call("/t.T/Echo", "x", std::move(options))).status;
  };
  Status status{Code::kUnknown, "", ""};
  const auto done = Start(kCall(early, waiting, status));
  RunUntil([&] { return early.Stats().connects_failed >= 2; });
  server = MakeServer();
  EXPECT_EQ(server->Listen(address), address);
  RunUntil([&] { return *done; });
  EXPECT_TRUE(status.Ok()) << status.message;
}

TEST_F(Connection, Backoff_GrowsBetweenAttempts) {
  const std::string address = server->Listen("127.0.0.1:0");
  Sync(server->Drain(runtime::After(1s)));
  ChannelOptions options;
  options.backoff_initial = 20ms;
  options.backoff_max = 100ms;
  Channel nobody(io, address, options);
  Sync(nobody.Call("/t.T/Echo", "x", Soon()));
  RunFor(400ms);
  EXPECT_GE(nobody.Stats().connects_total, 4u);
  EXPECT_LE(nobody.Stats().connects_total, 12u);
}

TEST_F(Connection, ServerRestarts_ChannelReconnects) {
  Connect();
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", "a", Soon())).status.Ok());
  server.reset();  // as when it is killed
  RunUntil([&] { return channel->State() != ChannelState::kReady; });
  server = MakeServer();
  server->Listen(target);
  RunUntil([&] { return channel->State() == ChannelState::kReady; });
  EXPECT_TRUE(Sync(channel->Call("/t.T/Echo", "b", Soon())).status.Ok());
}

TEST_F(Connection, ServerKilledDuringCall_IsUnavailableMaybeSent) {
  Connect();
  ClientReply reply;
  static constexpr auto kSlow = [](Channel& channel, ClientReply& out) -> Task<> {
    out = co_await channel.Call("/t.T/Slow", "", Soon());
  };
  const auto done = Start(kSlow(*channel, reply));
  RunUntil([&] { return slow_started == 1; });
  server.reset();
  RunUntil([&] { return *done; });
  EXPECT_EQ(reply.status.code, Code::kUnavailable);
  EXPECT_EQ(reply.sent, ClientReply::Sent::kMaybe);
  RunUntil([&] { return slow_cancelled == 1; });
}

TEST_F(Connection, TwoServers_ShareTheCalls) {
  auto second = MakeServer();
  Channel both(io, server->Listen("127.0.0.1:0") + "," + second->Listen("127.0.0.1:0"));
  RunUntil([&] {
    EXPECT_TRUE(Sync(both.Call("/t.T/Echo", "x", Soon())).status.Ok());
    return server->Stats().streams_total > 0 && second->Stats().streams_total > 0;
  });
  const auto first_before = server->Stats().streams_total;
  const auto second_before = second->Stats().streams_total;
  for (int i = 0; i < 100; ++i) Sync(both.Call("/t.T/Echo", "x", Soon()));
  EXPECT_EQ(server->Stats().streams_total - first_before, 50u);
  EXPECT_EQ(second->Stats().streams_total - second_before, 50u);
  second.reset();
  int failed = 0;
  for (int i = 0; i < 100; ++i) failed += Sync(both.Call("/t.T/Echo", "x", Soon())).status.Ok() ? 0 : 1;
  EXPECT_LE(failed, 1);  // the one that was on its way, if any
}

TEST_F(Connection, Name_IsResolvedAndRetriedWhenUnknown) {
  const std::string address = server->Listen("127.0.0.1:0");
  Channel named(io, "localhost:" + address.substr(address.find(':') + 1));
  EXPECT_TRUE(Sync(named.Call("/t.T/Echo", "x", Soon())).status.Ok());
  Channel unknown(io, "does-not-exist.invalid:1");
  EXPECT_EQ(Sync(unknown.Call("/t.T/Echo", "x", Soon())).status.code, Code::kUnavailable);
  EXPECT_EQ(unknown.State(), ChannelState::kTransientFailure);
}

TEST_F(Connection, BadTarget_Throws) {
  for (const auto* bad : {"", "host", ":80", "host:", "::1:80", "a:1,,b:2"}) {
    EXPECT_THROW(Channel(io, bad), std::invalid_argument) << bad;
  }
}

TEST_F(Connection, Listen_OnTakenAddress_Throws) {
  const std::string address = server->Listen("127.0.0.1:0");
  auto second = MakeServer();
  try {
    second->Listen(address);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), EADDRINUSE);
  }
  const std::string path = "unix:/tmp/market-grpc-taken-" + std::to_string(::getpid());
  server->Listen(path);
  EXPECT_THROW(second->Listen(path), std::system_error);
}

TEST_F(Connection, Close_WaitsForCallsAndRefusesNewOnes) {
  Connect();
  Status status{Code::kUnknown, "", ""};
  static constexpr auto kPause = [](Channel& channel, Status& out) -> Task<> {
    out = (co_await channel.Call("/t.T/Pause", "50", Soon())).status;
  };
  const auto done = Start(kPause(*channel, status));
  RunUntil([&] { return server->Stats().handlers_running == 1; });
  Sync(channel->Close(runtime::After(5s)));
  EXPECT_TRUE(*done);
  EXPECT_TRUE(status.Ok()) << status.message;
  EXPECT_EQ(channel->State(), ChannelState::kShutdown);
  EXPECT_EQ(Sync(channel->Call("/t.T/Echo", "x", Soon())).status.code, Code::kUnavailable);
}

TEST_F(Connection, WaitingCalls_AreBounded) {
  ChannelOptions options;
  options.max_waiting_calls = 3;
  Channel black_hole(io, "192.0.2.1:1", options);  // nobody answers there
  std::vector<std::shared_ptr<ClientCall>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(black_hole.Open("/t.T/EchoAll", Soon()));
  EXPECT_EQ(Sync(calls.back()->Finish()).code, Code::kResourceExhausted);
}

// A server made of frames.
class RawServer : public Connection {
 protected:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  void SetUp() override {
    Connection::SetUp();
    const Endpoint any = IpEndpoint({"127.0.0.1", "0"});
    acceptor.open(any.protocol());
    acceptor.bind(any);
    acceptor.listen();
    Accept();
    ChannelOptions options;
    options.connect_timeout = 200ms;
    options.keepalive_interval = 100ms;
    options.keepalive_timeout = 100ms;
    channel = std::make_unique<Channel>(io, AddressText(acceptor.local_endpoint()), options);
  }
  void TearDown() override {
    acceptor.close();
    channel.reset();
    peers.clear();
    Connection::TearDown();
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
    peers.back()->SendHeaders(id, {{":status", "200"}, {"content-type", "application/grpc"}}, NGHTTP2_FLAG_END_HEADERS);
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
      {"503", Code::kUnavailable}, {"401", Code::kUnauthenticated}, {"404", Code::kUnimplemented},
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
  peers.back()->SendHeaders(id, {{":status", "200"}, {"content-type", "application/grpc"}}, NGHTTP2_FLAG_END_HEADERS);
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
  peers.back()->SendHeaders(id, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-encoding", "gzip"}},
                            NGHTTP2_FLAG_END_HEADERS);
  std::string message = GrpcMessage("ok");
  message[0] = 1;
  peers.back()->Send(MakeFrame(NGHTTP2_DATA, 0, id, message));
  End();
  EXPECT_EQ(reply.status.code, Code::kInternal);
}

TEST_F(RawServer, Reset_IsMapped) {
  const std::vector<std::pair<std::uint32_t, Code>> table{{NGHTTP2_INTERNAL_ERROR, Code::kInternal},
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
      peers.back()->Send(MakeFrame(static_cast<std::uint8_t>(random() % 12), static_cast<std::uint8_t>(random()),
                                   random() % 6, payload));
    }
    RunFor(1ms);
    peers.back()->Close();
    peers.back()->closed = true;
    End();
  }
}

}  // namespace
}  // namespace market::grpc::test
