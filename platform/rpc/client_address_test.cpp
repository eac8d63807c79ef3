#include "platform/rpc/client_address.hpp"

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server.hpp"
#include "platform/rpc/channel.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::rpc {
namespace {

using testing::RunLoop;
using testing::Soon;

TEST(ClientAddress, LastForwarded_IsWhatTheNextProxySaw) {
  EXPECT_EQ(LastForwarded("203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(LastForwarded("10.0.0.1, 203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(LastForwarded("forged,\t2001:db8::1 "), "2001:db8::1");
  for (const auto* none : {"", " ", "203.0.113.7,", "203.0.113.7, "})
    EXPECT_EQ(LastForwarded(none), "") << none;
}

TEST(ClientAddress, Host_IsThePeerWithoutItsPort) {
  EXPECT_EQ(HostOf("127.0.0.1:40312"), "127.0.0.1");
  EXPECT_EQ(HostOf("[2001:db8::1]:40312"), "2001:db8::1");
  EXPECT_EQ(HostOf("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(HostOf("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(HostOf("unix:"), "unix");
  EXPECT_EQ(HostOf(""), "");
}

TEST(ClientAddress, Network_IsAnIpv4AddressOrAnIpv6Net) {
  EXPECT_EQ(NetworkOf("203.0.113.7"), "203.0.113.7");
  EXPECT_NE(NetworkOf("203.0.113.7"), NetworkOf("203.0.113.8"));
  EXPECT_EQ(NetworkOf("::ffff:203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(NetworkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("2001:DB8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_NE(NetworkOf("2001:db8:1:3::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("fe80::1%eth0"), "fe80::/64");
  for (const auto* none : {"", "unix", "203.0.113", "203.0.113.7.9", "01.2.3.4", "host.example", "::g"}) {
    EXPECT_EQ(NetworkOf(none), "") << none;
  }
}

TEST(ClientAddress, UserAgent_IsCutAndPrintable) {
  EXPECT_EQ(PlainUserAgent("curl/7.88.1"), "curl/7.88.1");
  EXPECT_EQ(PlainUserAgent(""), "");
  EXPECT_EQ(PlainUserAgent("a\tb\x7f\xc3\xa4 ~"), "a?b??? ~");
  EXPECT_EQ(PlainUserAgent(std::string(8000, 'x')), std::string(kUserAgentCharsMax, 'x'));
}

class WhoCalls : public ProbeFixture {
 protected:
  // The address that a handler sees when a process with this name calls and says so in X-Forwarded-For.
  std::string Seen(Edge& edge, const std::string& service, const std::string& forwarded) {
    std::string seen;
    probe_.act = [&](CallContext& call) -> Task<> {
      seen = call.ClientAddress();
      user_agent_ = call.UserAgent();
      accept_language_ = call.AcceptLanguage();
      co_return;
    };
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      grpc::Server server(io, {});
      edge.Serve(server);
      grpc::Channel transport(io, server.Listen("127.0.0.1:0"), grpc::ChannelOptions());
      telemetry::Metrics client_metrics;
      Channel channel("probe", transport, client_metrics, {.plaintext_service = service});
      api::ProbeClient client(channel);
      CallContext call(Soon());
      CallContextBuilder(call).ClientAddress(forwarded).UserAgent("Firefox").AcceptLanguage("ru, en");
      co_await client.ReadPublic(call, {});
      co_await transport.Close(Soon());
      co_await server.Drain(Soon());
    });
    return seen;
  }

  std::string user_agent_;  // that the handler saw
  std::string accept_language_;
};

TEST_F(WhoCalls, OnlyTheEdgeAndTheGateway_NameTheClient) {
  for (const auto& [service, seen] : {std::pair("gateway", "203.0.113.7"), std::pair("edge", "203.0.113.7"),
                                      std::pair("order", "127.0.0.1"), std::pair("", "127.0.0.1")}) {
    Edge edge({.plaintext_services = EdgeOptions::Plaintext::kByMetadata}, verifier_, admission_, metrics_,
              tracer_);
    edge.Add(api::Bind(probe_), &store_);
    EXPECT_EQ(Seen(edge, service, "203.0.113.7"), seen) << service;
    EXPECT_EQ(user_agent_, service == std::string("gateway") ? "Firefox" : "grpc-c++-marketplace/1")
        << service;
    EXPECT_EQ(accept_language_, "ru, en") << service;
  }
  EXPECT_EQ(Seen(edge_, "gateway", ""), "127.0.0.1") << "who says nothing is the client";
}

TEST_F(WhoCalls, InOneProcess_TheGatewaysWordIsTaken) {
  std::string seen;
  std::vector<std::string> languages;
  probe_.act = [&](CallContext& call) -> Task<> {
    seen = call.ClientAddress();
    user_agent_ = call.UserAgent();
    languages = call.Languages("pl");
    co_return;
  };
  RunLoop([&]() -> Task<> {
    CallContext call(Soon());
    FakeProbe::Reply reply;
    co_await edge_.Call(Find("ReadPublic"),
                        {.client_address = "2001:db8::1", .user_agent = "Fire\tfox", .accept_language = "ru"},
                        call, probe::ProbeRequest(), reply);
  });
  EXPECT_EQ(user_agent_, "Fire?fox");
  EXPECT_EQ(languages, (std::vector<std::string>{"pl", "ru"}));
  EXPECT_EQ(seen, "2001:db8::1");
}

}  // namespace
}  // namespace market::rpc
