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
