// Sends kept recordings to an OpenTelemetry receiver (OTLP/gRPC), in batches, beside all requests: Take only
// encodes and queues. What can't be queued or delivered is counted and lost:
//
//   market_trace_spans_total{result}  exported | queue_full | export_failed (refused, or given up after
//                                     `attempts`) | too_many (of one recording)
//   market_trace_queue_spans          waiting
//
// One export is under way at a time, over a channel of its own that records no spans: exporting is never
// traced. That channel is plain text, so the receiver is on this machine (loopback or a sidecar), which may
// speak TLS to the outside. Trouble is one warn line in 30 s.
//
// Owner: the host, which starts it, and closes it after the last span's end. Io thread only.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "platform/grpc/channel.hpp"
#include "platform/otlp/encoding.hpp"
#include "platform/runtime/backoff.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::otlp {

class SpanExporter final : public telemetry::SpanExporter {
 public:
  struct Options {
    std::string endpoint;  // host:port
    Resource resource;
    // What may wait; the batch under way comes on top.
    std::size_t queue_spans = 8192;
    std::size_t queue_bytes = 8 * 1024 * 1024;
    // A batch is sent when it is full, and every `interval`.
    std::size_t batch_spans = 512;
    std::size_t batch_bytes = 2 * 1024 * 1024;
    std::chrono::milliseconds interval{500};
    std::chrono::milliseconds call_timeout{5000};
    std::uint32_t attempts = 3;
    runtime::Backoff::Options backoff{.initial = std::chrono::milliseconds(1000),
                                      .max = std::chrono::milliseconds(5000),
                                      .jitter = 0.3,
                                      .multiplier = 3};
  };

  // Throws std::invalid_argument for an endpoint that is none. `metrics` must outlive this.
  SpanExporter(boost::asio::io_context& io, Options options, telemetry::Metrics& metrics);

  void Take(const telemetry::Recording& recording) override;

  // Sends from here on, until Close.
  void Start();
  // Sends what waits, each batch tried once and none after one that failed, and ends at the deadline at the
  // latest; the rest is counted as failed. Take no more after it.
  Task<> Close(runtime::Deadline deadline);

 private:
  struct Batch {
    std::string request;
    std::size_t spans = 0;
  };

  Task<runtime::Every::Next> Round();
  Task<> Send(Batch batch);
  Task<> Pause(std::chrono::nanoseconds time);
  bool Full() const {
    return waiting_spans_ >= options_.batch_spans || waiting_bytes_ >= options_.batch_bytes;
  }
  Batch NextBatch();
  void Answered(std::size_t spans, const std::string& response);
  void Lose(std::size_t spans, std::string_view why);
  void LoseAll(std::string_view why);
  void Warn(std::string_view detail);

  const Options options_;
  const Encoding encoding_;
  grpc::Channel channel_;
  boost::asio::steady_timer timer_;  // the pause before an attempt is repeated: Close ends it early
  runtime::Every sending_;
  runtime::TaskGroup tasks_;
  runtime::OneShot<> drained_;

  std::deque<Piece> waiting_;
  std::size_t waiting_spans_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::size_t sending_spans_ = 0;
  bool closing_ = false;
  bool failed_ = false;  // the last export
  std::optional<std::chrono::steady_clock::time_point> warned_;
  std::size_t lost_ = 0;  // spans, since the last warning

  telemetry::Counter& exported_;
  telemetry::Counter& queue_full_;
  telemetry::Counter& export_failed_;
  telemetry::Counter& too_many_;
  telemetry::Gauge& queue_gauge_;
};

}  // namespace market::otlp
