#include "services/auth/api/convert.hpp"

#include <stdexcept>

#include "platform/conversions/conversions.hpp"

namespace market::auth {
namespace {

api::auth::Account::State StateOf(domain::AccountState state) {
  switch (state) {
    case domain::AccountState::kActive:
      return api::auth::Account::ACTIVE;
    case domain::AccountState::kDisabled:
      return api::auth::Account::DISABLED;
    case domain::AccountState::kClosed:
      return api::auth::Account::CLOSED;
  }
  throw std::logic_error("no such state");
}

api::auth::SigningKey::State StateOf(domain::KeyState state) {
  switch (state) {
    case domain::KeyState::kNext:
      return api::auth::SigningKey::NEXT;
    case domain::KeyState::kActive:
      return api::auth::SigningKey::ACTIVE;
    case domain::KeyState::kRetired:
      return api::auth::SigningKey::RETIRED;
    case domain::KeyState::kRemoved:
      return api::auth::SigningKey::REMOVED;
  }
  throw std::logic_error("no such state");
}

}  // namespace

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
  message.set_guest(account.guest);
  if (account.accepted_terms) message.set_accepted_terms(*account.accepted_terms);
  if (account.terms_accepted_at) *message.mutable_accept_terms_time() = ToProto(*account.terms_accepted_at);
  message.set_state(StateOf(account.state));
  if (account.disabled_at) *message.mutable_disable_time() = ToProto(*account.disabled_at);
  if (account.disabled_reason) message.set_disable_reason(*account.disabled_reason);
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

std::optional<std::string> GivenText(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<domain::AccountState> StateFrom(api::auth::Account::State state) {
  switch (state) {
    case api::auth::Account::ACTIVE:
      return domain::AccountState::kActive;
    case api::auth::Account::DISABLED:
      return domain::AccountState::kDisabled;
    case api::auth::Account::CLOSED:
      return domain::AccountState::kClosed;
    default:
      return std::nullopt;
  }
}

api::auth::ApiKey ToProto(const domain::ApiKey& key) {
  api::auth::ApiKey message;
  message.set_id(key.id.ToString());
  message.set_name(key.name);
  message.set_prefix(key.prefix);
  if (key.seller) message.set_seller_id(key.seller->ToString());
  message.set_account_id(key.maker.ToString());
  for (const auto& permission : key.permissions) message.add_permissions(permission);
  *message.mutable_create_time() = ToProto(key.created_at);
  *message.mutable_expire_time() = ToProto(key.expires_at);
  if (key.last_used_at) *message.mutable_last_use_time() = ToProto(*key.last_used_at);
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

api::auth::SigningKey ToProto(const domain::SigningKey& key) {
  api::auth::SigningKey message;
  message.set_kid(key.kid);
  message.set_state(StateOf(key.state));
  *message.mutable_create_time() = ToProto(key.created_at);
  if (key.activated_at) *message.mutable_activate_time() = ToProto(*key.activated_at);
  if (key.retired_at) *message.mutable_retire_time() = ToProto(*key.retired_at);
  if (key.removed_at) *message.mutable_remove_time() = ToProto(*key.removed_at);
  return message;
}

}  // namespace market::auth
