#include "platform/conversions/conversions.hpp"

#include "platform/core/error.hpp"

namespace market::conversions {
namespace {

constexpr std::int64_t kYear1 = -62'135'596'800;
constexpr std::int64_t kYear10000 = 253'402'300'800;
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;

}  // namespace

google::protobuf::Timestamp ToProto(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds.time_since_epoch().count());
  message.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
  return message;
}

Time TimeFrom(const google::protobuf::Timestamp& message, std::string field) {
  if (message.seconds() < kYear1 || message.seconds() >= kYear10000 || message.nanos() < 0 ||
      message.nanos() >= kNanosPerSecond) {
    throw InvalidArgument(std::move(field), "MALFORMED", "must be a time of the years 1 to 9999");
  }
  return Time(std::chrono::seconds(message.seconds()) +
              std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(message.nanos())));
}

marketplace::type::v1::Money ToProto(const Money& money) {
  marketplace::type::v1::Money message;
  message.set_amount(money.minor);
  message.set_currency(std::string(money.currency.Code()));
  return message;
}

Money MoneyFrom(const marketplace::type::v1::Money& message) {
  return {message.amount(), Currency::Parse(message.currency())};
}

}  // namespace market::conversions
