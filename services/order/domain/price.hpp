// What an amount of an order is made of: what was asked, what was taken off, and the tax that is in it or comes
// on top. Pure; minor units of the order's currency.
//
// A tax is rounded half up, once, for each amount that is written down. What several share is shared by largest
// remainder, so that the shares always add up to the whole (architecture, section 11).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/words.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::domain {

// Who bears a discount.
enum class Funder : std::uint8_t { kSeller, kMarketplace };
inline constexpr Words<Funder, 2> kFunders{"funder of a discount", {"SELLER", "MARKETPLACE"}};
inline std::string_view Name(Funder funder) { return kFunders.Name(funder); }

struct Discount {
  std::string source;  // the rule that gave it: its kind and id
  Funder funder = Funder::kSeller;
  std::int64_t amount_minor = 0;

  bool operator==(const Discount&) const = default;
};

std::int64_t SumOf(std::span<const Discount> discounts);
// Of that what this one bears.
std::int64_t SumOf(std::span<const Discount> discounts, Funder funder);

// Whether the prices of the market have their tax in them, or it is added to them.
enum class TaxMode : std::uint8_t { kIncluded, kAdded };
inline constexpr Words<TaxMode, 2> kTaxModes{"mode of a tax", {"INCLUDED", "ADDED"}};
inline std::string_view Name(TaxMode mode) { return kTaxModes.Name(mode); }
inline void FromText(std::string_view word, TaxMode& mode) { mode = kTaxModes.Require(word); }

// Why there is no tax on a price.
enum class NoTax : std::uint8_t { kNone, kNotCharged, kNotRegistered, kNoRate, kZeroRated, kAddressNeeded };
inline constexpr Words<NoTax, 6> kNoTaxes{
    "reason of no tax",
    {"", "NOT_CHARGED", "SELLER_NOT_REGISTERED", "NO_RATE", "ZERO_RATED", "ADDRESS_NEEDED"}};
inline std::string_view Name(NoTax why) { return kNoTaxes.Name(why); }
inline void FromText(std::string_view word, NoTax& why) { why = kNoTaxes.Require(word); }

// At which rate a price is taxed, and what says so.
struct TaxTerm {
  std::int64_t rate_ppm = 0;      // parts per million: 190,000 is 19 %
  std::optional<TaxRateId> rate;  // nothing of a price without tax,
  NoTax none = NoTax::kNone;      // of which this says why

  bool operator==(const TaxTerm&) const = default;
};

struct Tax {
  std::int64_t rate_ppm = 0;
  TaxMode mode = TaxMode::kIncluded;
  std::int64_t amount_minor = 0;
  std::optional<TaxRateId> rate = {};
  NoTax none = NoTax::kNone;

  TaxTerm Term() const { return {rate_ppm, rate, none}; }
  bool operator==(const Tax&) const = default;
};

// What one line, or one delivery, costs.
struct Price {
  std::int64_t base_minor = 0;  // unit price times quantity
  std::vector<Discount> discounts = {};
  Tax tax = {};
  std::int64_t total_minor = 0;  // base - discounts, and the tax where it is added

  bool operator==(const Price&) const = default;
};

// `base_minor` is at most kTotalMinorMax. Throws std::invalid_argument for a negative amount or rate, and when
// more is taken off than was asked.
Price MakePrice(std::int64_t base_minor, std::vector<Discount> discounts, const TaxTerm& tax, TaxMode mode);

// What of some prices is tax at one rate.
struct TaxSum {
  std::int64_t rate_ppm = 0;
  TaxMode mode = TaxMode::kIncluded;
  std::int64_t net_minor = 0;  // without the tax
  std::int64_t amount_minor = 0;

  bool operator==(const TaxSum&) const = default;
};

// The highest rate first. The sums of what is written down: nothing is rounded again.
std::vector<TaxSum> SumByRate(std::span<const Price> prices);

}  // namespace market::order::domain
