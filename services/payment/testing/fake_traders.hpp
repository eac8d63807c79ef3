// The user service as payment's tests see it: who the traders of shops are.
#pragma once
#include <map>
#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"
#include "platform/core/id.hpp"

namespace market::payment {

class FakeTraders final : public api::UserStandIn {
 public:
  bool down = false;
  std::map<std::string, api::user::ShopTrader> shops;  // by id; there are no others

  // Known by its name alone.
  void Open(const SellerId& seller, const std::string& name) {
    auto& shop = shops[seller.ToString()];
    shop.set_display_name(name);
    shop.set_country_code("DE");
  }

  Task<api::user::ShopTrader> GetTrader(CallContext&, api::user::GetTraderRequest request) override {
    if (down) throw Unavailable("user is down");
    const auto found = shops.find(request.seller_id());
    if (found == shops.end()) throw NotFound("the shop");
    co_return found->second;
  }
};

}  // namespace market::payment
