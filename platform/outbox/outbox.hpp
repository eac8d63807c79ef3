// Messages that leave with a business transaction or not at all (migration set "outbox").
//
//   batch.Add(kInsertOrder, …);
//   outbox::Append(batch, {.topic = "order.placed", .key = order_id.ToString(), .payload = bytes});
//   co_await database.Write(deadline, std::move(batch));
//   relay.Wake();
//
// Delivery is at least once, in order within a key, whatever the topics: append under the row lock of what
// the key names, so that the order of appending is the order of committing.
// Receivers know a repeated message by its id.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/task.hpp"

namespace market::outbox {

struct NewMessage {
  std::string topic;
  std::string key;      // empty: no order
  std::string payload;  // bytes
  std::string trace;    // W3C traceparent of the request that caused it
};

struct Message {
  Uuid id;
  std::string topic;
  std::string key;
  std::string payload;
  std::string trace;
  std::uint32_t attempt = 1;
};

// Give the message's id.
Uuid Append(postgres::Batch& batch, const NewMessage& message);
// One statement, in their order.
std::vector<Uuid> Append(postgres::Batch& batch, std::span<const NewMessage> messages);

// What waits of a topic under a key is not told any more; a delivery that is under way still ends.
void Withdraw(postgres::Batch& batch, std::string_view topic, std::string_view key);

// For a topic whose handler writes down what came of a message (Relay::Handle): deletes it in the handler's own
// transaction, unless another relay has taken it over.
void AppendDelivered(postgres::Batch& batch, const Message& message);

}  // namespace market::outbox
