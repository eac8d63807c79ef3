// What user tells the other services through its outbox.
#pragma once
#include <string>
#include <string_view>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/core/id.hpp"
#include "platform/outbox/outbox.hpp"

namespace market::user {

// Payload: marketplace.auth.v1.BindSellerRequest.
inline constexpr std::string_view kSellerBind = "seller.bind";

api::auth::BindSellerRequest OwnerBinding(SellerId seller, AccountId owner);
outbox::NewMessage BindingMessage(SellerId seller, AccountId owner, std::string trace);

}  // namespace market::user
