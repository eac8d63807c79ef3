// Connections coming and going: drain, age, reconnect, balancing.
#include "platform/grpc/testing/test_loop.hpp"

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
  Sync(server->Drain(runtime::After(kLimit)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kLimit / 2);
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
  options.backoff.initial = 20ms;
  options.backoff.max = 100ms;
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

}  // namespace
}  // namespace market::grpc::test
