// An offer as its shop sees it: with what nobody else is shown.
#pragma once
#include "services/product/storage/rows.hpp"

namespace market::product::storage {

// Of offer o with its price r, its stock s and its prices w.
inline constexpr postgres::Columns kWholeOffer{
    kOffer,
    postgres::Column{"s.on_hand",
                     [](api::product::Offer& offer, std::int64_t units) { offer.set_on_hand(units); }},
    postgres::Column{"s.low_at",
                     [](api::product::Offer& offer, std::optional<std::int64_t> units) {
                       if (units) offer.set_low_stock_threshold(*units);
                     }},
    postgres::Column{"o.detached_reason",
                     [](api::product::Offer& offer, std::optional<std::string_view> reason) {
                       if (reason) offer.mutable_detached_reason()->assign(*reason);
                     }},
    kPrices};
inline constexpr postgres::ComposedStatement kOwnOffer{
    "offer.own", "SELECT " + kWholeOffer + " FROM offer o " + kOwnPrice + kStockOfOffer + kPricesOfOffer +
                     "WHERE o.id = $1 AND o.seller_id = ANY($2)"};

// Error NOT_FOUND without a row.
inline api::product::Offer OnlyOffer(const postgres::Result& result) {
  auto offer = kWholeOffer.ReadAtMostOne(result);
  if (!offer) throw NotFound("the offer");
  return std::move(*offer);
}

}  // namespace market::product::storage
