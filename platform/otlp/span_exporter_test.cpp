#include "platform/otlp/span_exporter.hpp"

#include <boost/asio/ip/tcp.hpp>

#include "platform/otlp/testing/receiver_fixture.hpp"
#include "platform/telemetry/log.hpp"

namespace market::otlp::test {
namespace {

using namespace std::chrono_literals;

template <std::size_t kSize>
std::string Bytes(const std::array<std::uint8_t, kSize>& id) {
  return {id.begin(), id.end()};
}

// Counts the log's lines of one event.
class Lines final : public telemetry::LogSink {
 public:
  explicit Lines(std::string_view event) : event_(event) { telemetry::SetLogSink(this); }
  ~Lines() override { telemetry::SetLogSink(nullptr); }
  void Write(telemetry::LogLevel, std::string_view line, const telemetry::TraceContext*) noexcept override {
    if (line.find(event_) != std::string_view::npos) ++count;
  }
  int count = 0;

 private:
  const std::string_view event_;
};

class Exporter : public ReceiverTest {};

TEST_F(Exporter, RecordingOfATracer_ArrivesWhole) {
  Receive();
  telemetry::Tracer tracer({.sample_ratio = 1});
  tracer.Export(&StartQuick(), metrics);
  telemetry::TraceContext root_context;
  telemetry::TraceContext child_context;
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  {
    auto root = tracer.Enter("GET /v1/orders", telemetry::SpanKind::kServer, {});
    root_context = root.Context();
    root.Set("http.response.status_code", 503);
    root.Set("http.route", "/v1/orders");
    root.Fail("no database");
    const auto child = root.Child("order.get", telemetry::SpanKind::kClient);
    child_context = child.Context();
  }
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  RunUntil([this] { return Spans("exported") == 2; });

  ASSERT_EQ(requests.size(), 1u);
  const auto spans = SpansOf(requests[0]);
  ASSERT_EQ(spans.size(), 2u);
  const auto& root = spans[0];
  EXPECT_EQ(root.trace_id(), Bytes(root_context.trace_id));
  EXPECT_EQ(root.span_id(), Bytes(root_context.span_id));
  EXPECT_EQ(root.parent_span_id(), "");
  EXPECT_EQ(root.name(), "GET /v1/orders");
  EXPECT_EQ(root.kind(), proto::trace::v1::Span::SPAN_KIND_SERVER);
  EXPECT_EQ(root.flags(), 1u);
  EXPECT_EQ(root.status().code(), proto::trace::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(root.status().message(), "no database");
  ASSERT_EQ(root.attributes_size(), 2);
  EXPECT_EQ(root.attributes(0).key(), "http.response.status_code");
  EXPECT_EQ(root.attributes(0).value().int_value(), 503);
  EXPECT_EQ(root.attributes(1).value().string_value(), "/v1/orders");
  EXPECT_GE(root.start_time_unix_nano(), static_cast<std::uint64_t>(before.count()));
  EXPECT_LE(root.end_time_unix_nano(), static_cast<std::uint64_t>(after.count()));
  EXPECT_LE(root.start_time_unix_nano(), root.end_time_unix_nano());
  const auto& child = spans[1];
  EXPECT_EQ(child.trace_id(), root.trace_id());
  EXPECT_EQ(child.span_id(), Bytes(child_context.span_id));
  EXPECT_EQ(child.parent_span_id(), root.span_id());
  EXPECT_EQ(child.kind(), proto::trace::v1::Span::SPAN_KIND_CLIENT);
  EXPECT_FALSE(child.has_status());
}

TEST_F(Exporter, KeptOnlyAtTheTail_IsExportedTheSame) {
  Receive();
  telemetry::Tracer tracer({.sample_ratio = 0, .slow_after = 1h});
  tracer.Export(&StartQuick(), metrics);
  tracer.Enter("fast", telemetry::SpanKind::kServer, {}).End();
  {
    auto failed = tracer.Enter("failed", telemetry::SpanKind::kServer, {});
    failed.Fail("it broke");
  }
  RunUntil([this] { return Spans("exported") == 1; });
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(SpansOf(requests[0]).at(0).name(), "failed");
  EXPECT_EQ(SpansOf(requests[0]).at(0).flags(), 0u);
}

TEST_F(Exporter, FullBatch_IsSentAtOnceTheRestWaits) {
  Receive();
  auto options = Quick();
  options.batch_spans = 4;
  auto& made = Make(options);
  made.Start();
  RunFor(1ms);
  made.Take(MakeRecording(3));
  RunFor(20ms);
  EXPECT_TRUE(requests.empty());
  EXPECT_EQ(Waiting(), 3);
  made.Take(MakeRecording(1));
  made.Take(MakeRecording(2));
  RunUntil([this] { return Spans("exported") == 4; });
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(SpansOf(requests[0]).size(), 4u);
  EXPECT_EQ(Waiting(), 2);
}

TEST_F(Exporter, PartOfABatch_IsSentAfterTheInterval) {
  Receive();
  auto options = Quick();
  options.batch_spans = 100;
  options.interval = 10ms;
  auto& made = Make(options);
  made.Start();
  made.Take(MakeRecording(3));
  made.Take(MakeRecording(4));
  RunUntil([this] { return Spans("exported") == 7; });
  EXPECT_EQ(requests.size(), 1u);
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(Exporter, LargeRecording_GoesInSeveralRequests) {
  Receive();
  auto options = Quick();
  options.batch_spans = 512;
  options.interval = 5ms;
  auto& made = Make(options);
  made.Start();
  auto recording = MakeRecording(1000);
  recording.dropped = 17;
  made.Take(recording);
  RunUntil([this] { return Spans("exported") == 1000; });
  EXPECT_EQ(requests.size(), 2u);
  EXPECT_EQ(Spans("too_many"), 17);
  EXPECT_EQ(under_way_max, 1u);
}

TEST_F(Exporter, Queue_IsBoundInSpansAndBytes) {
  Receive();
  auto options = Quick();
  options.queue_spans = 5;
  auto& by_spans = Make(options);
  by_spans.Take(MakeRecording(3));
  by_spans.Take(MakeRecording(3));
  by_spans.Take(MakeRecording(2));
  EXPECT_EQ(Spans("queue_full"), 3);
  EXPECT_EQ(Waiting(), 5);
  Close(0ms);
  EXPECT_EQ(Spans("export_failed"), 5);
  EXPECT_EQ(Waiting(), 0);

  options = Quick();
  options.queue_bytes = 1000;
  auto& by_bytes = Make(options);
  for (int i = 0; i < 100; ++i) by_bytes.Take(MakeRecording(1));
  EXPECT_GT(Waiting(), 5);
  EXPECT_LT(Waiting(), 20);
  EXPECT_EQ(Spans("queue_full"), 3 + 100 - Waiting());
}

TEST_F(Exporter, AbsentReceiver_IsTriedThenCountedAndToldOnce) {
  const Lines lines("traces.export_trouble");
  {
    boost::asio::ip::tcp::acceptor taken(io, {boost::asio::ip::address_v4::loopback(), 0});
    endpoint = "127.0.0.1:" + std::to_string(taken.local_endpoint().port());
  }
  auto& made = StartQuick();
  for (int i = 0; i < 3; ++i) made.Take(MakeRecording(2));
  RunUntil([this] { return Spans("export_failed") == 6; });
  EXPECT_EQ(Spans("exported"), 0);
  EXPECT_EQ(Waiting(), 0);
  EXPECT_EQ(lines.count, 1);
}

TEST_F(Exporter, ReceiverThatComesLate_GetsWhatIsTakenFromThenOn) {
  boost::asio::ip::tcp::acceptor taken(io, {boost::asio::ip::address_v4::loopback(), 0});
  endpoint = "127.0.0.1:" + std::to_string(taken.local_endpoint().port());
  auto options = Quick();
  options.call_timeout = 20ms;  // connected, and no HTTP/2 on the other side
  options.attempts = 2;
  auto& made = Make(options);
  made.Start();
  made.Take(MakeRecording(1));
  RunUntil([this] { return Spans("export_failed") == 1; });

  const std::string address = endpoint;
  taken.close();
  server.emplace(io, grpc::ServerOptions{});
  server->HandleUnary(
      "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      [](grpc::ServerCall&, std::string) -> Task<grpc::UnaryReply> { co_return grpc::UnaryReply{}; });
  server->Listen(address);
  RunUntil([&] {
    if (Waiting() == 0) made.Take(MakeRecording(1));
    return Spans("exported") > 0;
  });
}

TEST_F(Exporter, ReceiverThatNeverAnswers_CostsAsMuchAsTheQueueHolds) {
  Receive();
  silent = true;
  auto options = Quick();
  options.call_timeout = 20ms;
  options.attempts = 2;
  options.queue_spans = 4;
  auto& made = Make(options);
  made.Start();
  RunUntil([&] {
    made.Take(MakeRecording(2));
    EXPECT_LE(Waiting(), 4);
    return Spans("export_failed") >= 4;
  });
  EXPECT_GT(Spans("queue_full"), 0);
  EXPECT_EQ(Spans("exported"), 0);
  EXPECT_GE(requests.size(), 4u);
  EXPECT_EQ(under_way_max, 1u);
}

TEST_F(Exporter, RetryableRefusal_IsTriedAgainWithTheSameSpans) {
  Receive();
  answers = {Refusal(Code::kUnavailable), Refusal(Code::kAborted)};
  StartQuick().Take(MakeRecording(3));
  RunUntil([this] { return Spans("exported") == 3; });
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].SerializeAsString(), requests[2].SerializeAsString());
  EXPECT_EQ(Spans("export_failed"), 0);
}

TEST_F(Exporter, RefusedThreeTimes_IsGivenUp) {
  Receive();
  for (int i = 0; i < 3; ++i) answers.push_back(Refusal(Code::kUnavailable));
  auto& made = StartQuick();
  made.Take(MakeRecording(3));
  RunUntil([this] { return Spans("export_failed") == 3; });
  EXPECT_EQ(requests.size(), 3u);
  made.Take(MakeRecording(2));
  RunUntil([this] { return Spans("exported") == 2; });
}

TEST_F(Exporter, OtherRefusals_AreFinal) {
  Receive();
  answers = {Refusal(Code::kInvalidArgument), Refusal(Code::kUnimplemented),
             Refusal(Code::kResourceExhausted)};
  auto& made = StartQuick();
  for (int i = 0; i < 3; ++i) made.Take(MakeRecording(1));
  RunUntil([this] { return Spans("export_failed") == 3; });
  EXPECT_EQ(requests.size(), 3u);
}

TEST_F(Exporter, ResourceExhaustedWithRetryInfo_IsTriedAgain) {
  Receive();
  answers = {RefusalWithRetryInfo(Code::kResourceExhausted)};
  StartQuick().Take(MakeRecording(1));
  RunUntil([this] { return Spans("exported") == 1; });
  EXPECT_EQ(requests.size(), 2u);
}

TEST_F(Exporter, PartialSuccess_CountsWhatWasRejectedAndIsFinal) {
  const Lines lines("traces.export_trouble");
  Receive();
  answers = {PartialSuccess(2, "too old"), PartialSuccess(100, "all"), PartialSuccess(-1, "odd")};
  auto& made = StartQuick();
  made.Take(MakeRecording(5));
  RunUntil([this] { return Spans("exported") == 3; });
  EXPECT_EQ(Spans("export_failed"), 2);
  made.Take(MakeRecording(5));
  RunUntil([this] { return Spans("export_failed") == 7; });
  made.Take(MakeRecording(5));
  RunUntil([this] { return Spans("exported") == 8; });
  EXPECT_EQ(requests.size(), 3u);
  EXPECT_EQ(lines.count, 1);
}

TEST_F(Exporter, Close_SendsWhatWaits) {
  Receive();
  auto options = Quick();
  options.batch_spans = 10;
  auto& made = Make(options);
  made.Start();
  RunFor(1ms);
  for (int i = 0; i < 5; ++i) made.Take(MakeRecording(3));
  Close(10s);
  EXPECT_EQ(Spans("exported"), 15);
  EXPECT_EQ(requests.size(), 2u);
  EXPECT_EQ(Waiting(), 0);
}

TEST_F(Exporter, Close_OfAReceiverThatNeverAnswers_EndsAtTheDeadline) {
  Receive();
  silent = true;
  auto& made = StartQuick();
  for (int i = 0; i < 5; ++i) made.Take(MakeRecording(3));
  RunUntil([this] { return requests.size() == 1; });
  const auto began = std::chrono::steady_clock::now();
  Close(50ms);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);  // less than one call's timeout
  EXPECT_EQ(Spans("export_failed"), 15);
  EXPECT_EQ(Spans("exported"), 0);
}

TEST_F(Exporter, Close_OfAReceiverThatRefuses_DoesNotTryTheRest) {
  Receive();
  auto options = Quick();
  options.batch_spans = 3;
  auto& made = Make(options);
  made.Take(MakeRecording(3));
  made.Take(MakeRecording(3));
  answers = {Refusal(Code::kUnavailable)};
  made.Start();
  Close(10s);
  EXPECT_EQ(requests.size(), 1u);
  EXPECT_EQ(Spans("export_failed"), 6);
}

TEST_F(Exporter, Close_WhileWaitingToTryAgain_TriesAtOnce) {
  Receive();
  auto options = Quick();
  options.backoff = {1min, 1min};
  auto& made = Make(options);
  made.Start();
  answers = {Refusal(Code::kUnavailable)};
  made.Take(MakeRecording(3));
  RunUntil([this] { return requests.size() == 1 && under_way == 0; });
  RunFor(20ms);
  Close(10s);
  EXPECT_EQ(Spans("exported"), 3);
}

TEST_F(Exporter, EndpointThatIsNone_IsRefused) {
  endpoint = "collector";
  EXPECT_THROW(Make(Quick()), std::invalid_argument);
}

}  // namespace
}  // namespace market::otlp::test
