#include "services/auth/api/convert.hpp"

#include "platform/conversions/conversions.hpp"

namespace market::auth {

using conversions::ToProto;

api::auth::Account ToProto(const domain::Account& account) {
  api::auth::Account message;
  message.set_id(account.id.ToString());
  message.set_email(account.email);
  for (const auto& role : account.roles) message.add_roles(std::string(Name(role)));
  for (const auto& [seller, role] : account.sellers) {
    auto& membership = *message.add_sellers();
    membership.set_seller_id(seller.ToString());
    membership.set_role(std::string(Name(role)));
  }
  *message.mutable_create_time() = ToProto(account.created_at);
  message.set_email_verified(account.email_verified);
  return message;
}

api::auth::LiveSession ToProto(const domain::LiveSession& session) {
  api::auth::LiveSession message;
  message.set_id(session.id.ToString());
  message.set_device(session.origin.device);
  message.set_address(session.origin.address);
  *message.mutable_create_time() = ToProto(session.created_at);
  *message.mutable_last_use_time() = ToProto(session.last_used_at);
  return message;
}

marketplace::type::v1::Key ToProto(const identity::PublicKey& key) {
  marketplace::type::v1::Key message;
  message.set_kty("EC");
  message.set_crv("P-256");
  message.set_x(key.x);
  message.set_y(key.y);
  message.set_kid(key.kid);
  message.set_alg("ES256");
  message.set_use("sig");
  return message;
}

}  // namespace market::auth
