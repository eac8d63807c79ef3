// Spans over one hop: who is whose parent, whose word about sampling counts, and what a kept fault keeps.
#include <gmock/gmock.h>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server.hpp"
#include "platform/rpc/channel.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"
#include "platform/testing/kept_spans.hpp"

namespace market::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::KeptSpans;

constexpr std::string_view kMethod = "marketplace.probe.v1.ProbeService/ReadPublic";

class SpanTest : public ProbeFixture {
 protected:
  // Calls ReadPublic under a span "caller" of `client`, on an edge that traces with `server`.
  void CallAs(std::string_view service, KeptSpans& client, KeptSpans& server) {
    Edge edge({.plaintext_services = EdgeOptions::Plaintext::kByMetadata}, verifier_, admission_, metrics_,
              server.tracer);
    edge.Add(api::Bind(probe_), &store_);
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      grpc::Server listener(io, {});
      edge.Serve(listener);
      grpc::Channel transport(io, listener.Listen("127.0.0.1:0"), grpc::ChannelOptions());
      telemetry::Metrics metrics;
      Channel channel("probe", transport, metrics, ChannelOptions{.plaintext_service = std::string(service)});
      api::ProbeClient probe(channel);
      {
        const auto span = client.tracer.Enter("caller", telemetry::SpanKind::kServer, "");
        caller_ = span.Context();
        CallContext call(testing::Soon());
        CallContextBuilder(call).Span(span);
        try {
          co_await probe.ReadPublic(call, {});
        } catch (const Error&) {
          // What the spans say of it is what the test is about.
        }
      }
      co_await transport.Close(testing::Soon());
      co_await listener.Drain(testing::Soon());
    });
  }
  void FailWith(Error error) {
    probe_.act = [error](CallContext&) -> Task<> {
      throw error;
      co_return;
    };
  }

  telemetry::TraceContext caller_;
};

TEST_F(SpanTest, Hop_IsOneTraceWithServerUnderClient) {
  KeptSpans client;
  KeptSpans server;
  CallAs("gateway", client, server);
  EXPECT_THAT(client.Paths(), ElementsAre("caller", "caller/" + std::string(kMethod)));
  EXPECT_THAT(server.Paths(), ElementsAre(kMethod));
  const auto& there = server.recordings.at(0);
  EXPECT_EQ(there.trace_id, caller_.trace_id);
  EXPECT_EQ(there.spans.at(0).parent, client.recordings.at(0).spans.at(1).id);
  EXPECT_EQ(there.spans.at(0).kind, telemetry::SpanKind::kServer);
}

TEST_F(SpanTest, SamplingOfOurs_IsBelievedAndOfOthersNot) {
  for (const auto& [service, kept] : {std::pair{"gateway", 1U}, {"order", 1U}, {"edge", 0U}, {"", 0U}}) {
    KeptSpans client;
    KeptSpans server({.sample_ratio = 0});
    CallAs(service, client, server);
    EXPECT_EQ(server.recordings.size(), kept) << service;
    EXPECT_EQ(probe_.trace.trace_id, caller_.trace_id) << service;
  }
}

TEST_F(SpanTest, FaultOfTheServer_IsKeptOnBothSidesThoughNotSampled) {
  KeptSpans client({.sample_ratio = 0});
  KeptSpans server({.sample_ratio = 0});
  FailWith(Error(Code::kInternal, "INTERNAL", "broken"));
  CallAs("gateway", client, server);
  ASSERT_THAT(server.Paths(), ElementsAre(kMethod));
  EXPECT_TRUE(server.recordings[0].spans[0].failed);
  EXPECT_THAT(client.Paths(), ElementsAre("caller", "caller/" + std::string(kMethod)));
}

// The peer mended its own fault and answers well: only its traceresponse tells.
TEST_F(SpanTest, PeerThatKeepsItsPart_MakesTheCallerKeepItsOwn) {
  KeptSpans client({.sample_ratio = 0});
  KeptSpans server({.sample_ratio = 0});
  probe_.act = [](CallContext& call) -> Task<> {
    call.Span().Child("step", telemetry::SpanKind::kInternal).Fail("mended later");
    co_return;
  };
  CallAs("order", client, server);
  EXPECT_EQ(server.recordings.size(), 1U);
  EXPECT_EQ(client.recordings.size(), 1U);
}

TEST_F(SpanTest, RefusalOfTheCaller_IsNobodysFault) {
  KeptSpans client({.sample_ratio = 0});
  KeptSpans server({.sample_ratio = 0});
  FailWith(NotFound("the order"));
  CallAs("gateway", client, server);
  EXPECT_THAT(server.recordings, IsEmpty());
  EXPECT_THAT(client.recordings, IsEmpty());
}

}  // namespace
}  // namespace market::rpc
