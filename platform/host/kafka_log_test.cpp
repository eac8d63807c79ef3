#include "platform/host/kafka_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/kafka/testing/mock_fixture.hpp"

namespace market::host {
namespace {

using namespace std::chrono_literals;
namespace log = telemetry::log;
using ::testing::HasSubstr;
using ::testing::Not;

class KafkaLogTest : public ::testing::Test {
 protected:
  KafkaLogTest() { telemetry::ConfigureLog({.service = "order", .version = "1", .instance = "order-1"}); }
  ~KafkaLogTest() override { telemetry::ConfigureLog({}); }
  static KafkaLog::Options To(const std::string& brokers) {
    return {.brokers = brokers, .topic = "logs", .service = "order", .instance = "order-1"};
  }
};

TEST_F(KafkaLogTest, Line_IsARecordWithServiceAndTrace) {
  kafka::testing::MockBroker broker;
  const auto trace = telemetry::TraceContext::NewRoot();
  telemetry::Metrics metrics;
  KafkaLog sink(To(broker.Address()));
  sink.AddMetrics(metrics);
  log::Info("first", {{"n", 1}}, &trace);
  log::Warn("second");
  sink.Close(runtime::After(30s));
  EXPECT_EQ(sink.Stats().delivered, 2u);

  const auto records = broker.Read(2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].key, "order");
  EXPECT_EQ(records[0].headers.at("service.name"), "order");
  EXPECT_EQ(records[0].headers.at("traceparent"), trace.ToTraceparent());
  EXPECT_THAT(records[0].value, ::testing::StartsWith("{\"ts\":"));
  EXPECT_THAT(records[0].value, ::testing::EndsWith("\"n\":1}"));
  EXPECT_THAT(records[1].value, HasSubstr("\"second\""));
  EXPECT_EQ(records[1].headers.count("traceparent"), 0u);

  const std::string text = metrics.Exposition();
  EXPECT_THAT(text, HasSubstr("market_log_delivered_total 2"));
  EXPECT_THAT(text, HasSubstr("market_log_dropped_total{sink=\"kafka\",reason=\"queue_full\"} 0"));
  EXPECT_THAT(text, HasSubstr("market_log_queue_messages 0"));
}

TEST_F(KafkaLogTest, UnreachableBroker_IsOneWarnLineThatStaysHere) {
  ::testing::internal::CaptureStderr();
  KafkaLog sink(To(kafka::testing::DeadAddress()));
  log::Info("lost");
  sink.Close(runtime::After(600ms));
  log::Info("after");
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, HasSubstr("\"event\":\"log.kafka_trouble\""));
  EXPECT_THAT(text, HasSubstr("\"dropped\":1"));
  EXPECT_THAT(text, Not(HasSubstr("\"lost\"")));
  EXPECT_THAT(text, HasSubstr("\"after\""));
  EXPECT_EQ(sink.Stats().sent, 1u);
}

}  // namespace
}  // namespace market::host
