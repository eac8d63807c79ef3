// Log lines to Kafka: one line is one record, its key the service's name (so a service's lines keep their
// order), its headers `service.name` and, where the line belongs to a trace, `traceparent`.
//
// Installs itself as the log's sink while it lives open; the broker's troubles go to the log's file, or
// stderr, as one warn line `log.kafka_trouble` in 30 s at most. Lines that can't be sent are counted by
// reason and lost. Owner: the host. Thread: Close blocks and belongs on no io thread;
// everything else is for any thread.
#pragma once
#include <string>
#include <string_view>

#include "platform/kafka/producer.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::host {

class KafkaLog final : public telemetry::LogSink {
 public:
  struct Options {
    std::string brokers;
    std::string topic;
    std::string service;
    std::string instance;
  };

  // Throws as kafka::Producer does.
  explicit KafkaLog(Options options);
  ~KafkaLog() override;

  void Write(telemetry::LogLevel level, std::string_view line,
             const telemetry::TraceContext* trace) noexcept override;

  // Lines from here on go to the file, or stderr, again; what is queued is sent as far as the limit allows.
  void Close(runtime::Deadline limit);

  kafka::ProducerStats Stats() const { return producer_.Stats(); }
  // market_log_delivered_total, market_log_dropped_total{sink="kafka"}, market_log_queue_{messages,bytes}.
  // `metrics` must not be scraped once this is gone.
  void AddMetrics(telemetry::Metrics& metrics) const;

 private:
  const std::string service_;
  kafka::Producer producer_;
};

}  // namespace market::host
