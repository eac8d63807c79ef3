#include "platform/conversions/conversions.hpp"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include "platform/core/error.hpp"

namespace market::conversions {
namespace {

using google::protobuf::util::TimeUtil;

TEST(Conversions, Times_AreWhatProtobufMakesOfThem) {
  for (const std::int64_t micros : {0LL, 1LL, -1LL, 1'768'469'400'123'456LL, -1'000'001LL}) {
    const auto message = ToProto(Time(std::chrono::microseconds(micros)));
    EXPECT_EQ(message, TimeUtil::MicrosecondsToTimestamp(micros)) << micros;
  }
}

TEST(Conversions, Times_SurviveBothWays) {
  for (const auto* text : {"0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z",
                           "2026-11-29T04:00:00.000001Z", "9999-12-31T23:59:59.999999Z"}) {
    google::protobuf::Timestamp message;
    ASSERT_TRUE(TimeUtil::FromString(text, &message));
    EXPECT_EQ(ToProto(TimeFrom(message, "at")), message) << text;
  }
}

TEST(Conversions, WhatIsNoTime_IsRefusedByItsField) {
  for (const auto& [seconds, nanos] : std::initializer_list<std::pair<std::int64_t, std::int32_t>>{
           {-62'135'596'801, 0}, {253'402'300'800, 0}, {0, -1}, {0, 1'000'000'000}, {INT64_MAX, 0}}) {
    google::protobuf::Timestamp message;
    message.set_seconds(seconds);
    message.set_nanos(nanos);
    try {
      (void)TimeFrom(message, "createTimeFrom");
      ADD_FAILURE() << seconds << ' ' << nanos;
    } catch (const Error& error) {
      EXPECT_EQ(error.fields.at(0).field, "createTimeFrom");
    }
  }
}

TEST(Conversions, Money_SurvivesBothWays) {
  const Money money{-1999, Currency::Parse("EUR")};
  const auto message = ToProto(money);
  EXPECT_EQ(message.amount(), -1999);
  EXPECT_EQ(message.currency(), "EUR");
  EXPECT_EQ(MoneyFrom(message), money);
}

TEST(Conversions, MoneyInAnUnknownCurrency_IsRefused) {
  marketplace::type::v1::Money message;
  message.set_amount(1);
  message.set_currency("eur");
  EXPECT_THROW(MoneyFrom(message), Error);
}

}  // namespace
}  // namespace market::conversions
