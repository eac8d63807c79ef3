#include "platform/conversions/conversions.hpp"

namespace market::conversions {

google::protobuf::Timestamp ToProto(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds.time_since_epoch().count());
  message.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
  return message;
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
