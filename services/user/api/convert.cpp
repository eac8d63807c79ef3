#include "services/user/api/convert.hpp"

#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <initializer_list>
#include <string_view>

#include "platform/core/error.hpp"

namespace market::user {
namespace {

google::protobuf::Timestamp ToTimestamp(Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(time.time_since_epoch().count());
}

// One mutable field of a message: fills the change if it is among the changed ones.
class Mask {
 public:
  Mask(const google::protobuf::FieldMask& mask, std::initializer_list<std::string_view> output_only)
      : mask_(mask) {
    for (const auto name : output_only) known_.push_back(name);
  }

  template <class T, class Value>
  Mask& Take(std::string_view name, const Value& value, bool present, std::optional<T>& target) {
    known_.push_back(name);
    const bool changes = mask_.paths().empty() ? present : Contains(name);
    if (changes) target.emplace(value);
    return *this;
  }
  Mask& Take(std::string_view name, const std::string& value, std::optional<std::string>& target) {
    return Take(name, value, !value.empty(), target);
  }

  void RefuseUnknown() const {
    for (const auto& path : mask_.paths()) {
      if (std::ranges::find(known_, path) == known_.end()) {
        throw InvalidArgument("updateMask", "UNKNOWN_FIELD", "there is no field " + path);
      }
    }
  }

 private:
  bool Contains(std::string_view name) const {
    return std::ranges::find(mask_.paths(), name) != mask_.paths().end();
  }

  const google::protobuf::FieldMask& mask_;
  std::vector<std::string_view> known_;
};

}  // namespace

api::user::Profile ToProto(const domain::Profile& profile) {
  api::user::Profile message;
  message.set_id(profile.id.ToString());
  message.set_display_name(profile.display_name);
  message.set_given_name(profile.given_name);
  message.set_family_name(profile.family_name);
  message.set_phone(profile.phone);
  message.set_locale(profile.locale);
  *message.mutable_create_time() = ToTimestamp(profile.created_at);
  *message.mutable_update_time() = ToTimestamp(profile.updated_at);
  message.set_etag(std::to_string(profile.version));
  return message;
}

api::user::Address ToProto(const domain::Address& address) {
  api::user::Address message;
  message.set_id(address.id.ToString());
  message.set_recipient(address.recipient);
  for (const auto& line : address.lines) message.add_lines(line);
  message.set_city(address.city);
  message.set_region(address.region);
  message.set_postal_code(address.postal_code);
  message.set_country_code(address.country_code);
  message.set_phone(address.phone);
  message.set_is_default(address.is_default);
  *message.mutable_create_time() = ToTimestamp(address.created_at);
  *message.mutable_update_time() = ToTimestamp(address.updated_at);
  message.set_etag(std::to_string(address.version));
  return message;
}

api::user::Seller ToProto(const domain::Seller& seller) {
  api::user::Seller message;
  message.set_id(seller.id.ToString());
  message.set_display_name(seller.display_name);
  message.set_slug(seller.slug);
  message.set_country_code(seller.country_code);
  switch (seller.state) {
    case domain::SellerState::kPending:
      message.set_state(api::user::Seller::PENDING);
      break;
    case domain::SellerState::kActive:
      message.set_state(api::user::Seller::ACTIVE);
      break;
    case domain::SellerState::kSuspended:
      message.set_state(api::user::Seller::SUSPENDED);
      break;
  }
  *message.mutable_create_time() = ToTimestamp(seller.created_at);
  *message.mutable_update_time() = ToTimestamp(seller.updated_at);
  message.set_etag(std::to_string(seller.version));
  return message;
}

domain::Address AddressFrom(const api::user::Address& message) {
  return {.id = domain::AddressId::New(),
          .recipient = message.recipient(),
          .lines = {message.lines().begin(), message.lines().end()},
          .city = message.city(),
          .region = message.region(),
          .postal_code = message.postal_code(),
          .country_code = message.country_code(),
          .phone = message.phone(),
          .is_default = message.is_default()};
}

domain::ProfileChange ChangeFrom(const api::user::Profile& message, const google::protobuf::FieldMask& mask) {
  domain::ProfileChange change;
  Mask(mask, {"id", "create_time", "update_time", "etag"})
      .Take("display_name", message.display_name(), change.display_name)
      .Take("given_name", message.given_name(), change.given_name)
      .Take("family_name", message.family_name(), change.family_name)
      .Take("phone", message.phone(), change.phone)
      .Take("locale", message.locale(), change.locale)
      .RefuseUnknown();
  return change;
}

domain::AddressChange ChangeFrom(const api::user::Address& message, const google::protobuf::FieldMask& mask) {
  domain::AddressChange change;
  const std::vector<std::string> lines(message.lines().begin(), message.lines().end());
  Mask(mask, {"id", "create_time", "update_time", "etag"})
      .Take("recipient", message.recipient(), change.recipient)
      .Take("lines", lines, !lines.empty(), change.lines)
      .Take("city", message.city(), change.city)
      .Take("region", message.region(), change.region)
      .Take("postal_code", message.postal_code(), change.postal_code)
      .Take("country_code", message.country_code(), change.country_code)
      .Take("phone", message.phone(), change.phone)
      .Take("is_default", message.is_default(), message.is_default(), change.is_default)
      .RefuseUnknown();
  return change;
}

storage::ExpectedVersion VersionFrom(const std::string& if_match) {
  if (if_match.empty() || if_match == "*") return std::nullopt;
  constexpr std::int64_t kNoVersion = -1;
  std::int64_t version = kNoVersion;
  const auto* end = if_match.data() + if_match.size();
  const auto [at, error] = std::from_chars(if_match.data(), end, version);
  return error == std::errc() && at == end ? version : kNoVersion;
}

}  // namespace market::user
