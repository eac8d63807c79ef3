// Prices as the tables have them (migrations/0006_prices.sql): which price of an offer applies now, and all
// that a shop has said of its prices.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/core/clock.hpp"
#include "platform/postgres/columns.hpp"
#include "platform/postgres/sql.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

using PriceRows = google::protobuf::RepeatedPtrField<api::product::PriceRow>;

inline constexpr int kPricesMax = 20;  // of an offer

// Whether the period r is the present one. Who reads with an earlier clock than what was set, because it
// waited for that, sees it as it was then.
inline constexpr postgres::Sql kApplies{
    "r.starts_at <= greatest(market_now(), r.set_at) AND r.ends_at > greatest(market_now(), r.set_at) "};
// The price r of offer o now, in a currency: an offer that has none in it is left out.
constexpr auto PriceIn(const auto& currency) {
  return "JOIN price_period r ON r.offer_id = o.id AND r.currency = " + currency + " AND " + kApplies;
}
// In the currency in which its shop sees it: there is always one.
inline constexpr auto kOwnPrice = PriceIn(postgres::Sql{"o.own_currency"});

inline constexpr auto kSetAmount = [](api::product::Offer& offer, std::int64_t minor) {
  offer.mutable_price()->set_amount(minor);
};
inline constexpr auto kSetCurrency = [](api::product::Offer& offer, std::string_view code) {
  offer.mutable_price()->mutable_currency()->assign(code);
};
inline constexpr auto kSetCompared = [](api::product::Offer& offer, std::optional<std::int64_t> minor) {
  if (!minor) return;
  *offer.mutable_compare_at() = offer.price();
  offer.mutable_compare_at()->set_amount(*minor);
};
// After the other three. What has cost nothing before is no cheaper than it was.
inline constexpr auto kSetLowest = [](api::product::Offer& offer, std::optional<std::int64_t> minor) {
  if (!minor) return offer.clear_compare_at();
  *offer.mutable_lowest_price_30d() = offer.price();
  offer.mutable_lowest_price_30d()->set_amount(*minor);
};
// Of the price r; of o where a statement has chosen it with its price.
inline constexpr postgres::Columns kPrice{
    postgres::Column{"r.amount", kSetAmount}, postgres::Column{"r.currency", kSetCurrency},
    postgres::Column{"r.compare_at", kSetCompared}, postgres::Column{"r.lowest_before", kSetLowest}};
inline constexpr postgres::Columns kGivenPrice{
    postgres::Column{"o.amount", kSetAmount}, postgres::Column{"o.currency", kSetCurrency},
    postgres::Column{"o.compare_at", kSetCompared}, postgres::Column{"o.lowest_before", kSetLowest}};

// When its prices begin and end; nothing where they do not.
void SetStarts(api::product::Offer& offer, std::vector<std::optional<Time>> times);
void SetEnds(api::product::Offer& offer, std::vector<std::optional<Time>> times);

// All prices of offer o, by currency, the one without times first.
inline constexpr postgres::Sql kPricesOfOffer{
    "CROSS JOIN LATERAL (SELECT array_agg(currency ORDER BY currency, timed, starts_at) AS currencies,"
    "  array_agg(amount ORDER BY currency, timed, starts_at) AS amounts,"
    "  array_agg(compare_at ORDER BY currency, timed, starts_at) AS compared,"
    "  array_agg(nullif(starts_at, '-infinity') ORDER BY currency, timed, starts_at) AS starts,"
    "  array_agg(nullif(ends_at, 'infinity') ORDER BY currency, timed, starts_at) AS ends"
    "  FROM offer_price, LATERAL (SELECT starts_at > '-infinity' OR ends_at < 'infinity' AS timed) t"
    "  WHERE offer_id = o.id) w "};
inline constexpr postgres::Columns kPrices{
    postgres::Column{"w.currencies",
                     [](api::product::Offer& offer, std::vector<std::string> codes) {
                       for (auto& code : codes)
                         offer.add_prices()->mutable_price()->set_currency(std::move(code));
                     }},
    postgres::Column{"w.amounts",
                     [](api::product::Offer& offer, std::vector<std::int64_t> amounts) {
                       for (int i = 0; i < offer.prices_size(); ++i)
                         offer.mutable_prices(i)->mutable_price()->set_amount(
                             amounts.at(static_cast<std::size_t>(i)));
                     }},
    postgres::Column{"w.compared",
                     [](api::product::Offer& offer, std::vector<std::optional<std::int64_t>> compared) {
                       for (int i = 0; i < offer.prices_size(); ++i) {
                         const auto& minor = compared.at(static_cast<std::size_t>(i));
                         if (!minor) continue;
                         auto& row = *offer.mutable_prices(i);
                         *row.mutable_compare_at() = row.price();
                         row.mutable_compare_at()->set_amount(*minor);
                       }
                     }},
    postgres::Column{"w.starts", SetStarts}, postgres::Column{"w.ends", SetEnds}};

// Makes these all prices of offer $1, whose row the caller has locked or made: PriceColumns.
inline constexpr postgres::Statement kSetPrices{"offer.set_prices",
                                                "SELECT set_prices($1, $2, $3, $4, $5, $6)"};

// Prices as the arrays of that statement; refers to them.
struct PriceColumns {
  explicit PriceColumns(const PriceRows& prices);
  std::vector<std::string_view> currencies;
  std::vector<std::optional<Time>> starts;
  std::vector<std::optional<Time>> ends;
  std::vector<std::int64_t> amounts;
  std::vector<std::optional<std::int64_t>> compared;
};

// Whether it applies whenever no other does.
inline bool IsStanding(const api::product::PriceRow& row) { return !row.has_from() && !row.has_until(); }

// Puts the price without times in the place of that of its currency; what it was compared with stays, while
// that is more.
void SetStanding(PriceRows& prices, const marketplace::type::v1::Money& price);
// By currency, the one without times first, as they are read; times as precise as they are kept.
void Arrange(PriceRows& prices);
// Of the currency, or else of the first one that has any, without times; null: there is none.
const api::product::PriceRow* StandingIn(const PriceRows& prices, std::string_view currency);

}  // namespace market::product::storage
