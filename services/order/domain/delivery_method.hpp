// The ways in which a shop sends what it sells, and which of them an order can go. Pure; minor units of the order's
// currency.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/words.hpp"
#include "services/order/domain/delivery.hpp"

namespace market::order::domain {

inline constexpr int kDeliveryMethodsMax = 20;  // of a shop

// What the bands of a price go by.
enum class DeliveryBasis : std::uint8_t { kOrderValue, kWeight };
inline constexpr Words<DeliveryBasis, 2> kDeliveryBases{"basis of a delivery's price",
                                                        {"ORDER_VALUE", "WEIGHT"}};
inline std::string_view Name(DeliveryBasis basis) { return kDeliveryBases.Name(basis); }
inline void FromText(std::string_view word, DeliveryBasis& basis) { basis = kDeliveryBases.Require(word); }

struct DeliveryBand {
  std::int64_t from = 0;  // minor units, or grams
  std::int64_t amount_minor = 0;

  bool operator==(const DeliveryBand&) const = default;
};

struct DeliveryPrice {
  Currency currency;
  std::vector<DeliveryBand> bands;  // by ascending `from`, the first from 0
  std::optional<std::int64_t> free_from_minor = {};

  bool operator==(const DeliveryPrice&) const = default;
};

struct DeliveryMethod {
  DeliveryMethodId id;
  SellerId seller;
  std::string name;
  std::vector<std::string> countries = {};  // none: everywhere
  DeliveryBasis basis = DeliveryBasis::kOrderValue;
  std::vector<DeliveryPrice> prices = {};  // by currency
  std::optional<std::int64_t> max_weight_grams = {};
  std::int64_t days_from = 0;
  std::int64_t days_to = 0;
  std::string pickup_place = {};  // "": it is sent
  std::int64_t version = 1;
  Time created_at = {};
  Time updated_at = {};

  domain::Way Way() const;
};

// What one field alone does not tell. Throws Error INVALID_ARGUMENT, naming fields of `at`.
void Check(const DeliveryMethod& method, const std::string& at = "deliveryMethod");

// What one seller is to send.
struct Consignment {
  Currency currency;
  std::int64_t value_minor = 0;   // of the goods, before discounts
  std::int64_t weight_grams = 0;  // of what was weighed
  std::string country = {};       // where it goes; "": nobody has said yet
};

// Why it can't be sent.
enum class NotSent : std::uint8_t { kMethodUnknown, kCountryNotServed, kNoPrice, kTooHeavy };
inline constexpr Words<NotSent, 4> kNotSents{
    "reason of no delivery", {"METHOD_UNKNOWN", "COUNTRY_NOT_SERVED", "NO_PRICE_IN_CURRENCY", "TOO_HEAVY"}};
inline std::string_view Name(NotSent why) { return kNotSents.Name(why); }

// Whoever fetches something may be from anywhere.
std::variant<std::int64_t, NotSent> PriceOf(const DeliveryMethod& method, const Consignment& consignment);

// A way in which it can be sent, and for what.
struct DeliveryOption {
  Way way = {};
  std::int64_t price_minor = 0;

  bool operator==(const DeliveryOption&) const = default;
};

// The cheapest first. Of a shop without methods: one, for nothing.
std::vector<DeliveryOption> OptionsFor(const Consignment& consignment,
                                       std::span<const DeliveryMethod> of_seller);

// Why nothing can be chosen.
struct Unavailable {
  std::optional<DeliveryMethodId> method;  // that was chosen
  NotSent why = NotSent::kMethodUnknown;
};

// What was wanted; where nothing was the cheapest that is sent, or else fetched.
std::variant<DeliveryOption, Unavailable> Choose(std::span<const DeliveryOption> options,
                                                 const Consignment& consignment,
                                                 std::span<const DeliveryMethod> of_seller,
                                                 const std::optional<DeliveryMethodId>& wanted);

}  // namespace market::order::domain
