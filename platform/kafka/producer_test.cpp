#include "platform/kafka/producer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/kafka/testing/mock_fixture.hpp"

namespace market::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::DeadAddress;
using testing::Eventually;
using testing::FrozenBroker;
using testing::MockBroker;

ProducerOptions To(const std::string& brokers) {
  ProducerOptions options;
  options.brokers = brokers;
  options.topic = "logs";
  options.linger = 5ms;
  return options;
}

void ExpectAllCounted(const ProducerStats& stats) {
  EXPECT_EQ(stats.queue_messages, 0u);
  EXPECT_EQ(stats.queue_bytes, 0u);
  EXPECT_EQ(stats.sent, stats.delivered + stats.Dropped());
}

// Milliseconds that `action` takes.
template <class Action>
std::chrono::milliseconds Taken(Action action) {
  const auto start = Clock::now();
  action();
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

// On a machine busy with other builds; the limits proper are in the calls.
constexpr auto kSlack = 2000ms;

TEST(Producer, Record_ArrivesWithKeyAndHeaders) {
  MockBroker broker;
  Producer producer(To(broker.Address()));
  const std::array headers = {Header{"service.name", "order"}, Header{"traceparent", "00-ab-cd-01"}};
  EXPECT_EQ(producer.Produce("order", "first", headers), Produced::kQueued);
  EXPECT_EQ(producer.Produce("order", "second"), Produced::kQueued);
  producer.Close(runtime::After(30s));
  const auto stats = producer.Stats();
  EXPECT_EQ(stats.delivered, 2u);
  ExpectAllCounted(stats);

  const auto records = broker.Read(2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].key, "order");
  EXPECT_EQ(records[0].value, "first");
  EXPECT_EQ(records[0].headers.at("service.name"), "order");
  EXPECT_EQ(records[0].headers.at("traceparent"), "00-ab-cd-01");
  EXPECT_EQ(records[1].value, "second");
  EXPECT_TRUE(records[1].headers.empty());
}

TEST(Producer, ManyThreads_KeepEachThreadsOrder) {
  constexpr int kThreads = 4;
  constexpr int kRecords = 2000;
  MockBroker broker;
  Producer producer(To(broker.Address()));
  // Answers that make it try again: the order has to survive that.
  broker.FailProduce({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT});
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&producer, t] {
        for (int i = 0; i < kRecords; ++i) {
          producer.Produce("order", std::to_string(t) + ":" + std::to_string(i));
        }
      });
    }
  }
  producer.Close(runtime::After(30s));
  EXPECT_EQ(producer.Stats().delivered, static_cast<std::uint64_t>(kThreads * kRecords));
  ExpectAllCounted(producer.Stats());

  const auto records = broker.Read(kThreads * kRecords);
  ASSERT_EQ(records.size(), static_cast<std::size_t>(kThreads * kRecords));
  std::map<std::string, int> next;
  for (const auto& record : records) {
    const auto colon = record.value.find(':');
    EXPECT_EQ(std::stoi(record.value.substr(colon + 1)), next[record.value.substr(0, colon)]++);
  }
}

TEST(Producer, FullQueue_DropsAtOnceByCount) {
  auto options = To(DeadAddress());
  options.max_messages = 100;
  Producer producer(options);
  const auto taken = Taken([&] {
    for (int i = 0; i < 1000; ++i) {
      EXPECT_EQ(producer.Produce("k", "line"), i < 100 ? Produced::kQueued : Produced::kDropped);
    }
  });
  EXPECT_LT(taken, kSlack);
  const auto stats = producer.Stats();
  EXPECT_EQ(stats.queue_messages, 100u);
  EXPECT_EQ(stats.queue_bytes, 500u);
  EXPECT_EQ(stats.Dropped(DropReason::kQueueFull), 900u);
}

TEST(Producer, FullQueue_DropsAtOnceByBytes) {
  auto options = To(DeadAddress());
  options.max_bytes = 64 * 1024;
  Producer producer(options);
  const std::string line(1024, 'x');
  for (int i = 0; i < 200; ++i) producer.Produce("k", line);
  const auto stats = producer.Stats();
  EXPECT_EQ(stats.queue_messages, 64u);
  EXPECT_EQ(stats.Dropped(DropReason::kQueueFull), 136u);
}

TEST(Producer, OverlongRecord_IsDroppedAndCounted) {
  Producer producer(To(DeadAddress()));
  EXPECT_EQ(producer.Produce("k", std::string(2'000'000, 'x')), Produced::kDropped);
  EXPECT_EQ(producer.Stats().Dropped(DropReason::kTooLarge), 1u);
}

TEST(Producer, DeadBroker_CloseIsBoundedAndCountsEverything) {
  Producer producer(To(DeadAddress()));
  for (int i = 0; i < 1000; ++i) producer.Produce("k", "line");
  EXPECT_LT(Taken([&] { producer.Close(runtime::After(700ms)); }), 700ms + kSlack);
  EXPECT_EQ(producer.Stats().Dropped(DropReason::kPurged), 1000u);
  ExpectAllCounted(producer.Stats());
}

TEST(Producer, FrozenBroker_CloseIsBoundedAndCountsEverything) {
  FrozenBroker broker;
  Producer producer(To(broker.Address()));
  for (int i = 0; i < 1000; ++i) producer.Produce("k", "line");
  EXPECT_LT(Taken([&] { producer.Close(runtime::After(700ms)); }), 700ms + kSlack);
  EXPECT_EQ(producer.Stats().Dropped(DropReason::kPurged), 1000u);
  ExpectAllCounted(producer.Stats());
}

// The connection is up and the request under way when the broker stops answering.
TEST(Producer, BrokerThatStopsAnswering_LosesWhatIsUnderWayAndCountsIt) {
  MockBroker broker;
  Producer producer(To(broker.Address()));
  producer.Produce("k", "delivered");
  ASSERT_TRUE(Eventually([&] { return producer.Stats().delivered == 1; }));
  broker.DelayAnswers(60s);
  for (int i = 0; i < 100; ++i) producer.Produce("k", "lost");
  EXPECT_LT(Taken([&] { producer.Close(runtime::After(700ms)); }), 700ms + kSlack);
  EXPECT_EQ(producer.Stats().Dropped(DropReason::kPurged), 100u);
  ExpectAllCounted(producer.Stats());
}

TEST(Producer, BrokerThatComesBack_GetsWhatWaited) {
  MockBroker broker;
  Producer producer(To(broker.Address()));
  producer.Produce("k", "one");
  ASSERT_TRUE(Eventually([&] { return producer.Stats().delivered == 1; }));
  broker.GoDown();
  producer.Produce("k", "two");
  broker.ComeUp();
  EXPECT_TRUE(Eventually([&] { return producer.Stats().delivered == 2; }));
}

TEST(Producer, RecordsThatWaitTooLong_TimeOut) {
  auto options = To(DeadAddress());
  options.message_timeout = 100ms;
  Producer producer(options);
  for (int i = 0; i < 10; ++i) producer.Produce("k", "line");
  EXPECT_TRUE(Eventually([&] { return producer.Stats().Dropped(DropReason::kTimedOut) == 10; }));
  ExpectAllCounted(producer.Stats());
}

TEST(Producer, RecordThatTheBrokerRefuses_IsCounted) {
  MockBroker broker;
  Producer producer(To(broker.Address()));
  broker.FailProduce({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  producer.Produce("k", "line");
  EXPECT_TRUE(Eventually([&] { return producer.Stats().Dropped(DropReason::kRefused) == 1; }));
}

TEST(Producer, RecordsAfterClose_AreDroppedAndCounted) {
  MockBroker broker;
  Producer producer(To(broker.Address()));
  producer.Close(runtime::After(5s));
  producer.Close(runtime::After(5s));
  EXPECT_EQ(producer.Produce("k", "late"), Produced::kDropped);
  EXPECT_EQ(producer.Stats().Dropped(DropReason::kClosed), 1u);
  ExpectAllCounted(producer.Stats());
}

TEST(Producer, CloseUnderFire_CountsEverything) {
  MockBroker broker;
  Producer producer(To(broker.Address()));
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> calls = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        producer.Produce("k", "line");
        ++calls;
      }
    });
  }
  ASSERT_TRUE(Eventually([&] { return producer.Stats().delivered > 0; }));
  producer.Close(runtime::After(30s));
  const auto closed_at = producer.Stats().Dropped(DropReason::kClosed);
  EXPECT_TRUE(Eventually([&] { return producer.Stats().Dropped(DropReason::kClosed) > closed_at; }));
  stop = true;
  threads.clear();
  EXPECT_EQ(producer.Stats().sent, calls);
  ExpectAllCounted(producer.Stats());
}

struct Troubles {
  std::mutex mutex;
  std::vector<std::string> details;
  std::uint64_t dropped = 0;
  std::size_t Count() {
    const std::lock_guard lock(mutex);
    return details.size();
  }
};

TEST(Producer, UnreachableBroker_IsToldOnceAnIntervalAndNotOnStderr) {
  ::testing::internal::CaptureStderr();
  Troubles troubles;
  {
    auto options = To(DeadAddress());
    options.max_messages = 10;
    options.message_timeout = 50ms;
    options.on_trouble = [&troubles](std::string_view detail, std::uint64_t dropped) {
      const std::lock_guard lock(troubles.mutex);
      troubles.details.emplace_back(detail);
      troubles.dropped += dropped;
    };
    Producer producer(options);
    ASSERT_TRUE(Eventually([&] {
      producer.Produce("k", "line");
      return producer.Stats().Dropped(DropReason::kTimedOut) >= 20 && troubles.Count() >= 1;
    }));
    EXPECT_EQ(troubles.Count(), 1u);
    producer.Close(runtime::After(100ms));
    // The last word: nothing that was dropped stays unsaid.
    EXPECT_EQ(troubles.Count(), 2u);
    EXPECT_EQ(troubles.dropped, producer.Stats().Dropped());
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Producer, Recursion_FromTheTroubleCallbackIsHarmless) {
  auto options = To(DeadAddress());
  options.trouble_interval = 0ms;
  std::atomic<Producer*> self = nullptr;
  std::atomic<int> calls = 0;
  options.on_trouble = [&](std::string_view detail, std::uint64_t) {
    if (auto* producer = self.load()) producer->Produce("k", detail);
    ++calls;
  };
  Producer producer(options);
  self = &producer;
  producer.Produce("k", "line");
  EXPECT_TRUE(Eventually([&] { return calls > 1; }));
  producer.Close(runtime::After(100ms));
  ExpectAllCounted(producer.Stats());
}

ProducerOptions ForSure(const std::string& brokers) {
  ProducerOptions options;
  options.brokers = brokers;
  options.acks = Acks::kAll;
  options.linger = 1ms;
  return options;
}

// What came of records, in the order in which it was told.
struct Outcomes {
  std::mutex mutex;
  std::vector<std::optional<DropReason>> told;

  Told Take() {
    return [this](std::optional<DropReason> why) {
      const std::scoped_lock lock(mutex);
      told.push_back(why);
    };
  }
  std::vector<std::optional<DropReason>> Now() {
    const std::scoped_lock lock(mutex);
    return told;
  }
};

TEST(Producer, Send_IsToldOnceTheBrokerHasIt) {
  MockBroker broker;
  Producer producer(ForSure(broker.Address()));
  Outcomes outcomes;
  // Retried by librdkafka; who sent it hears of the end only.
  broker.FailProduce({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  const std::array headers = {Header{"event.id", "1"}};
  for (const auto* value : {"a", "b", "c"})
    producer.Send({.topic = "logs", .key = "order", .value = value, .headers = headers}, outcomes.Take());
  EXPECT_TRUE(Eventually([&] { return outcomes.Now().size() == 3; }));
  for (const auto& why : outcomes.Now()) EXPECT_FALSE(why);
  const auto records = broker.Read(3);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].value + records[1].value + records[2].value, "abc");
  EXPECT_EQ(records[2].key, "order");
  EXPECT_EQ(records[2].headers.at("event.id"), "1");
  EXPECT_FALSE(producer.IsBroken());
  producer.Close(runtime::After(30s));
  ExpectAllCounted(producer.Stats());
}

TEST(Producer, Send_IsToldWhyNot) {
  auto options = ForSure(DeadAddress());
  options.message_timeout = 50ms;
  Producer producer(options);
  Outcomes outcomes;
  producer.Send({.topic = "logs", .key = "order", .value = "a"}, outcomes.Take());
  producer.Send({.topic = "logs", .key = "order", .value = std::string(2 << 20, 'x')}, outcomes.Take());
  EXPECT_TRUE(Eventually([&] { return outcomes.Now().size() == 2; }));
  EXPECT_EQ(outcomes.Now().front(), DropReason::kTooLarge) << "within the call";
  EXPECT_EQ(outcomes.Now().back(), DropReason::kTimedOut);
  EXPECT_THROW(producer.Send({.topic = "no topic", .key = "", .value = ""}, outcomes.Take()),
               std::invalid_argument);
  producer.Close(runtime::After(0s));
  producer.Send({.topic = "logs", .key = "order", .value = "b"}, outcomes.Take());
  EXPECT_EQ(outcomes.Now().back(), DropReason::kClosed);
  ExpectAllCounted(producer.Stats());
}

TEST(Producer, WrongOptions_AreRefused) {
  for (const auto* brokers : {"", "host", "host:", ":9092", "host:0", "host:99999", "host:9092,", "a b:1",
                              "PLAINTEXT://host:9092"}) {
    EXPECT_THROW(Producer{To(brokers)}, std::invalid_argument) << brokers;
  }
  auto options = To("host:9092,[::1]:9093");
  options.topic = "no topic";
  EXPECT_THROW(Producer{options}, std::invalid_argument);
}

}  // namespace
}  // namespace market::kafka
