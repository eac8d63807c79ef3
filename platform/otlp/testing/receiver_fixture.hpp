// For tests of platform/otlp: a receiver on our own gRPC server, and an exporter that sends to it.
#pragma once
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/grpc/server.hpp"
#include "platform/grpc/testing/test_loop.hpp"
#include "platform/otlp/span_exporter.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::otlp::test {

namespace proto = ::opentelemetry::proto;
using Request = proto::collector::trace::v1::ExportTraceServiceRequest;
using Response = proto::collector::trace::v1::ExportTraceServiceResponse;

// `spans` spans of one trace, each the child of the one before.
inline telemetry::Recording MakeRecording(std::size_t spans) {
  telemetry::Recording recording;
  const auto trace = telemetry::TraceContext::NewRoot();
  recording.trace_id = trace.trace_id;
  recording.sampled = true;
  recording.unix_began = std::chrono::seconds(1'700'000'000);
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < spans; ++i) {
    telemetry::SpanRecord span;
    span.id = trace.Child().span_id;
    if (i > 0) span.parent = recording.spans.back().id;
    span.name = "span";
    span.began = now + std::chrono::microseconds(i);
    span.ended = now + std::chrono::milliseconds(1);
    recording.spans.push_back(std::move(span));
  }
  return recording;
}

class ReceiverTest : public ::testing::Test, public grpc::test::Loop {
 protected:
  void Receive() {
    server.emplace(io, grpc::ServerOptions{.max_message_bytes = 4 * 1024 * 1024});
    server->HandleUnary("/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                        [this](grpc::ServerCall&, std::string bytes) { return Answer(std::move(bytes)); });
    endpoint = server->Listen("127.0.0.1:0");
  }

  // Batches of one recording each, sent without waiting for more, given up after short pauses.
  SpanExporter::Options Quick() const {
    return {.endpoint = endpoint,
            .resource = {.service = "order", .version = "1.2.3", .instance = "order-1"},
            .batch_spans = 1,
            .interval = std::chrono::hours(1),
            .backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(2)}};
  }
  SpanExporter& Make(SpanExporter::Options options) {
    return exporter.emplace(io, std::move(options), metrics);
  }
  SpanExporter& StartQuick() {
    auto& made = Make(Quick());
    made.Start();
    return made;
  }

  double Spans(std::string_view result) {
    return metrics
        .AddCounterFamily("market_trace_spans_total", "spans of kept traces, by what happened to them",
                          {"result"})
        .With({result})
        .Value();
  }
  double Waiting() {
    return metrics.AddGauge("market_trace_queue_spans", "spans waiting to be exported").Value();
  }
  void Close(std::chrono::milliseconds limit) { Sync(exporter->Close(runtime::After(limit))); }

  static std::vector<proto::trace::v1::Span> SpansOf(const Request& request) {
    std::vector<proto::trace::v1::Span> spans;
    for (const auto& resource : request.resource_spans())
      for (const auto& scope : resource.scope_spans())
        spans.insert(spans.end(), scope.spans().begin(), scope.spans().end());
    return spans;
  }

  void TearDown() override {
    if (exporter) Close(std::chrono::milliseconds(0));
    exporter.reset();
    if (server) {
      Sync(server->Drain(runtime::After(std::chrono::milliseconds(100))));
      RunUntil([this] { return std::as_const(*server).Stats().handlers_running == 0; });
    }
  }

  std::optional<grpc::Server> server;
  std::string endpoint;
  std::vector<Request> requests;
  std::deque<grpc::UnaryReply> answers;  // taken one by one; OK when there is none
  bool silent = false;                   // never answers
  std::size_t under_way = 0;
  std::size_t under_way_max = 0;
  telemetry::Metrics metrics;
  std::optional<SpanExporter> exporter;

 private:
  struct UnderWay {
    explicit UnderWay(ReceiverTest& test) : test(test) {
      test.under_way_max = std::max(test.under_way_max, ++test.under_way);
    }
    ~UnderWay() { --test.under_way; }
    ReceiverTest& test;
  };

  Task<grpc::UnaryReply> Answer(std::string bytes) {
    const UnderWay counted(*this);
    Request request;
    if (!request.ParseFromString(bytes))
      co_return grpc::UnaryReply{{Code::kInvalidArgument, "?", {}}, {}, {}};
    requests.push_back(std::move(request));
    if (silent) {
      runtime::OneShot<> never;
      co_await never.Wait();
    }
    if (answers.empty()) co_return grpc::UnaryReply{};
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
};

inline grpc::UnaryReply Refusal(Code code) { return {{code, "not now", {}}, {}, {}}; }

inline grpc::UnaryReply RefusalWithRetryInfo(Code code) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_nanos(1'000'000);
  google::rpc::Status status;
  status.set_code(static_cast<int>(code));
  status.add_details()->PackFrom(info);
  return {{code, "not now", status.SerializeAsString()}, {}, {}};
}

inline grpc::UnaryReply PartialSuccess(std::int64_t rejected, std::string message) {
  Response response;
  response.mutable_partial_success()->set_rejected_spans(rejected);
  response.mutable_partial_success()->set_error_message(std::move(message));
  return {{}, response.SerializeAsString(), {}};
}

}  // namespace market::otlp::test
