// Channel and edge against each other over the real transport on loopback.
#include "platform/rpc/channel.hpp"

#include <boost/asio/co_spawn.hpp>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server.hpp"
#include "platform/grpc/testing/test_certificates.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/backend.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"
#include "platform/rpc/token_source.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"

namespace market::rpc {
namespace {

using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

// The two processes of one test, alive while its body runs.
struct Pair {
  Pair(boost::asio::io_context& io, Edge& edge, telemetry::Metrics& metrics, std::string as)
      : server(io, {}) {
    edge.Serve(server);
    transport.emplace(io, server.Listen("127.0.0.1:0"), grpc::ChannelOptions());
    channel.emplace("probe", *transport, metrics, ChannelOptions{.plaintext_service = std::move(as)});
    client.emplace(*channel);
  }
  Task<> Close() {
    co_await transport->Close(Soon());
    co_await server.Drain(Soon());
  }

  grpc::Server server;
  std::optional<grpc::Channel> transport;
  std::optional<Channel> channel;
  std::optional<api::ProbeClient> client;
};

class ChannelTest : public ProbeFixture {
 protected:
  // Runs `body(pair)` with the peer calling as the service `as` ("" = from outside).
  template <class Body>
  void WithPair(std::string as, Body body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      Pair pair(io, edge_, client_metrics_, as);
      co_await body(pair);
      co_await pair.Close();
    });
  }

  static Task<Error> FailureOf(Task<FakeProbe::Reply> call) {
    try {
      co_await std::move(call);
    } catch (const Error& error) {
      co_return error;
    }
    co_return Error(Code::kOk, "", "");
  }

  telemetry::Metrics client_metrics_;

  static probe::ProbeRequest Text(std::string text) {
    probe::ProbeRequest request;
    request.set_text(std::move(text));
    return request;
  }
};

TEST_F(ChannelTest, Call_CarriesWhatTheContextHas) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    const auto trace = telemetry::TraceContext::NewRoot();
    const auto span = tracer_.Continue("test", telemetry::SpanKind::kInternal, trace.ToTraceparent());
    CallContext call(Soon());
    CallContextBuilder(call).Span(span).RequestId("req-7").Token(TokenOf(Buyer()));
    const auto reply = co_await pair.client->ReadMine(call, Text("hello"));
    EXPECT_EQ(reply.text(), "hello");
    EXPECT_EQ(probe_.service, "order");
    EXPECT_EQ(probe_.request_id, "req-7");
    EXPECT_EQ(probe_.trace.trace_id, trace.trace_id);
    EXPECT_NE(probe_.trace.span_id, trace.span_id);
    EXPECT_LE(probe_.deadline, std::chrono::steady_clock::now() + std::chrono::seconds(2));
  });
}

TEST_F(ChannelTest, ServicePolicy_GoesByTheCallersName) {
  struct Row {
    const char* as;
    Code code;
  };
  for (const Row& row :
       {Row{"order", Code::kOk}, Row{"payment", Code::kPermissionDenied}, Row{"", Code::kUnimplemented},
        Row{"edge", Code::kUnimplemented}, Row{"gateway", Code::kUnimplemented}}) {
    Edge edge({.plaintext_services = EdgeOptions::Plaintext::kByMetadata}, verifier_, admission_, metrics_,
              tracer_);
    edge.Add(api::Bind(probe_), &store_);
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      telemetry::Metrics client_metrics;
      Pair pair(io, edge, client_metrics, row.as);
      CallContext call(Soon());
      EXPECT_EQ((co_await FailureOf(pair.client->ReadInside(call, {}))).code, row.code) << row.as;
      co_await pair.Close();
    });
  }
}

TEST_F(ChannelTest, Metadata_IsNotBelievedUnlessAllowed) {
  Edge edge({}, verifier_, admission_, metrics_, tracer_);
  edge.Add(api::Bind(probe_), &store_);
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    telemetry::Metrics client_metrics;
    Pair pair(io, edge, client_metrics, "order");
    CallContext call(Soon());
    EXPECT_EQ((co_await FailureOf(pair.client->ReadInside(call, {}))).code, Code::kUnimplemented);
    co_await pair.Close();
  });
}

TEST_F(ChannelTest, ServiceWithoutDeadline_IsRefused) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    for (const auto& [service, code] :
         {std::pair("order", Code::kInvalidArgument), std::pair("edge", Code::kOk)}) {
      const auto reply = co_await pair.transport->Call(
          Find("ReadPublic").path, "",
          {.deadline = runtime::kNoDeadline, .metadata = {{"x-market-service", service}}});
      EXPECT_EQ(reply.status.code, code) << service;
    }
  });
}

TEST_F(ChannelTest, GarbageMessage_IsInvalid) {
  WithPair("", [&](Pair& pair) -> Task<> {
    const auto reply =
        co_await pair.transport->Call(Find("ReadPublic").path, "\xff\xff\xff", {.deadline = Soon()});
    EXPECT_EQ(reply.status.code, Code::kInvalidArgument);
  });
}

Task<> Fail(Error error) {
  throw error;
  co_return;
}

TEST_F(ChannelTest, Error_ArrivesWhole) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [](CallContext&) {
      return Fail(
          Error(Code::kAborted, "OUT_OF_STOCK", "gone").WithField("items[0]", "OUT_OF_STOCK", "2 left"));
    };
    CallContext call(Soon());
    const auto error = co_await FailureOf(pair.client->ReadPublic(call, {}));
    EXPECT_EQ(error.reason, "OUT_OF_STOCK");
    EXPECT_EQ(error.message, "gone");
    EXPECT_EQ(error.fields.size(), 1u);
    EXPECT_EQ(probe_.calls, 1);
  });
}

TEST_F(ChannelTest, PushbackAndReplay_AreInTheTrailers) {
  WithPair("", [&](Pair& pair) -> Task<> {
    probe_.act = [](CallContext&) {
      return Fail(Error(Code::kResourceExhausted, "RATE_LIMITED", "slow down")
                      .WithRetryAfter(std::chrono::seconds(3)));
    };
    const auto refused = co_await pair.transport->Call(Find("Write").path, "", {.deadline = Soon()});
    EXPECT_EQ(refused.trailing.Get("grpc-retry-pushback-ms"), "3000");
    probe_.act = nullptr;
    const auto token = TokenOf(Buyer());
    for (const bool replayed : {false, true}) {
      CallContext call(Soon());
      CallContextBuilder(call).Token(token).IdempotencyKey("k1");
      co_await pair.client->Place(call, Text("a"));
      EXPECT_EQ(call.Replayed(), replayed);
    }
  });
}

TEST_F(ChannelTest, RepeatableMethod_IsRetriedWhenUnavailable) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [this](CallContext&) -> Task<> {
      if (probe_.calls < 3) throw Unavailable("away");
      co_return;
    };
    CallContext call(Soon());
    const auto reply = co_await pair.client->ReadPublic(call, {});
    EXPECT_EQ(reply.number(), 3);
  });
}

TEST_F(ChannelTest, AttemptsEnd_WithTheLastError) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [](CallContext&) { return Fail(Unavailable("away")); };
    CallContext call(Soon());
    EXPECT_EQ((co_await FailureOf(pair.client->ReadPublic(call, {}))).message, "away");
    EXPECT_EQ(probe_.calls, 3);
  });
}

TEST_F(ChannelTest, OtherMethods_AreNotRetried) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [](CallContext&) { return Fail(Unavailable("away")); };
    CallContext call(Soon());
    EXPECT_EQ((co_await FailureOf(pair.client->Write(call, {}))).code, Code::kUnavailable);
    EXPECT_EQ(probe_.calls, 1);
    probe_.act = [](CallContext&) { return Fail(Error(Code::kInternal, "INTERNAL", "x")); };
    EXPECT_EQ((co_await FailureOf(pair.client->ReadPublic(call, {}))).code, Code::kInternal);
    EXPECT_EQ(probe_.calls, 2);
  });
}

TEST_F(ChannelTest, RetryBudget_EndsRetriesOfABrokenPeer) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [](CallContext&) { return Fail(Unavailable("away")); };
    // Refusals that are no fault of the peer keep the breaker closed,
    // so that the budget is what ends the retries.
    for (int i = 0; i < 10; ++i) {
      CallContext call(Soon());
      co_await FailureOf(pair.client->ReadPublic(call, {}));
    }
    EXPECT_LT(probe_.calls, 30);
    EXPECT_GE(probe_.calls, 10);
    EXPECT_TRUE(client_metrics_.Exposition().contains("market_retry_budget_tokens{peer=\"probe\"} "));
    EXPECT_LE(client_metrics_.AddGauge("market_retry_budget_tokens", "", {{"peer", "probe"}}).Value(), 85);
  });
}

TEST_F(ChannelTest, BrokenPeer_OpensTheBreakerForItsClassOnly) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [](CallContext&) { return Fail(Unavailable("away")); };
    for (int i = 0; i < 25; ++i) {
      CallContext call(Soon());
      co_await FailureOf(pair.client->Write(call, {}));
    }
    EXPECT_EQ(probe_.calls, 20);
    CallContext call(Soon());
    const auto error = co_await FailureOf(pair.client->Write(call, {}));
    EXPECT_EQ(error.reason, "UNAVAILABLE");
    EXPECT_TRUE(error.retry_after);
    probe_.act = nullptr;
    EXPECT_EQ((co_await FailureOf(pair.client->ReadPublic(call, {}))).code, Code::kOk);
  });
}

TEST_F(ChannelTest, NoTimeLeft_IsNotSent) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    CallContext call(runtime::After(std::chrono::milliseconds(20)));
    EXPECT_EQ((co_await FailureOf(pair.client->ReadPublic(call, {}))).code, Code::kDeadlineExceeded);
    EXPECT_EQ(probe_.calls, 0);
  });
}

// The gate opens only once the caller has its answer.
TEST_F(ChannelTest, SlowPeer_IsGivenUp) {
  auto gate = std::make_shared<runtime::OneShot<>>();
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.act = [gate](CallContext&) { return WaitAt(gate); };
    CallContext call(runtime::After(std::chrono::milliseconds(120)));
    const auto error = co_await FailureOf(pair.client->ReadPublic(call, {}));
    EXPECT_EQ(error.code, Code::kDeadlineExceeded);
    EXPECT_EQ(error.message, "it took too long");
    gate->Set();
  });
}

TEST_F(ChannelTest, PeerAway_IsUnavailableWithoutNames) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    grpc::Channel transport(io, "127.0.0.1:1");
    Channel channel("probe", transport, metrics_);
    api::ProbeClient client(channel);
    CallContext call(Soon());
    const auto error = co_await FailureOf(client.ReadPublic(call, {}));
    EXPECT_EQ(error.reason, "UNAVAILABLE");
    EXPECT_EQ(error.message.find("127"), std::string::npos);
    co_await transport.Close(Soon());
  });
}

TEST_F(ChannelTest, ChannelBackend_IsTheGatewaysWay) {
  WithPair("gateway", [&](Pair& pair) -> Task<> {
    ChannelBackend backend({{"probe", &*pair.channel}});
    const auto token = TokenOf(Buyer());
    const auto ask = [&](const char* method, CallContext& call) -> Task<FakeProbe::Reply> {
      const auto request = Text("a");
      std::string answer;
      co_await backend.Call(Find(method), {.authorization = token, .request_id = "r", .idempotency_key = "k"},
                            call, request, answer);
      probe::ProbeReply reply;
      EXPECT_TRUE(reply.ParseFromString(answer));
      co_return reply;
    };
    for (const char* method : {"Place", "Change"}) {
      for (const bool replayed : {false, true}) {
        CallContext call(runtime::kNoDeadline);
        EXPECT_EQ((co_await ask(method, call)).text(), "a");
        EXPECT_EQ(call.Replayed(), replayed) << method;
      }
    }
    EXPECT_EQ(probe_.service, "");
    EXPECT_EQ(probe_.request_id, "r");
    CallContext secret(runtime::kNoDeadline);
    EXPECT_EQ((co_await FailureOf(ask("Write", secret))).code, Code::kInvalidArgument);
  });
}

TEST_F(ChannelTest, AuthOverAChannel_VerifiesTokensAndRefusesWhatEnded) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    probe_.keys = {key_.Public()};
    probe_.revoked.set_next("1");
    identity::TokenVerifier verifier(kIssuer, clock_, TokenSource(*pair.channel, api::ProbeMethods()));
    const auto buyer = Buyer();
    EXPECT_EQ((co_await verifier.Verify(TokenOf(buyer), Soon())).account, buyer.account);
    EXPECT_EQ(probe_.after, "");
    probe_.revoked.add_ended(buyer.session.ToString());
    co_await verifier.CatchUp(Soon());
    EXPECT_EQ(probe_.after, "1");
    EXPECT_THROW(verifier.TryVerify(TokenOf(buyer)), Error);
  });
}

TEST_F(ChannelTest, AuthOverAChannel_ResolvesApiKeys) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    const auto key = identity::MakeApiKey();
    const auto seller = SellerId::New();
    const auto maker = AccountId::New();
    probe_.good_digest = *identity::DigestOfApiKey(key);
    probe_.grant.set_api_key_id(Uuid::NewV7().ToString());
    probe_.grant.set_account_id(maker.ToString());
    probe_.grant.set_seller_id(seller.ToString());
    probe_.grant.add_permissions(options::STOCK_ADJUST);
    probe_.grant.mutable_expire_time()->set_seconds(
        std::chrono::duration_cast<std::chrono::seconds>(clock_.Now().time_since_epoch()).count() + 60);
    identity::TokenVerifier verifier(kIssuer, clock_, TokenSource(*pair.channel, api::ProbeMethods()));
    const auto principal = co_await verifier.Verify("Bearer " + key, Soon());
    EXPECT_EQ(principal.account, maker);
    EXPECT_EQ(principal.session.ToString(), probe_.grant.api_key_id());
    EXPECT_EQ(principal.bearer, identity::Bearer::kApiKey);
    EXPECT_EQ(principal.SellersWith(options::STOCK_ADJUST), std::vector{seller});
    EXPECT_TRUE(principal.permissions.Empty());
    EXPECT_EQ(co_await testing::ReasonOf(verifier.Verify("Bearer " + identity::MakeApiKey(), Soon())),
              "UNAUTHENTICATED");
  });
}

TEST(ApiKeyGrant, WithoutASeller_IsForEverything) {
  marketplace::type::v1::ApiKeyGrant grant;
  EXPECT_THROW(ReadGrant(grant), std::runtime_error);
  grant.set_api_key_id(Uuid::NewV7().ToString());
  grant.set_account_id(Uuid::NewV7().ToString());
  grant.set_account_version(4);
  grant.add_permissions(options::LEDGER_READ);
  grant.add_permissions(100'000);  // of a newer auth
  const auto read = ReadGrant(grant);
  EXPECT_EQ(read.principal.permissions, identity::Permissions{options::LEDGER_READ});
  EXPECT_TRUE(read.principal.sellers.empty());
  EXPECT_EQ(read.account_version, 4);
  grant.set_seller_id("none");
  EXPECT_THROW(ReadGrant(grant), std::runtime_error);
}

TEST(RevocationFeed, IsReadAsItIsMeant) {
  const auto session = Uuid::NewV7();
  const auto account = AccountId::New();
  marketplace::type::v1::RevocationFeed feed;
  feed.add_ended(session.ToString());
  feed.add_ended("none of ours");
  auto* outdated = feed.add_outdated();
  outdated->set_account_id(account.ToString());
  outdated->set_version(7);
  feed.mutable_all_before()->set_seconds(12);
  feed.set_next("n");
  feed.set_more(true);
  const auto revoked = ReadRevoked(feed);
  EXPECT_EQ(revoked.ended, std::vector{session});
  EXPECT_EQ(revoked.outdated, (std::vector{std::pair{account, std::int64_t{7}}}));
  EXPECT_EQ(revoked.all_before, Time(std::chrono::seconds(12)));
  EXPECT_EQ(revoked.next, "n");
  EXPECT_TRUE(revoked.more);
}

Task<> Echo(api::ProbeClient& client, std::string text, int& good) {
  CallContext call(Soon());
  probe::ProbeRequest request;
  request.set_text(text);
  const auto reply = co_await client.ReadPublic(call, std::move(request));
  good += reply.text() == text ? 1 : 0;
}

TEST_F(ChannelTest, ManyCallersAtOnce_GetTheirOwnAnswers) {
  WithPair("order", [&](Pair& pair) -> Task<> {
    int good = 0;
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor,
                             [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    for (int i = 0; i < 200; ++i) group.Spawn("ask", Echo(*pair.client, std::to_string(i), good));
    co_await group.Join(Soon());
    EXPECT_EQ(good, 200);
  });
}

TEST_F(ChannelTest, Certificate_IsTheCallersName) {
  grpc::test::Authority authority("rpc");
  const auto server_files = authority.Issue("probe", "DNS:probe");
  struct Row {
    const char* name;
    Code code;
  };
  Edge edge({}, verifier_, admission_, metrics_, tracer_);
  edge.Add(api::Bind(probe_), &store_);
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    grpc::Server server(io, {.tls = server_files});
    edge.Serve(server);
    const auto address = server.Listen("127.0.0.1:0");
    for (const Row& row : {Row{"order", Code::kOk}, Row{"payment", Code::kPermissionDenied},
                           Row{"edge", Code::kUnimplemented}}) {
      telemetry::Metrics client_metrics;
      grpc::Channel transport(
          io, address,
          {.tls = authority.Issue(row.name, std::string("DNS:") + row.name), .expected_identity = "probe"});
      // A name in the metadata must not outweigh the certificate.
      Channel channel("probe", transport, client_metrics, {.plaintext_service = "order"});
      api::ProbeClient client(channel);
      CallContext call(Soon());
      EXPECT_EQ((co_await FailureOf(client.ReadInside(call, {}))).code, row.code) << row.name;
      EXPECT_EQ((co_await FailureOf(client.ReadPublic(call, {}))).code, Code::kOk) << row.name;
      co_await transport.Close(Soon());
    }
    co_await server.Drain(Soon());
  });
}

// Those who run the machines: an operator who may everything, and nobody's account. The name is in the certificate or
// nowhere; what a client behind the edge says of itself makes nobody one.
TEST_F(ChannelTest, CertificateOfTheOperators_IsAnOperatorAndNobodyElseIs) {
  grpc::test::Authority authority("rpc-operators");
  Edge edge({}, verifier_, admission_, metrics_, tracer_);
  edge.Add(api::Bind(probe_), &store_);
  audit::Act act;
  probe_.act = [&](CallContext& call) -> Task<> {
    if (call.CallerOrNull() != nullptr) act = ActOf(call, "why");
    co_return;
  };
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    grpc::Server server(io, {.tls = authority.Issue("probe", "DNS:probe")});
    edge.Serve(server);
    const auto address = server.Listen("127.0.0.1:0");
    for (const std::string name : {"operator", "edge", "gateway", "order"}) {
      telemetry::Metrics client_metrics;
      grpc::Channel transport(io, address,
                              {.tls = authority.Issue(name, "DNS:" + name), .expected_identity = "probe"});
      Channel channel("probe", transport, client_metrics, {.plaintext_service = "operator"});
      api::ProbeClient client(channel);
      CallContext call(Soon());
      CallContextBuilder(call).UserAgent("marketctl by root").Token(name == "operator" ? "Bearer x" : "");
      const bool is_operator = name == "operator";
      EXPECT_EQ((co_await FailureOf(client.ReadAll(call, {}))).code,
                is_operator ? Code::kOk : Code::kUnauthenticated)
          << name;
      EXPECT_EQ((co_await FailureOf(client.ReadAnyShop(call, {}))).code,
                is_operator ? Code::kOk : Code::kUnauthenticated)
          << name;
      EXPECT_EQ((co_await FailureOf(client.ReadMine(call, {}))).code,
                is_operator ? Code::kPermissionDenied : Code::kUnauthenticated)
          << name;
      if (is_operator) {
        EXPECT_EQ((co_await FailureOf(client.ReadInside(call, {}))).code, Code::kPermissionDenied);
        EXPECT_FALSE(act.account);
        EXPECT_EQ(act.actor, "certificate:operator (marketctl by root)");
        EXPECT_EQ(act.permission, "orders.read");
      }
      co_await transport.Close(Soon());
    }
    co_await server.Drain(Soon());
  });
}

}  // namespace
}  // namespace market::rpc
