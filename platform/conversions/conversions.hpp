// Values of platform/core as the contract's shared messages, and back. Pure; any thread.
#pragma once
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "marketplace/type/v1/money.pb.h"
#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"

namespace market::conversions {

google::protobuf::Timestamp ToProto(Time time);
marketplace::type::v1::Money ToProto(const Money& money);

// Throws Error INVALID_ARGUMENT, naming the field, for what is no time of the years 1 to 9999 (timestamp.proto).
Time TimeFrom(const google::protobuf::Timestamp& message, std::string field);
// Throws Error INVALID_ARGUMENT for a currency that the marketplace does not trade in.
Money MoneyFrom(const marketplace::type::v1::Money& message);

}  // namespace market::conversions
