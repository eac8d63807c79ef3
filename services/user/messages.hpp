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
#include "services/user/domain/seller.hpp"

// As the generated interfaces call them, which this file does not need.
namespace market::api {
namespace auth = ::marketplace::auth::v1;
namespace user = ::marketplace::user::v1;
}  // namespace market::api

namespace market::user {

// Payload: marketplace.auth.v1.BindSellerRequest.
inline constexpr std::string_view kSellerBind = "seller.bind";

api::auth::BindSellerRequest OwnerBinding(SellerId seller, AccountId owner);
outbox::NewMessage BindingMessage(SellerId seller, AccountId owner, std::string trace);
// What such a message asks for. Throws std::runtime_error for a payload that is anything else.
api::auth::BindSellerRequest BindingFrom(const outbox::Message& message);

api::user::Seller::State StateOf(domain::SellerState state);
// What others show of it.
api::user::SellerCard CardOf(const domain::Seller& seller);

// Of the seller as the act left it.
events::NewEvent SellerOpenedEvent(const domain::Seller& seller);
events::NewEvent SellerApprovedEvent(const domain::Seller& seller);

}  // namespace market::user
