// What leaves user: what it tells auth through its outbox, and the events of what happened.
#pragma once
#include <string>
#include <string_view>

#include "marketplace/auth/v1/auth.pb.h"
#include "marketplace/user/v1/events.pb.h"
#include "marketplace/user/v1/user.pb.h"
#include "platform/core/id.hpp"
#include "platform/events/event.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/user/domain/member.hpp"
#include "services/user/domain/seller.hpp"

// As the generated interfaces call them, which this file does not need.
namespace market::api {
namespace auth = ::marketplace::auth::v1;
namespace user = ::marketplace::user::v1;
}  // namespace market::api

namespace market::user {

// Payloads: marketplace.auth.v1.BindSellerRequest, UnbindSellerRequest.
inline constexpr std::string_view kSellerBind = "seller.bind";
inline constexpr std::string_view kSellerUnbind = "seller.unbind";

api::auth::BindSellerRequest BindingOf(const domain::Member& member);
// `version` is the one that the end of the membership has.
api::auth::UnbindSellerRequest UnbindingOf(SellerId seller, AccountId account, std::int64_t version);
outbox::NewMessage BindingMessage(const domain::Member& member, std::string trace);
outbox::NewMessage UnbindingMessage(SellerId seller, AccountId account, std::int64_t version,
                                    std::string trace);
// What such a message asks for. Throw std::runtime_error for a payload that is anything else.
api::auth::BindSellerRequest BindingFrom(const outbox::Message& message);
api::auth::UnbindSellerRequest UnbindingFrom(const outbox::Message& message);

api::user::Seller::State StateOf(domain::SellerState state);
// What others show of it.
api::user::SellerCard CardOf(const domain::Seller& seller);

// Of the seller as the act left it.
events::NewEvent SellerOpenedEvent(const domain::Seller& seller);
events::NewEvent SellerUpdatedEvent(const domain::Seller& seller);
events::NewEvent EventOf(domain::SellerAct act, const domain::Seller& seller);
events::NewEvent MemberInvitedEvent(const domain::Invitation& invitation);

}  // namespace market::user
