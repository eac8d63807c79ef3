// User's sellers, in memory by its feed (platform/events/cards.hpp), about a second old.
#pragma once
#include "marketplace/user/v1/user.market.hpp"
#include "platform/events/cards.hpp"

namespace market::peers {

using SellerCards = events::Cards<api::user::SellerCard>;

// Where the cards come from. `users` must outlive what it is given to.
SellerCards::Source SellersOf(api::UserApi& users);

}  // namespace market::peers
