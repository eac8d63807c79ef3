#include "platform/host/kafka_events.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/telemetry/log.hpp"

namespace market::host {
namespace {

using namespace std::chrono_literals;
using kafka::DropReason;

// Names its position in the log for ever.
constexpr std::string_view kSubscriber = "kafka";
// The rest stays in the log while Kafka is away.
constexpr std::int64_t kWaitingMax = 1000;
constexpr auto kMessageLimit = 10s;  // what is not there by then is sent anew, in its order
constexpr auto kAckLimit = 20s;      // shorter than the relay's lease on an event

kafka::ProducerOptions ProducerOptionsOf(const KafkaEvents::Options& options) {
  kafka::ProducerOptions producer;
  producer.brokers = options.brokers;
  producer.acks = kafka::Acks::kAll;
  producer.client_id = options.instance + ".events";
  producer.linger = 5ms;  // who waits for an event is a relay with others under way
  producer.message_timeout = kMessageLimit;
  producer.on_trouble = [](std::string_view detail, std::uint64_t) {
    telemetry::log::WriteLocal(telemetry::LogLevel::kWarn, "events.kafka_trouble", {{"detail", detail}});
  };
  return producer;
}

// "order.OrderPlaced", version 1, is marketplace.order.v1.OrderPlaced; null where this process has no such message.
const google::protobuf::Descriptor* MessageOf(const events::Event& event) {
  const std::string_view type = event.type();
  const auto dot = type.find('.');
  if (dot == type.npos) return nullptr;
  const auto name = "marketplace." + std::string(type.substr(0, dot)) + ".v" +
                    std::to_string(event.version()) + std::string(type.substr(dot));
  return google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
}

std::string KeyOf(const events::Event& event) {
  using google::protobuf::FieldDescriptor;
  const auto* type = MessageOf(event);
  const auto* field = type == nullptr ? nullptr : type->FindFieldByName("order_id");
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated())
    return event.aggregate();
  const std::unique_ptr<google::protobuf::Message> what(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!what->ParseFromString(event.payload())) return event.aggregate();
  auto order = what->GetReflection()->GetString(*what, field);
  return order.empty() ? event.aggregate() : order;
}

void RequireDelivered(std::optional<DropReason> dropped) {
  if (!dropped) return;
  const auto reason = std::string(kafka::kDropReasonNames[static_cast<std::size_t>(*dropped)]);
  if (*dropped == DropReason::kRefused || *dropped == DropReason::kTooLarge)
    throw std::runtime_error("Kafka refuses the event: " + reason);
  throw Unavailable("Kafka does not take the event: " + reason);
}

}  // namespace

events::Subscription::Options KafkaSubscription(outbox::Relay::Options relay,
                                                std::vector<std::string> types) {
  return {.subscriber = std::string(kSubscriber),
          .types = std::move(types),
          .key = KeyOf,
          .waiting_max = kWaitingMax,
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellKafka(SendToKafka send, std::string topic) {
  return [send = std::move(send), topic = std::move(topic)](const events::Event& event,
                                                            const telemetry::Span& span) -> Task<> {
    const auto key = KeyOf(event);
    const auto value = event.SerializeAsString();
    const auto trace = span.Context().ToTraceparent();
    const std::array<kafka::Header, 3> headers{
        {{"event.id", event.id()}, {"event.type", event.type()}, {"traceparent", trace}}};
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto outcome = std::make_shared<runtime::OneShot<std::optional<DropReason>>>();
    send({.topic = topic, .key = key, .value = value, .headers = headers},
         [executor, outcome](std::optional<DropReason> dropped) {
           boost::asio::post(executor, [outcome, dropped] { outcome->Set(dropped); });
         });
    RequireDelivered(co_await outcome->Wait(runtime::After(kAckLimit)));
  };
}

KafkaEvents::KafkaEvents(Options options)
    : options_(std::move(options)),
      producer_(std::make_unique<kafka::Producer>(ProducerOptionsOf(options_))) {
  kafka::RequireTopic(options_.topics + ".x.events");
}

SendToKafka KafkaEvents::Sending() {
  return [this](const kafka::Record& record, kafka::Told told) { Send(record, std::move(told)); };
}

void KafkaEvents::Send(const kafka::Record& record, kafka::Told told) {
  if (producer_->IsBroken()) BeginAnew();
  producer_->Send(record, std::move(told));
}

// What was under way is told that it is dropped, and tried again.
void KafkaEvents::BeginAnew() {
  telemetry::log::Warn("events.kafka_begins_anew");
  auto next = std::make_unique<kafka::Producer>(ProducerOptionsOf(options_));
  auto broken = std::exchange(producer_, std::move(next));
  closing_ = std::jthread([broken = std::move(broken)] { broken->Close(runtime::After(0ms)); });
}

}  // namespace market::host
