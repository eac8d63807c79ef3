#include "platform/otlp/span_exporter.hpp"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <utility>
#include <vector>

#include "platform/telemetry/log.hpp"

namespace market::otlp {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kExport = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr auto kWarnInterval = 30s;
constexpr std::chrono::nanoseconds kPauseMax = 30s;  // whatever the receiver asks for

telemetry::CounterFamily& SpansTotal(telemetry::Metrics& metrics) {
  return metrics.AddCounterFamily("market_trace_spans_total",
                                  "spans of kept traces, by what happened to them", {"result"});
}

// The group keeps its task; there is nothing else in it.
void Ignore(std::string_view, std::exception_ptr) {}

// google.rpc.RetryInfo, where the receiver sent it.
std::optional<std::chrono::nanoseconds> AskedPause(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.details)) return std::nullopt;
  for (const auto& detail : details.details()) {
    google::rpc::RetryInfo info;
    if (!detail.UnpackTo(&info)) continue;
    const auto seconds = std::clamp<std::int64_t>(info.retry_delay().seconds(), 0, kPauseMax / 1s);
    return std::chrono::seconds(seconds) + std::chrono::nanoseconds(info.retry_delay().nanos());
  }
  return std::nullopt;
}

// The codes that the OTLP specification calls retryable; nothing for the others.
std::optional<std::chrono::nanoseconds> PauseAfter(const grpc::Status& status, runtime::Backoff& backoff) {
  switch (status.code) {
    case Code::kCancelled:
    case Code::kDeadlineExceeded:
    case Code::kAborted:
    case Code::kOutOfRange:
    case Code::kUnavailable:
    case Code::kDataLoss:
    case Code::kResourceExhausted: {
      const auto asked = AskedPause(status);
      if (!asked && status.code == Code::kResourceExhausted) return std::nullopt;
      return std::min(std::max(asked.value_or(0ns), backoff.Next()), kPauseMax);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

SpanExporter::SpanExporter(boost::asio::io_context& io, Options options, telemetry::Metrics& metrics)
    : options_(std::move(options)),
      encoding_(options_.resource),
      channel_(io, options_.endpoint),
      timer_(io),
      sending_({.name = "traces.export", .period = options_.interval, .jitter = 0},
               [this] { return Round(); }),
      tasks_(io.get_executor(), Ignore),
      exported_(SpansTotal(metrics).With({"exported"})),
      queue_full_(SpansTotal(metrics).With({"queue_full"})),
      export_failed_(SpansTotal(metrics).With({"export_failed"})),
      too_many_(SpansTotal(metrics).With({"too_many"})),
      queue_gauge_(metrics.AddGauge("market_trace_queue_spans", "spans waiting to be exported")) {}

void SpanExporter::Take(const telemetry::Recording& recording) {
  too_many_.Increment(recording.dropped);
  // Also spares the encoding of what has no place.
  if (waiting_spans_ + recording.spans.size() > options_.queue_spans ||
      waiting_bytes_ >= options_.queue_bytes) {
    queue_full_.Increment(static_cast<double>(recording.spans.size()));
    return;
  }
  for (auto& piece : Encoding::Encode(recording)) {
    if (waiting_bytes_ + piece.bytes.size() > options_.queue_bytes) {
      queue_full_.Increment(static_cast<double>(piece.spans));
      continue;
    }
    waiting_spans_ += piece.spans;
    waiting_bytes_ += piece.bytes.size();
    waiting_.push_back(std::move(piece));
  }
  queue_gauge_.Set(static_cast<double>(waiting_spans_));
  if (Full()) sending_.Wake();
}

void SpanExporter::Start() { tasks_.Keep("traces.export", sending_.Run()); }

Task<> SpanExporter::Close(runtime::Deadline deadline) {
  closing_ = true;
  failed_ = false;
  timer_.cancel();
  sending_.Wake();
  try {
    if (tasks_.Size() > 0) co_await drained_.Wait(deadline);
  } catch (const Error&) {
    // What is left is lost.
  }
  tasks_.Cancel();
  co_await tasks_.Join();
  LoseAll("the process stops");
  co_await channel_.Close(std::chrono::steady_clock::now());
}

Task<runtime::Every::Next> SpanExporter::Round() {
  using enum runtime::Every::Next;
  if (!waiting_.empty() && !(closing_ && failed_)) co_await Send(NextBatch());
  const bool more = Full() || (closing_ && !waiting_.empty());
  if (!closing_) co_return more ? kAtOnce : kLater;
  if (more && !failed_) co_return kAtOnce;
  drained_.Set();
  co_return kLater;
}

// Until the time is over or somebody cancels the timer.
Task<> SpanExporter::Pause(std::chrono::nanoseconds time) {
  boost::system::error_code cancelled;
  timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(time));
  co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
}

// As many pieces as fit, at least one.
SpanExporter::Batch SpanExporter::NextBatch() {
  std::vector<Piece> pieces;
  std::size_t spans = 0;
  std::size_t bytes = 0;
  while (!waiting_.empty()) {
    const auto& next = waiting_.front();
    if (!pieces.empty() &&
        (spans + next.spans > options_.batch_spans || bytes + next.bytes.size() > options_.batch_bytes))
      break;
    spans += next.spans;
    bytes += next.bytes.size();
    pieces.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_spans_ -= spans;
  waiting_bytes_ -= bytes;
  queue_gauge_.Set(static_cast<double>(waiting_spans_));
  return {encoding_.Request(pieces), spans};
}

Task<> SpanExporter::Send(Batch batch) {
  sending_spans_ = batch.spans;
  runtime::Backoff backoff(options_.backoff);
  for (std::uint32_t attempt = 1;; ++attempt) {
    const auto reply =
        co_await channel_.Call(kExport, batch.request, {.deadline = runtime::After(options_.call_timeout)});
    failed_ = !reply.status.Ok();
    if (!failed_) {
      Answered(batch.spans, reply.message);
      break;
    }
    const auto pause = PauseAfter(reply.status, backoff);
    if (!pause || closing_ || attempt >= options_.attempts) {
      Lose(batch.spans, std::string(CodeName(reply.status.code)) + ": " + reply.status.message);
      break;
    }
    co_await Pause(*pause);
  }
  sending_spans_ = 0;
}

// A partial success is final: what it rejects would be rejected again.
void SpanExporter::Answered(std::size_t spans, const std::string& response) {
  ::opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse answer;
  std::size_t rejected = 0;
  if (answer.ParseFromString(response)) {
    const auto said = std::max<std::int64_t>(answer.partial_success().rejected_spans(), 0);
    rejected = std::min(static_cast<std::size_t>(said), spans);
  }
  exported_.Increment(static_cast<double>(spans - rejected));
  if (rejected > 0) {
    Lose(rejected, "rejected: " + answer.partial_success().error_message());
  } else if (!answer.partial_success().error_message().empty()) {
    Warn(answer.partial_success().error_message());
  }
}

void SpanExporter::Lose(std::size_t spans, std::string_view why) {
  export_failed_.Increment(static_cast<double>(spans));
  lost_ += spans;
  Warn(why);
}

void SpanExporter::LoseAll(std::string_view why) {
  const std::size_t spans = waiting_spans_ + std::exchange(sending_spans_, 0);
  waiting_.clear();
  waiting_spans_ = 0;
  waiting_bytes_ = 0;
  queue_gauge_.Set(0);
  if (spans > 0) Lose(spans, why);
}

void SpanExporter::Warn(std::string_view detail) {
  const auto now = std::chrono::steady_clock::now();
  if (warned_ && now - *warned_ < kWarnInterval) return;
  warned_ = now;
  telemetry::log::Warn("traces.export_trouble",
                       {{"endpoint", options_.endpoint}, {"detail", detail}, {"spans_lost", lost_}});
  lost_ = 0;
}

}  // namespace market::otlp
