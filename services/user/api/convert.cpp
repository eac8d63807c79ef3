#include "services/user/api/convert.hpp"

#include "platform/conversions/conversions.hpp"
#include "platform/conversions/picture.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/user/messages.hpp"

namespace market::user {

using conversions::ToProto;

api::user::Profile ToProto(const domain::Profile& profile) {
  api::user::Profile message;
  message.set_id(profile.id.ToString());
  message.set_display_name(profile.display_name);
  message.set_given_name(profile.given_name);
  message.set_family_name(profile.family_name);
  message.set_phone(profile.phone);
  message.set_locale(profile.locale);
  *message.mutable_create_time() = ToProto(profile.created_at);
  *message.mutable_update_time() = ToProto(profile.updated_at);
  message.set_etag(std::to_string(profile.version));
  return message;
}

api::user::MyPicture ToProto(const domain::Picture& picture) {
  api::user::MyPicture message;
  message.set_id(picture.id.ToString());
  message.set_alt_text(picture.alt_text);
  conversions::ShowPicture(message, PicturePlace::kPeople, picture.content, picture.look);
  *message.mutable_create_time() = conversions::ToProto(picture.created_at);
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
  *message.mutable_create_time() = ToProto(address.created_at);
  *message.mutable_update_time() = ToProto(address.updated_at);
  message.set_etag(std::to_string(address.version));
  return message;
}

domain::Address AddressFrom(domain::AddressId id, const api::user::Address& message) {
  return {.id = id,
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
  rpc::PartialUpdate(message, mask)
      .Take("display_name", message.display_name(), change.display_name)
      .Take("given_name", message.given_name(), change.given_name)
      .Take("family_name", message.family_name(), change.family_name)
      .Take("phone", message.phone(), change.phone)
      .Take("locale", message.locale(), change.locale);
  return change;
}

domain::AddressChange ChangeFrom(const api::user::Address& message, const google::protobuf::FieldMask& mask) {
  domain::AddressChange change;
  const std::vector<std::string> lines(message.lines().begin(), message.lines().end());
  rpc::PartialUpdate(message, mask)
      .Take("recipient", message.recipient(), change.recipient)
      .Take("lines", lines, change.lines)
      .Take("city", message.city(), change.city)
      .Take("region", message.region(), change.region)
      .Take("postal_code", message.postal_code(), change.postal_code)
      .Take("country_code", message.country_code(), change.country_code)
      .Take("phone", message.phone(), change.phone)
      .Take("is_default", message.is_default(), change.is_default);
  return change;
}

}  // namespace market::user
