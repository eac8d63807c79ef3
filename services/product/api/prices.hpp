// What a shop says of its prices, as far as one field does not tell: in which currencies, and when. Pure.
#pragma once
#include <string>

#include "marketplace/product/v1/product.pb.h"
#include "services/product/domain/market.hpp"
#include "services/product/storage/prices.hpp"

namespace market::product {

// All throw Error INVALID_ARGUMENT that names the field, which begins with `where` ("offer."):
// UNKNOWN_CURRENCY for one that the market does not sell in, OVERLAPS for two prices that would apply at
// once, DUPLICATE for two without times, OUT_OF_RANGE for times or a comparison the wrong way round.
void CheckPrice(const marketplace::type::v1::Money& price, const domain::Market& market,
                const std::string& where);
void CheckPrices(const storage::PriceRows& prices, const domain::Market& market, const std::string& where);
// `price` is one of `prices`, whether it is there or not: not another one without times in its currency.
void CheckPrices(const marketplace::type::v1::Money& price, const storage::PriceRows& prices,
                 const domain::Market& market, const std::string& where);

}  // namespace market::product
