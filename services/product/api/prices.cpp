#include "services/product/api/prices.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"

namespace market::product {
namespace {

using api::product::PriceRow;

// When a row applies.
struct Period {
  std::string_view currency;
  bool standing = false;
  Time from = Time::min();
  Time until = Time::max();
  int row = 0;
};

Period PeriodOf(const PriceRow& row, int number, const std::string& name) {
  Period period{.currency = row.price().currency(), .standing = storage::IsStanding(row), .row = number};
  if (row.has_from()) period.from = conversions::TimeFrom(row.from(), name + ".from");
  if (row.has_until()) period.until = conversions::TimeFrom(row.until(), name + ".until");
  if (period.from >= period.until)
    throw InvalidArgument(name + ".until", "OUT_OF_RANGE", "must be after from");
  return period;
}

void CheckComparison(const PriceRow& row, const std::string& name) {
  if (!row.has_compare_at()) return;
  if (row.compare_at().currency() != row.price().currency())
    throw InvalidArgument(name + ".compareAt.currency", "MIXED_CURRENCIES", "must be that of the price");
  if (row.compare_at().amount() <= row.price().amount())
    throw InvalidArgument(name + ".compareAt.amount", "OUT_OF_RANGE", "must be more than the price");
}

std::string PriceName(const std::string& where, int row) {
  return where + "prices[" + std::to_string(row) + ']';
}

}  // namespace

void CheckPrice(const marketplace::type::v1::Money& price, const domain::Market& market,
                const std::string& where) {
  market.Chosen(price.currency(), where + "price.currency");
}

void CheckPrices(const storage::PriceRows& prices, const domain::Market& market, const std::string& where) {
  std::vector<Period> periods;
  for (int i = 0; i < prices.size(); ++i) {
    const auto name = PriceName(where, i);
    CheckPrice(prices[i].price(), market, name + '.');
    CheckComparison(prices[i], name);
    periods.push_back(PeriodOf(prices[i], i, name));
  }
  std::ranges::sort(periods, {}, [](const Period& period) {
    return std::tuple(period.currency, !period.standing, period.from, period.row);
  });
  for (std::size_t i = 1; i < periods.size(); ++i) {
    const auto& one = periods[i - 1];
    const auto& next = periods[i];
    if (one.currency != next.currency || one.standing != next.standing) continue;
    const auto last = PriceName(where, std::max(one.row, next.row));
    if (next.standing)
      throw InvalidArgument(last, "DUPLICATE", "is the second one without times in its currency");
    if (next.from < one.until)
      throw InvalidArgument(last, "OVERLAPS", "applies at the same time as another one in its currency");
  }
}

void CheckPrices(const marketplace::type::v1::Money& price, const storage::PriceRows& prices,
                 const domain::Market& market, const std::string& where) {
  CheckPrice(price, market, where);
  CheckPrices(prices, market, where);
  bool there = false;
  for (int i = 0; i < prices.size(); ++i) {
    if (!storage::IsStanding(prices[i]) || prices[i].price().currency() != price.currency()) continue;
    there = true;
    if (prices[i].price().amount() != price.amount())
      throw InvalidArgument(PriceName(where, i) + ".price", "DUPLICATE", "is another one than price");
  }
  if (!there && prices.size() >= storage::kPricesMax)
    throw InvalidArgument(where + "prices", "TOO_MANY",
                          "must have at most " + std::to_string(storage::kPricesMax) + " items with price");
}

}  // namespace market::product
