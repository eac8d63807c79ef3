#include "platform/host/kafka_log.hpp"

#include <array>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

namespace market::host {
namespace {

kafka::ProducerOptions ProducerOptionsOf(const KafkaLog::Options& options) {
  kafka::ProducerOptions producer;
  producer.brokers = options.brokers;
  producer.topic = options.topic;
  producer.client_id = options.instance;
  // Never to the sink: what keeps lines from Kafka would have to reach Kafka to be read.
  producer.on_trouble = [](std::string_view detail, std::uint64_t dropped) {
    telemetry::log::WriteLocal(telemetry::LogLevel::kWarn, "log.kafka_trouble",
                               {{"detail", detail}, {"dropped", dropped}});
  };
  return producer;
}

}  // namespace

KafkaLog::KafkaLog(Options options)
    : service_(std::move(options.service)), producer_(ProducerOptionsOf(options)) {
  telemetry::SetLogSink(this);
}

KafkaLog::~KafkaLog() { Close(runtime::After(std::chrono::milliseconds(0))); }

void KafkaLog::Write(telemetry::LogLevel, std::string_view line,
                     const telemetry::TraceContext* trace) noexcept {
  std::array<char, telemetry::TraceContext::kTraceparentSize> traceparent;
  std::array<kafka::Header, 2> headers{{{"service.name", service_}, {}}};
  std::size_t count = 1;
  if (trace != nullptr) {
    traceparent = trace->Traceparent();
    headers[count++] = {"traceparent", {traceparent.data(), traceparent.size()}};
  }
  producer_.Produce(service_, line, std::span(headers).first(count));
}

void KafkaLog::Close(runtime::Deadline limit) {
  telemetry::SetLogSink(nullptr);
  producer_.Close(limit);
}

void KafkaLog::AddMetrics(telemetry::Metrics& metrics) const {
  auto& delivered = metrics.AddCounter("market_log_delivered_total", "log lines that Kafka has acknowledged");
  auto& messages =
      metrics.AddGauge("market_log_queue_messages", "log lines waiting for Kafka's acknowledgement");
  auto& bytes = metrics.AddGauge("market_log_queue_bytes", "bytes of the log lines waiting for Kafka");
  auto& family = metrics.AddCounterFamily("market_log_dropped_total", "log lines lost, by sink and reason",
                                          {"sink", "reason"});
  std::vector<telemetry::Counter*> dropped;
  for (const auto reason : kafka::kDropReasonNames) dropped.push_back(&family.With({"kafka", reason}));
  metrics.Collect([this, &delivered, &messages, &bytes, dropped = std::move(dropped)] {
    const auto stats = producer_.Stats();
    delivered.SetTotal(static_cast<double>(stats.delivered));
    messages.Set(static_cast<double>(stats.queue_messages));
    bytes.Set(static_cast<double>(stats.queue_bytes));
    for (std::size_t i = 0; i < dropped.size(); ++i) {
      dropped[i]->SetTotal(static_cast<double>(stats.dropped[i]));
    }
  });
}

}  // namespace market::host
