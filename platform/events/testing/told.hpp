// For the tests of storages: what the log of a service tells.
#pragma once
#include <string>

#include "platform/events/event.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::events {

// About one aggregate, in the order of the log: "user.SellerOpened 1,
// user.SellerApproved 2"; "" without events.
inline std::string Told(const testing::TemporaryDatabase& disk, const std::string& aggregate) {
  return disk.Execute(
      "SELECT string_agg(type || ' ' || aggregate_version, ', ' ORDER BY xid, seq) FROM event WHERE " +
      ("aggregate = '" + aggregate + "'"));
}

// The last event of this type about an aggregate.
template <class Message>
Message LastTold(const testing::TemporaryDatabase& disk, const std::string& aggregate) {
  const auto type = TypeOf(*Message::descriptor());
  const auto hex = disk.Execute("SELECT encode(payload, 'hex') FROM event WHERE aggregate = '" + aggregate +
                                "' AND type = '" + type.name + "' ORDER BY xid DESC, seq DESC LIMIT 1");
  Event event;
  event.set_type(type.name);
  event.set_version(type.version);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    event.mutable_payload()->push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return As<Message>(event).value();
}

}  // namespace market::events
