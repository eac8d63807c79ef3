#include "services/order/domain/parcel.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "platform/core/error.hpp"

namespace market::order::domain {
namespace {

LineNow LineToSend(const SellerOrderId& part, std::int64_t quantity, std::int64_t cancelled = 0,
                   std::int64_t shipped = 0) {
  return {.part = part,
          .line = LineId::New(),
          .offer = OfferId::New(),
          .quantity = quantity,
          .cancelled = cancelled,
          .shipped = shipped,
          .total_minor = 100 * quantity};
}

TEST(Pack, NothingNamed_IsAllThatIsLeft) {
  const auto part = SellerOrderId::New();
  const std::array lines = {LineToSend(part, 3, 1, 1), LineToSend(part, 2, 2), LineToSend(part, 5)};
  const auto packed = Pack(part, lines, {});
  EXPECT_EQ(packed.units, (std::vector<Units>{{lines[0].line, 1}, {lines[2].line, 5}}));
  EXPECT_EQ(packed.part, State::kShipped);
}

TEST(Pack, TheLastUnits_ShipThePart) {
  const auto part = SellerOrderId::New();
  const std::array lines = {LineToSend(part, 3, 1, 1), LineToSend(part, 2)};
  EXPECT_EQ(Pack(part, lines, std::array{Units{lines[1].line, 2}}).part, State::kPartiallyShipped);
  EXPECT_EQ(Pack(part, lines, std::array{Units{lines[0].line, 1}}).part, State::kPartiallyShipped);
  const auto all = Pack(part, lines, std::array{Units{lines[1].line, 2}, Units{lines[0].line, 1}});
  EXPECT_EQ(all.part, State::kShipped);
  EXPECT_TRUE(all.IsLast());
}

TEST(Pack, MoreThanAreLeft_AreRefusedByName) {
  const auto part = SellerOrderId::New();
  const std::array lines = {LineToSend(part, 3, 1, 1), LineToSend(part, 2)};
  try {
    Pack(part, lines, std::array{Units{lines[1].line, 2}, Units{lines[0].line, 2}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
    EXPECT_EQ(error.message, "fewer units are left than are to be sent");
    ASSERT_EQ(error.fields.size(), 1u);
    EXPECT_EQ(error.fields[0].field, "lines[1].quantity");
    EXPECT_EQ(error.fields[0].detail, "1 of the line are left, not 2");
  }
  EXPECT_THROW(Pack(part, lines, std::array{Units{LineId::New(), 1}}), Error) << "no line of it";
  EXPECT_THROW(Pack(part, lines, std::array{Units{lines[0].line, 1}, Units{lines[0].line, 1}}), Error);
}

TEST(StepsWithoutRest, WhatHasAllArrived_IsDelivered) {
  const auto part = SellerOrderId::New();
  Parcel here{.id = ParcelId::New(), .part = part, .delivered_at = Time()};
  Parcel there{.id = ParcelId::New(), .part = part};
  const Parcel another{.id = ParcelId::New(), .part = SellerOrderId::New()};
  EXPECT_EQ(StepsWithoutRest(part, std::array{here, there, another}), std::vector{State::kShipped});
  EXPECT_EQ(StepsWithoutRest(part, std::array{here, another}),
            (std::vector{State::kShipped, State::kDelivered}));
  EXPECT_EQ(CountUnderWay(part, std::array{here, there, another}), 1u);
  EXPECT_EQ(CountUnderWay(part, std::array{here, there, another}, there.id), 0u);
}

}  // namespace
}  // namespace market::order::domain
