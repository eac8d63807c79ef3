// From what a buyer wants to what it costs: prices are the offers', never the client's.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/order/domain/order.hpp"
#include "services/order/domain/terms.hpp"

namespace market::order::domain {

inline constexpr std::int64_t kTotalMinorMax =
    1'000'000'000'000;  // 10 billion major units: below 2^53 with room

struct Item {
  OfferId offer;
  std::int64_t quantity = 0;
};

// An offer as the product service described it a moment ago.
struct Offer {
  OfferId id;
  ProductId product;
  SellerId seller;
  std::string title;
  std::string sku;
  std::map<std::string, std::string> options;
  std::optional<Money> price;  // in the currency of the order; none: it is not sold in it
  std::int64_t available = 0;
  bool for_sale = false;
  std::int64_t weight_grams = 0;  // of one unit; 0: nobody knows
  std::string tax_class = {};     // "": the standard one
  std::vector<CategoryId> categories =
      {};  // of the product, those above first; only where they were asked for
  std::optional<std::string> picture = {};  // where a small one of the product is
};

// One line per offer, quantities summed, in the order of first mention.
std::vector<Item> Merge(std::span<const Item> items);

struct PricedPart {
  SellerId seller;
  std::vector<Line> lines;
  Delivery delivery = {};
  Money total;
};

struct Priced {
  std::vector<PricedPart> parts;  // by seller, in the order of first mention
  Money total;
  // Names the lines and says their prices: the same as long as the buyer would pay the same for the same.
  std::string quote_hash;
};

// Throws Error: OFFER_UNAVAILABLE and NO_PRICE_IN_CURRENCY naming the items that can't be bought.
void RequireForSale(std::span<const Item> items, std::span<const Offer> offers);

// `items` are merged, the prices of `offers` are all in one currency. Throws Error as RequireForSale, and
// AMOUNT_TOO_LARGE.
Priced Price(std::span<const Item> items, std::span<const Offer> offers, const Terms& terms);

// Of which nothing is left at all, in the order of `items`. Where something is, the reservation knows best.
std::vector<Shortage> SoldOut(std::span<const Item> items, std::span<const Offer> offers);

struct PriceChange {
  OfferId offer;
  Money before;
  Money now;
};

// What one seller's part and its delivery cost.
struct PartCost {
  Money delivery;
  Money total;

  bool operator==(const PartCost&) const = default;
};

struct PartChange {
  SellerId seller;
  PartCost before;
  PartCost now;
};

struct Changes {
  std::vector<PriceChange> lines;  // whose unit costs something else
  std::vector<PartChange> parts;   // that cost something else, for whatever reason

  bool Empty() const { return lines.empty() && parts.empty(); }
};

// What costs something else than the quote of the same items promised; nothing for an empty quote_hash.
// Throws Error INVALID_ARGUMENT when it is no quote of these items.
Changes ChangesSince(std::string_view quote_hash, const Priced& priced);

// "261124-8F3K2M9Q": the day and forty bits of `chance` in Crockford's base 32, for people to read out.
std::string OrderNumber(Time day, std::uint64_t chance);
// Gives the order its number, and each part that with its position.
void SetNumber(Order& order, const std::string& number);

// A fresh order, PENDING_PAYMENT in all parts, with a number that another may have by chance.
Order MakeOrder(const Uuid& operation_id, const AccountId& buyer, Priced priced, Address address,
                std::string payment_method, Time now);

}  // namespace market::order::domain
