// What happened, as a message in the transaction that did it (migration set "events").
//
//   batch.Add(kApproveSeller, …);
//   events::Append(batch, work, events::Of(approved, {.aggregate = "seller/" + id, .version = 2, .seller = id}));
//   co_await database.Write(work, std::move(batch));
//
// An event's type is its message: user.SellerApproved, version 1, is marketplace.user.v1.SellerApproved.
// Other processes read the log by feed_reader.hpp or subscription.hpp. Two acts on one aggregate are in the log in
// the order of their versions, unless their transactions raced for its row:
// who keeps state keeps the highest version.
#pragma once
#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "marketplace/type/v1/event.pb.h"
#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "platform/telemetry/work.hpp"

namespace market::events {

using Event = marketplace::type::v1::Event;

// What it happened to, and whom it concerns.
struct Subject {
  std::string aggregate;     // "seller/<id>"
  std::int64_t version = 1;  // that the act gave the aggregate
  std::optional<SellerId> seller = std::nullopt;
  std::optional<AccountId> buyer = std::nullopt;
};

struct NewEvent {
  std::string type;
  int version = 1;
  Subject about;
  std::string payload;
};

struct Type {
  std::string name;
  int version = 1;
};

// Throws std::logic_error for a message that is not one of marketplace.<service>.v<n>.
Type TypeOf(const google::protobuf::Descriptor& message);

// Of several, as a subscription names them.
template <class... Messages>
std::vector<std::string> NamesOf() {
  return {TypeOf(*Messages::descriptor()).name...};
}

NewEvent Of(const google::protobuf::Message& what, Subject about);

// In their order. The events carry the trace that `work` belongs to.
void Append(postgres::Batch& batch, const Work& work, std::span<const NewEvent> events);
void Append(postgres::Batch& batch, const Work& work, const NewEvent& event);

// Throws std::runtime_error unless the payload is of this version and can be read.
void Parse(const Event& event, google::protobuf::Message& what);

// Nothing when the event is of another type. Throws as Parse.
template <class Message>
std::optional<Message> As(const Event& event) {
  static const Type type = TypeOf(*Message::descriptor());
  if (event.type() != type.name) return std::nullopt;
  Message what;
  Parse(event, what);
  return what;
}

}  // namespace market::events
