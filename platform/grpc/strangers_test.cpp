// A crowd from outside, as it comes through nginx under the identity `edge`, and the services that go on meanwhile.
#include "platform/grpc/health.hpp"
#include "platform/grpc/reflection.hpp"
#include "platform/grpc/testing/raw_peer.hpp"
#include "platform/grpc/testing/test_certificates.hpp"
#include "platform/grpc/testing/test_loop.hpp"

namespace market::grpc::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kWatch = "/grpc.health.v1.Health/Watch";
constexpr auto kReflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

class Strangers : public Fixture {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options;
    options.tls = authority.Issue("server", "DNS:localhost,IP:127.0.0.1");
    return options;
  }
  void SetUp() override {
    Fixture::SetUp();
    health = std::make_unique<HealthService>(*server);
    ServeReflection(*server);
    target = server->Listen("127.0.0.1:0");
    service = As("order");
  }
  void TearDown() override {
    calls.clear();
    crowd.clear();
    service.reset();
    Fixture::TearDown();
  }

  std::unique_ptr<Channel> As(const std::string& identity) {
    ChannelOptions options;
    options.tls = authority.Issue(identity, "DNS:" + identity);
    return std::make_unique<Channel>(io, target, std::move(options));
  }
  static ClientReply Echo(Loop& loop, Channel& channel) {
    return loop.Sync(channel.Call("/t.T/Echo", "x", Soon()));
  }
  // A call that never ends by itself, begun from outside on a connection of its own or on the last one.
  enum class On { kOwnConnection, kLastConnection };
  void OpenFromOutside(On on, const std::string& path, std::optional<std::string> message) {
    if (on == On::kOwnConnection || crowd.empty()) crowd.push_back(As("edge"));
    calls.push_back(crowd.back()->Open(path, {.deadline = runtime::After(1h)}));
    if (message) Sync(calls.back()->Write(*message));
  }
  void ExpectTurnedAway(const ClientReply& reply, Code code) {
    EXPECT_EQ(reply.status.code, code) << reply.status.message;
    EXPECT_EQ(reply.trailing.Get("grpc-retry-pushback-ms"), "1000");
  }

  Authority authority{"strangers"};
  std::unique_ptr<HealthService> health;
  std::unique_ptr<Channel> service;
  std::vector<std::unique_ptr<Channel>> crowd;
  std::vector<std::shared_ptr<ClientCall>> calls;
};

// What held all of a server: a thousand watches, and as many requests whose message never comes.
TEST_F(Strangers, ThousandWatchesAndTrickledCalls_LeaveServicesTheirs) {
  for (int i = 0; i < 1001; ++i) OpenFromOutside(On::kLastConnection, kWatch, "");
  crowd.push_back(As("edge"));
  for (int i = 0; i < 1001; ++i) OpenFromOutside(On::kLastConnection, "/t.T/Echo", std::nullopt);
  const std::size_t watches = kWatches.max_calls * 3 / 4;
  RunUntil([&] { return server->Stats().calls_refused == 1001 - watches; });
  RunUntil([&] { return server->Stats().outside_streams == watches + 1001; });

  EXPECT_TRUE(Echo(*this, *service).status.Ok());
  const auto watch = service->Open(kWatch, Soon());
  Sync(watch->Write(""));
  EXPECT_TRUE(Sync(watch->Read()).has_value());
  const auto refused = crowd.back()->Open(kWatch, Soon());
  EXPECT_EQ(Sync(refused->Finish()).code, Code::kResourceExhausted);
  EXPECT_EQ(refused->TrailingMetadata().Get("grpc-retry-pushback-ms"), "1000");
}

TEST_F(Strangers, ReflectionStreams_AreBoundedAsWell) {
  const std::size_t places = kReflections.max_calls * 3 / 4;
  for (std::size_t i = 0; i < places + 1; ++i)
    OpenFromOutside(On::kLastConnection, kReflection, std::nullopt);
  RunUntil([&] { return server->Stats().calls_refused == 1; });
  EXPECT_EQ(Sync(calls.back()->Finish()).code, Code::kResourceExhausted);
  const auto ours = service->Open(kReflection, Soon());
  Sync(ours->Write(""));
  EXPECT_TRUE(Sync(ours->Read()).has_value());
  calls.front()->Cancel();
  RunUntil([&] { return server->Stats().outside_streams == places - 1; });
  OpenFromOutside(On::kLastConnection, kReflection, "");
  EXPECT_TRUE(Sync(calls.back()->Read()).has_value());
}

class FewConnections : public Strangers {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options = Strangers::MakeServerOptions();
    options.max_connections = 8;
    options.max_unsettled_connections = 10;
    return options;
  }
};

TEST_F(FewConnections, Outside_FillsItsPart_ServicesConnect) {
  for (int i = 0; i < 6; ++i) OpenFromOutside(On::kOwnConnection, "/t.T/Hold", "");
  RunUntil([&] { return server->Stats().outside_connections == 6; });
  ExpectTurnedAway(Echo(*this, *As("edge")), Code::kUnavailable);
  EXPECT_EQ(server->Stats().connections_refused, 1u);
  EXPECT_TRUE(Echo(*this, *service).status.Ok());
  EXPECT_TRUE(Echo(*this, *As("product")).status.Ok());

  calls.clear();
  crowd.clear();
  RunUntil([&] { return server->Stats().outside_connections < 6; });
  EXPECT_TRUE(Echo(*this, *As("edge")).status.Ok());
}

// Connections that are turned away wait for nobody's leave: newer ones take their place.
TEST_F(FewConnections, CrowdThatIsTurnedAway_KeepsNobodyOut) {
  for (int i = 0; i < 40; ++i) OpenFromOutside(On::kOwnConnection, "/t.T/Hold", "");
  RunUntil([&] { return server->Stats().connections_refused >= 34; });
  EXPECT_LE(server->Stats().connections_open, 18u);
  // A handshake of ours may be the one that gives way while the crowd comes back; the next one has its turn.
  bool served = false;
  for (int tries = 0; tries < 20 && !served; ++tries) served = Echo(*this, *service).status.Ok();
  EXPECT_TRUE(served);
}

TEST_F(FewConnections, SilentConnections_GiveWayToNewerOnes) {
  std::vector<std::unique_ptr<RawPeer>> silent;
  for (int i = 0; i < 30; ++i) {
    silent.push_back(std::make_unique<RawPeer>(io));
    silent.back()->Connect(target);
  }
  RunUntil([&] { return server->Stats().connections_total >= 30; });
  EXPECT_TRUE(Echo(*this, *service).status.Ok());
  EXPECT_GE(server->Stats().connections_evicted, 20u);
  EXPECT_LE(server->Stats().connections_open, 11u);
  EXPECT_EQ(server->Stats().handshakes_failed, 0u);
  for (const auto& peer : silent) peer->Leave(io);
}

class FewStreams : public Strangers {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options = Strangers::MakeServerOptions();
    options.max_streams = 8;
    return options;
  }
};

TEST_F(FewStreams, Outside_FillsItsPart_ServicesCall) {
  for (int i = 0; i < 6; ++i) OpenFromOutside(On::kLastConnection, "/t.T/Hold", "");
  RunUntil([&] { return server->Stats().outside_streams == 6; });
  ExpectTurnedAway(Echo(*this, *crowd.back()), Code::kUnavailable);
  EXPECT_EQ(server->Stats().streams_refused, 1u);
  EXPECT_TRUE(Echo(*this, *service).status.Ok());
  calls.front()->Cancel();
  RunUntil([&] { return server->Stats().outside_streams < 6; });
  EXPECT_TRUE(Echo(*this, *crowd.back()).status.Ok());
}

class FewBytes : public Strangers {
 protected:
  ServerOptions MakeServerOptions() override {
    ServerOptions options = Strangers::MakeServerOptions();
    options.max_buffered_bytes = 100'000;
    return options;
  }
};

TEST_F(FewBytes, Outside_FillsItsPart_ServicesSend) {
  const std::string message(24'000, 'x');
  for (int i = 0; i < 3; ++i) OpenFromOutside(On::kLastConnection, "/t.T/Echo", message);
  RunUntil([&] { return server->Stats().buffered_bytes == 3 * (message.size() + 5); });
  ExpectTurnedAway(Sync(crowd.back()->Call("/t.T/Echo", message, Soon())), Code::kResourceExhausted);
  EXPECT_EQ(server->Stats().bytes_refused, 1u);
  EXPECT_EQ(Sync(service->Call("/t.T/Echo", message, Soon())).message, message);
}

}  // namespace
}  // namespace market::grpc::test
