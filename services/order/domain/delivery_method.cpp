#include "services/order/domain/delivery_method.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "platform/core/error.hpp"

namespace market::order::domain {
namespace {

void CheckBands(const std::vector<DeliveryBand>& bands, const std::string& at) {
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const auto field = at + '[' + std::to_string(i) + "].from";
    if (i == 0 && bands[i].from != 0)
      throw InvalidArgument(field, "OUT_OF_RANGE", "the first band is from 0");
    if (i > 0 && bands[i].from <= bands[i - 1].from)
      throw InvalidArgument(field, "OUT_OF_RANGE", "each band is from more than the one before it");
  }
}

// "nothing is known of a price" is no price: a shop that offers a way says what it costs.
void CheckPrices(const std::vector<DeliveryPrice>& prices, const std::string& at) {
  if (prices.empty())
    throw InvalidArgument(at, "REQUIRED", "it must cost something in one currency at least, or 0");
  std::set<Currency> seen;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const auto field = at + '[' + std::to_string(i) + ']';
    if (!seen.insert(prices[i].currency).second)
      throw InvalidArgument(field + ".currency", "DUPLICATE", "a currency is there twice");
    if (prices[i].bands.empty()) throw InvalidArgument(field + ".bands", "REQUIRED", "says what it costs");
    CheckBands(prices[i].bands, field + ".bands");
  }
}

const DeliveryPrice* PriceIn(const DeliveryMethod& method, const Currency& currency) {
  const auto found = std::ranges::find(method.prices, currency, &DeliveryPrice::currency);
  return found == method.prices.end() ? nullptr : &*found;
}

std::int64_t AmountAt(const DeliveryPrice& price, std::int64_t measure) {
  std::int64_t amount = 0;
  for (const auto& band : price.bands) {
    if (band.from <= measure) amount = band.amount_minor;
  }
  return amount;
}

}  // namespace

Way DeliveryMethod::Way() const {
  return {
      .method = id, .name = name, .days_from = days_from, .days_to = days_to, .pickup_place = pickup_place};
}

void Check(const DeliveryMethod& method, const std::string& at) {
  if (method.name.empty()) throw InvalidArgument(at + ".name", "REQUIRED", "buyers choose by it");
  CheckPrices(method.prices, at + ".prices");
  if (method.days_to < method.days_from)
    throw InvalidArgument(at + ".daysTo", "OUT_OF_RANGE", "is not before daysFrom");
  std::set<std::string_view> seen;
  for (const auto& country : method.countries) {
    if (!seen.insert(country).second)
      throw InvalidArgument(at + ".countries", "DUPLICATE", country + " is there twice");
  }
}

std::variant<std::int64_t, NotSent> PriceOf(const DeliveryMethod& method, const Consignment& consignment) {
  const auto& countries = method.countries;
  const bool anywhere = countries.empty() || consignment.country.empty() || !method.pickup_place.empty();
  if (!anywhere && std::ranges::find(countries, consignment.country) == countries.end())
    return NotSent::kCountryNotServed;
  if (method.max_weight_grams && consignment.weight_grams > *method.max_weight_grams)
    return NotSent::kTooHeavy;
  const auto* price = PriceIn(method, consignment.currency);
  if (price == nullptr) return NotSent::kNoPrice;
  if (price->free_from_minor && consignment.value_minor >= *price->free_from_minor) return 0;
  return AmountAt(
      *price, method.basis == DeliveryBasis::kWeight ? consignment.weight_grams : consignment.value_minor);
}

std::vector<DeliveryOption> OptionsFor(const Consignment& consignment,
                                       std::span<const DeliveryMethod> of_seller) {
  if (of_seller.empty()) return {DeliveryOption()};
  std::vector<DeliveryOption> options;
  for (const auto& method : of_seller) {
    const auto price = PriceOf(method, consignment);
    if (const auto* minor = std::get_if<std::int64_t>(&price)) options.push_back({method.Way(), *minor});
  }
  std::ranges::sort(options, {}, [](const DeliveryOption& one) {
    return std::tuple(one.price_minor, one.way.days_to.value_or(0), one.way.name, one.way.method);
  });
  return options;
}

std::variant<DeliveryOption, Unavailable> Choose(std::span<const DeliveryOption> options,
                                                 const Consignment& consignment,
                                                 std::span<const DeliveryMethod> of_seller,
                                                 const std::optional<DeliveryMethodId>& wanted) {
  if (wanted) {
    for (const auto& option : options) {
      if (option.way.method == *wanted) return option;
    }
    const auto named = std::ranges::find(of_seller, *wanted, &DeliveryMethod::id);
    if (named == of_seller.end()) return Unavailable{wanted, NotSent::kMethodUnknown};
    return Unavailable{wanted, std::get<NotSent>(PriceOf(*named, consignment))};
  }
  const auto sent = std::ranges::find_if(options, [](const auto& one) { return !one.way.IsPickup(); });
  if (sent != options.end()) return *sent;
  if (!options.empty()) return options.front();
  return Unavailable{std::nullopt, std::get<NotSent>(PriceOf(of_seller.front(), consignment))};
}

}  // namespace market::order::domain
