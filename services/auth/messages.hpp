// What auth tells the other services through its outbox.
#pragma once
#include <string>
#include <string_view>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/id.hpp"
#include "platform/outbox/outbox.hpp"

namespace market::auth {

// Payload: marketplace.user.v1.CreateProfileRequest.
inline constexpr std::string_view kProfileCreate = "profile.create";

api::user::CreateProfileRequest ProfileRequest(AccountId account, std::string_view display_name);
outbox::NewMessage ProfileMessage(AccountId account, std::string_view display_name, std::string trace);

}  // namespace market::auth
