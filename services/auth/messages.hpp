// What leaves auth: what it tells user through its outbox, and the events of what happened.
#pragma once
#include <string>
#include <string_view>

#include "marketplace/auth/v1/events.pb.h"
#include "marketplace/user/v1/user.pb.h"
#include "platform/core/id.hpp"
#include "platform/events/event.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/api_key.hpp"
#include "services/auth/domain/mailed_token.hpp"
#include "services/auth/domain/session.hpp"

// As the generated interfaces call them, which this file does not need.
namespace market::api {
namespace auth = ::marketplace::auth::v1;
namespace user = ::marketplace::user::v1;
}  // namespace market::api

namespace market::auth {

// Payload: marketplace.user.v1.CreateProfileRequest.
inline constexpr std::string_view kProfileCreate = "profile.create";

api::user::CreateProfileRequest ProfileRequest(AccountId account, std::string_view display_name);
outbox::NewMessage ProfileMessage(AccountId account, std::string_view display_name, std::string trace);
// What such a message asks for. Throws std::runtime_error for a payload that is anything else.
api::user::CreateProfileRequest ProfileRequestFrom(const outbox::Message& message);

events::NewEvent AccountCreatedEvent(AccountId account);
// `version` of the account, as the act left it.
events::NewEvent RoleGrantedEvent(AccountId account, domain::Role role, std::int64_t version);
events::NewEvent RoleRevokedEvent(AccountId account, domain::Role role, std::int64_t version);
events::NewEvent AccountDisabledEvent(AccountId account, std::int64_t version);
events::NewEvent AccountEnabledEvent(AccountId account, std::int64_t version);
events::NewEvent AccountClosedEvent(AccountId account, std::int64_t version);
events::NewEvent SellerMemberAddedEvent(AccountId account, SellerId seller, domain::MemberRole role,
                                        std::int64_t version);
events::NewEvent SellerMemberRoleChangedEvent(AccountId account, SellerId seller, domain::MemberRole role,
                                              std::int64_t version);
events::NewEvent SellerMemberRemovedEvent(AccountId account, SellerId seller, std::int64_t version);

events::NewEvent PasswordChangedEvent(AccountId account, std::int64_t version);
events::NewEvent EmailVerifiedEvent(AccountId account, std::int64_t version);
events::NewEvent EmailChangedEvent(AccountId account, std::int64_t version);
events::NewEvent AccountClaimedEvent(AccountId account, std::int64_t version);
events::NewEvent TokenMailedEvent(const Uuid& token, AccountId account, domain::MailPurpose purpose,
                                  std::int64_t version);

enum class Device : std::uint8_t { kKnown, kNew };
events::NewEvent SessionOpenedEvent(const Uuid& session, AccountId account, Device device);
events::NewEvent SessionEndedEvent(const Uuid& session, AccountId account, domain::EndReason reason);

// The versions of a key are 1, made, and 2, revoked.
events::NewEvent ApiKeyCreatedEvent(const domain::ApiKey& key);
events::NewEvent ApiKeyRevokedEvent(const domain::ApiKey& key);

events::NewEvent SigningKeyRemovedEvent(const std::string& kid);

}  // namespace market::auth
