#include "platform/host/kafka_events.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "marketplace/probe/v1/probe.pb.h"
#include "platform/core/error.hpp"
#include "platform/kafka/testing/mock_fixture.hpp"
#include "platform/telemetry/tracer.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::host {
namespace {

using kafka::DropReason;
using testing::RunLoop;

events::Event Happened(const std::string& order) {
  marketplace::probe::v1::OrderTold what;
  what.set_order_id(order);
  events::Event event;
  event.set_id("01976b2a-7c1e-7a3b-9f42-efd7f6836dfd");
  event.set_type("probe.OrderTold");
  event.set_version(1);
  event.set_aggregate("part/1");
  event.set_payload(what.SerializeAsString());
  return event;
}

// Takes records, and says of each what it is set to, on another thread as librdkafka does.
struct FakeKafka {
  struct Taken {
    std::string topic;
    std::string key;
    std::string value;
    std::map<std::string, std::string> headers;
  };
  std::vector<Taken> taken;
  std::optional<DropReason> says;

  SendToKafka Sending() {
    return [this](const kafka::Record& record, kafka::Told told) {
      auto& one =
          taken.emplace_back(std::string(record.topic), std::string(record.key), std::string(record.value));
      for (const auto& [name, value] : record.headers) one.headers[std::string(name)] = value;
      std::jthread([told = std::move(told), says = says] { told(says); }).join();
    };
  }
};

TEST(TellKafka, AnEventIsARecordOfItsOrder) {
  RunLoop([]() -> Task<> {
    FakeKafka kafka;
    telemetry::Tracer tracer;
    const auto tell = TellKafka(kafka.Sending(), "market.probe.events");
    const auto span = tracer.Continue("event.kafka", telemetry::SpanKind::kConsumer,
                                      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const auto event = Happened("order-7");
    co_await tell(event, span);
    EXPECT_EQ(kafka.taken.size(), 1u);
    const auto& record = kafka.taken.at(0);
    EXPECT_EQ(record.topic, "market.probe.events");
    EXPECT_EQ(record.key, "order-7");
    EXPECT_EQ(record.value, event.SerializeAsString());
    EXPECT_EQ(record.headers.at("event.id"), event.id());
    EXPECT_EQ(record.headers.at("event.type"), "probe.OrderTold");
    EXPECT_EQ(record.headers.at("traceparent").substr(3, 32), "0af7651916cd43dd8448eb211c80319c");

    auto other = event;
    other.set_type("probe.Plain");
    co_await tell(other, span);
    EXPECT_EQ(kafka.taken.back().key, "part/1") << "it speaks of no order";
    co_await tell(Happened(""), span);
    EXPECT_EQ(kafka.taken.back().key, "part/1");
    other.set_type("of nobody");
    co_await tell(other, span);
    EXPECT_EQ(kafka.taken.back().key, "part/1");
  });
}

// In the order of whole orders, not of their parts.
TEST(KafkaSubscription, IsOrderedByOrders) {
  const auto options = KafkaSubscription({.name = "probe"}, {"probe.OrderTold"});
  EXPECT_EQ(options.subscriber, "kafka");
  EXPECT_EQ(options.key(Happened("order-7")), "order-7");
  EXPECT_TRUE(options.waiting_max);
}

TEST(TellKafka, WhatIsNotAcknowledged_IsNotTold) {
  RunLoop([]() -> Task<> {
    FakeKafka kafka;
    const auto tell = TellKafka(kafka.Sending(), "market.probe.events");
    const telemetry::Span span;
    const auto event = Happened("order-7");
    for (const auto why :
         {DropReason::kTimedOut, DropReason::kQueueFull, DropReason::kPurged, DropReason::kClosed}) {
      kafka.says = why;
      EXPECT_EQ(co_await testing::ReasonOf(tell(event, span)), "UNAVAILABLE") << "tried for ever";
    }
    for (const auto why : {DropReason::kTooLarge, DropReason::kRefused}) {
      kafka.says = why;
      bool broke = false;
      try {
        co_await tell(event, span);
      } catch (const std::runtime_error&) {
        broke = true;
      }
      EXPECT_TRUE(broke) << "parked in the end";
    }
  });
}

TEST(KafkaEvents, ReachTheBroker) {
  kafka::testing::MockBroker broker;
  KafkaEvents events({.brokers = broker.Address(), .topics = "market", .instance = "order-1"});
  RunLoop([&]() -> Task<> {
    const auto tell = TellKafka(events.Sending(), "logs");
    for (const auto* order : {"a", "b"}) co_await tell(Happened(order), telemetry::Span());
  });
  const auto records = broker.Read(2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_NE(records[0].key, records[1].key);
  EXPECT_THROW(KafkaEvents({.brokers = broker.Address(), .topics = "no topic", .instance = ""}),
               std::invalid_argument);
}

}  // namespace
}  // namespace market::host
