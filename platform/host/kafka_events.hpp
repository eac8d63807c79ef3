// What happens in a service, told to Kafka: a subscriber like any other (platform/events/subscription.hpp), so nothing is
// lost while Kafka is away, and nothing else waits for it.
//
// One event is one record of the topic <topics>.<service>.events. Its value is the event as it is in the log, the message
// marketplace.type.v1.Event in its binary form, which holds the message of its type; its headers are `event.id`,
// `event.type` ("order.OrderPlaced") and `traceparent`. Its key is the id of the order that it speaks of, or else its
// aggregate ("product/<id>"): records of one key are in the order in which it happened. A record may come twice, with the
// same `event.id`.
//
// An event counts as told when all replicas in sync have it. What Kafka refuses for good is parked, and passed by what
// comes later. Owner: the host. Io thread only, but for Close, which blocks and belongs on none.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "platform/events/subscription.hpp"
#include "platform/kafka/producer.hpp"

namespace market::host {

// As kafka::Producer::Send.
using SendToKafka = std::function<void(const kafka::Record& record, kafka::Told told)>;

// The types are those of the service that `relay` is named after.
events::Subscription::Options KafkaSubscription(outbox::Relay::Options relay, std::vector<std::string> types);
// Ends when Kafka has the event; throws Error UNAVAILABLE or DEADLINE_EXCEEDED while it has not, which is tried for ever, and
// std::runtime_error for what it refuses.
events::Subscription::Deliver TellKafka(SendToKafka send, std::string topic);

// The producer of a process, for all of its services.
class KafkaEvents {
 public:
  struct Options {
    std::string brokers;
    std::string topics;  // how their names begin
    std::string instance;
  };

  // Throws as kafka::Producer does.
  explicit KafkaEvents(Options options);

  // For TellKafka; this must outlive what it is given to.
  SendToKafka Sending();

  void Close(runtime::Deadline limit) { producer_->Close(limit); }

 private:
  void Send(const kafka::Record& record, kafka::Told told);
  void BeginAnew();

  const Options options_;
  std::unique_ptr<kafka::Producer> producer_;
  std::jthread closing_;  // ends the producer before this one
};

}  // namespace market::host
