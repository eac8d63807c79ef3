#include "services/auth/messages.hpp"

#include <stdexcept>

namespace market::auth {
namespace {

events::Subject About(AccountId account, std::int64_t version) {
  return {.aggregate = "account/" + account.ToString(), .version = version};
}

events::Subject About(AccountId account, SellerId seller, std::int64_t version) {
  auto about = About(account, version);
  about.seller = seller;
  return about;
}

api::auth::SessionEnded::Reason ReasonOf(domain::EndReason reason) {
  switch (reason) {
    case domain::EndReason::kSignedOut:
      return api::auth::SessionEnded::SIGNED_OUT;
    case domain::EndReason::kReused:
      return api::auth::SessionEnded::REUSED;
    case domain::EndReason::kEnded:
      return api::auth::SessionEnded::ENDED;
    case domain::EndReason::kPasswordChanged:
      return api::auth::SessionEnded::PASSWORD_CHANGED;
    case domain::EndReason::kDisabled:
      return api::auth::SessionEnded::DISABLED;
  }
  throw std::logic_error("no such reason");
}

}  // namespace

api::user::CreateProfileRequest ProfileRequest(AccountId account, std::string_view display_name) {
  api::user::CreateProfileRequest request;
  request.set_account_id(account.ToString());
  request.set_display_name(std::string(display_name));
  return request;
}

outbox::NewMessage ProfileMessage(AccountId account, std::string_view display_name, std::string trace) {
  return {.topic = std::string(kProfileCreate),
          .key = account.ToString(),
          .payload = ProfileRequest(account, display_name).SerializeAsString(),
          .trace = std::move(trace)};
}

api::user::CreateProfileRequest ProfileRequestFrom(const outbox::Message& message) {
  api::user::CreateProfileRequest request;
  if (!request.ParseFromString(message.payload) || !AccountId::Parse(request.account_id()) ||
      request.display_name().empty()) {
    throw std::runtime_error("the payload is not a CreateProfileRequest");
  }
  return request;
}

events::NewEvent AccountCreatedEvent(AccountId account) {
  api::auth::AccountCreated what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, 1));
}

events::NewEvent RoleGrantedEvent(AccountId account, domain::Role role, std::int64_t version) {
  api::auth::RoleGranted what;
  what.set_account_id(account.ToString());
  what.set_role(std::string(Name(role)));
  return events::Of(what, About(account, version));
}

events::NewEvent RoleRevokedEvent(AccountId account, domain::Role role, std::int64_t version) {
  api::auth::RoleRevoked what;
  what.set_account_id(account.ToString());
  what.set_role(std::string(Name(role)));
  return events::Of(what, About(account, version));
}

events::NewEvent AccountDisabledEvent(AccountId account, std::int64_t version) {
  api::auth::AccountDisabled what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent AccountEnabledEvent(AccountId account, std::int64_t version) {
  api::auth::AccountEnabled what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent AccountClosedEvent(AccountId account, std::int64_t version) {
  api::auth::AccountClosed what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent SellerMemberAddedEvent(AccountId account, SellerId seller, domain::MemberRole role,
                                        std::int64_t version) {
  api::auth::SellerMemberAdded what;
  what.set_account_id(account.ToString());
  what.set_seller_id(seller.ToString());
  what.set_role(std::string(Name(role)));
  return events::Of(what, About(account, seller, version));
}

events::NewEvent SellerMemberRoleChangedEvent(AccountId account, SellerId seller, domain::MemberRole role,
                                              std::int64_t version) {
  api::auth::SellerMemberRoleChanged what;
  what.set_account_id(account.ToString());
  what.set_seller_id(seller.ToString());
  what.set_role(std::string(Name(role)));
  return events::Of(what, About(account, seller, version));
}

events::NewEvent SellerMemberRemovedEvent(AccountId account, SellerId seller, std::int64_t version) {
  api::auth::SellerMemberRemoved what;
  what.set_account_id(account.ToString());
  what.set_seller_id(seller.ToString());
  return events::Of(what, About(account, seller, version));
}

events::NewEvent PasswordChangedEvent(AccountId account, std::int64_t version) {
  api::auth::PasswordChanged what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent EmailVerifiedEvent(AccountId account, std::int64_t version) {
  api::auth::EmailVerified what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent EmailChangedEvent(AccountId account, std::int64_t version) {
  api::auth::EmailChanged what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent AccountClaimedEvent(AccountId account, std::int64_t version) {
  api::auth::AccountClaimed what;
  what.set_account_id(account.ToString());
  return events::Of(what, About(account, version));
}

events::NewEvent TokenMailedEvent(const Uuid& token, AccountId account, domain::MailPurpose purpose,
                                  std::int64_t version) {
  api::auth::TokenMailed what;
  what.set_token_id(token.ToString());
  what.set_account_id(account.ToString());
  what.set_purpose(std::string(Name(purpose)));
  return events::Of(what, About(account, version));
}

events::NewEvent SessionOpenedEvent(const Uuid& session, AccountId account, Device device) {
  api::auth::SessionOpened what;
  what.set_session_id(session.ToString());
  what.set_account_id(account.ToString());
  what.set_new_device(device == Device::kNew);
  return events::Of(what, {.aggregate = "session/" + session.ToString(), .version = 1});
}

events::NewEvent SessionEndedEvent(const Uuid& session, AccountId account, domain::EndReason reason) {
  api::auth::SessionEnded what;
  what.set_session_id(session.ToString());
  what.set_account_id(account.ToString());
  what.set_reason(ReasonOf(reason));
  return events::Of(what, {.aggregate = "session/" + session.ToString(), .version = 2});
}

events::NewEvent ApiKeyCreatedEvent(const domain::ApiKey& key) {
  api::auth::ApiKeyCreated what;
  what.set_api_key_id(key.id.ToString());
  what.set_account_id(key.maker.ToString());
  if (key.seller) what.set_seller_id(key.seller->ToString());
  return events::Of(what, {.aggregate = "api_key/" + key.id.ToString(), .version = 1, .seller = key.seller});
}

events::NewEvent ApiKeyRevokedEvent(const domain::ApiKey& key) {
  api::auth::ApiKeyRevoked what;
  what.set_api_key_id(key.id.ToString());
  return events::Of(what, {.aggregate = "api_key/" + key.id.ToString(), .version = 2, .seller = key.seller});
}

events::NewEvent SigningKeyRemovedEvent(const std::string& kid) {
  api::auth::SigningKeyRemoved event;
  event.set_kid(kid);
  return events::Of(event, {.aggregate = "signing_key/" + kid});
}

}  // namespace market::auth
