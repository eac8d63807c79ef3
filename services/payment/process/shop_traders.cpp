#include "services/payment/process/shop_traders.hpp"

#include <utility>

namespace market::payment {

Task<Party> ShopTraders::Of(CallContext& call, SellerId seller) {
  api::user::GetTraderRequest request;
  request.set_seller_id(seller.ToString());
  const auto shop = co_await users_->GetTrader(call, std::move(request));
  if (!shop.has_trader()) co_return Party{.name = shop.display_name(), .country_code = shop.country_code()};
  const auto& trader = shop.trader();
  co_return Party{.name = trader.legal_name(),
                  .lines = {trader.lines().begin(), trader.lines().end()},
                  .city = trader.city(),
                  .region = trader.region(),
                  .postal_code = trader.postal_code(),
                  .country_code = trader.country_code(),
                  .vat_number = trader.vat_number(),
                  .register_number = trader.register_number()};
}

}  // namespace market::payment
