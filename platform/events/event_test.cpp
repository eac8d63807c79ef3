#include "platform/events/event.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "google/rpc/status.pb.h"
#include "marketplace/probe/v1/probe.pb.h"

namespace market::events {
namespace {

using marketplace::probe::v1::Plain;
using marketplace::probe::v1::ProbeReply;

Event Arrived(const NewEvent& made) {
  Event event;
  event.set_id(Uuid::NewV7().ToString());
  event.set_type(made.type);
  event.set_version(made.version);
  event.set_payload(made.payload);
  return event;
}

TEST(Event, Type_IsItsMessage) {
  const auto type = TypeOf(*ProbeReply::descriptor());
  EXPECT_EQ(type.name, "probe.ProbeReply");
  EXPECT_EQ(type.version, 1);
  EXPECT_THROW(TypeOf(*google::rpc::Status::descriptor()), std::logic_error);
}

TEST(Event, As_ReadsItsOwnTypeOnly) {
  Plain what;
  what.set_number(7);
  const auto event = Arrived(Of(what, {.aggregate = "plain/1"}));
  EXPECT_EQ(As<Plain>(event).value().number(), 7);
  EXPECT_FALSE(As<ProbeReply>(event).has_value());
}

TEST(Event, UnknownPayload_IsAnError) {
  const auto good = Arrived(Of(Plain(), {.aggregate = "plain/1"}));
  auto newer = good;
  newer.set_version(2);
  EXPECT_THROW(As<Plain>(newer), std::runtime_error);
  auto torn = good;
  torn.set_payload("\x08");  // the number is missing
  EXPECT_THROW(As<Plain>(torn), std::runtime_error);
  EXPECT_FALSE(As<ProbeReply>(torn).has_value()) << "nobody asked for it";
}

}  // namespace
}  // namespace market::events
