// Rates of tax by where goods go, and which of them is meant for what. Pure; any thread.
//
// The tax of the destination: what is sent to somebody is taxed as in his country (Council Directive 2006/112/EC, articles 33
// and 33a), what he fetches where he fetches it. A delivery is no supply of its own but part of the price of the goods
// (article 78(b)), so it is taxed as they are: at the rate of the line that costs most, since each amount that is written
// down has one rate.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/price.hpp"

namespace market::order::domain {

inline constexpr std::string_view kStandardClass = "standard";
inline constexpr std::string_view kZeroClass = "zero";  // never taxed, wherever it goes

struct TaxRate {
  TaxRateId id;
  std::string country;
  std::string region = {};  // "": all of the country
  std::string tax_class;
  std::int64_t rate_ppm = 0;
  std::optional<Time> valid_from = {};   // nothing: since ever
  std::optional<Time> valid_until = {};  // nothing: till another one begins
  std::string source = {};               // who says so
  std::int64_t version = 1;
  Time created_at = {};

  bool HoldsAt(Time now) const {
    return (!valid_from || *valid_from <= now) && (!valid_until || now < *valid_until);
  }
};

// Where goods go, as far as taxes care.
struct Destination {
  std::string country = {};  // "": nobody has said yet
  std::string region = {};
};

// Whether the same rates hold in both.
bool AreTaxedAlike(const Destination& one, const Destination& other);

// How goods of the class are taxed there: of the region's rates and then the country's that hold, the one that began last;
// for a class that is not among them, and for "", the standard one.
TaxTerm TermFor(std::span<const TaxRate> rates, const Destination& to, std::string_view tax_class, Time now);

// A line as far as the tax of its delivery cares.
struct Taxed {
  std::int64_t value_minor = 0;
  TaxTerm term = {};
};

// Of the delivery of these lines: as the first of those that cost most.
TaxTerm DeliveryTermOf(std::span<const Taxed> lines);

}  // namespace market::order::domain
