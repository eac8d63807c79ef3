#include "services/order/process/order_terms.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "platform/core/error.hpp"
#include "services/order/domain/refused_lines.hpp"

namespace market::order {
namespace {

using domain::DeliveryChoice;
using domain::DeliveryMethod;

// What one seller has in the order.
struct Part {
  Supply supply;
  domain::Consignment consignment;
};

// The items can be bought: their offers are there, with prices.
std::vector<Part> PartsOf(const Asked& asked) {
  std::vector<Part> parts;
  for (const auto& item : asked.items) {
    const auto& offer = *std::ranges::find(asked.offers, item.offer, &domain::Offer::id);
    auto part =
        std::ranges::find_if(parts, [&](const Part& one) { return one.supply.seller == offer.seller; });
    if (part == parts.end()) {
      part = parts.insert(parts.end(), Part());
      part->supply = {.seller = offer.seller, .to = asked.to, .goods = {}};
      part->consignment = {.currency = offer.price->currency, .country = asked.to.country};
    }
    const auto value = (*offer.price * item.quantity).minor;
    part->supply.goods.push_back({offer.id, offer.tax_class, value});
    part->consignment.value_minor += value;
    part->consignment.weight_grams += offer.weight_grams * item.quantity;
  }
  return parts;
}

std::string_view Words(domain::NotSent why) {
  switch (why) {
    case domain::NotSent::kMethodUnknown:
      return " does not send this way";
    case domain::NotSent::kCountryNotServed:
      return " does not send there";
    case domain::NotSent::kNoPrice:
      return " does not send for this currency";
    case domain::NotSent::kTooHeavy:
      return " does not send as much as this weighs";
  }
  return " does not send it";
}

// All that can't be sent, told at once.
class Refusals {
 public:
  void Add(const SellerId& seller, const domain::Unavailable& unavailable) {
    const auto& [method, why] = unavailable;
    error_.WithField("deliveryChoices", error_.reason, "shop " + seller.ToString() + std::string(Words(why)));
    auto values = R"("why":")" + std::string(Name(why)) + '"';
    if (method) values = R"("deliveryMethodId":")" + method->ToString() + R"(",)" + values;
    sellers_.Add(seller, values);
  }
  void Throw() {
    if (!sellers_.Empty()) throw error_.WithMetadata("sellers", sellers_.Text());
  }

 private:
  Error error_{Code::kAborted, "DELIVERY_UNAVAILABLE", "a shop does not deliver that there"};
  domain::RefusedSellers sellers_;
};

std::optional<domain::DeliveryMethodId> ChoiceFor(const SellerId& seller,
                                                  const std::vector<DeliveryChoice>& choices) {
  const auto found = std::ranges::find(choices, seller, &DeliveryChoice::seller);
  return found == choices.end() ? std::nullopt : std::optional(found->method);
}

std::map<SellerId, std::vector<DeliveryMethod>> BySeller(std::vector<DeliveryMethod> methods) {
  std::map<SellerId, std::vector<DeliveryMethod>> by_seller;
  for (auto& method : methods) by_seller[method.seller].push_back(std::move(method));
  return by_seller;
}

}  // namespace

// What is fetched is handed over where the shop is.
domain::Destination OrderTerms::DestinationOf(const SellerId& seller, const domain::Way& way,
                                              const domain::Destination& to) const {
  if (!way.IsPickup()) return to;
  const auto home = sellers_.CountryOf(seller);
  return home.empty() ? to : domain::Destination{.country = home};
}

Task<FoundTerms> OrderTerms::Find(CallContext& call, Asked asked) {
  domain::RequireForSale(asked.items, asked.offers);
  auto parts = PartsOf(asked);
  domain::RequireOneOfEach(asked.choices);
  std::vector<SellerId> sellers;
  for (const auto& part : parts) sellers.push_back(part.supply.seller);
  auto methods = BySeller(co_await methods_.OfSellers(call, std::move(sellers)));

  FoundTerms found;
  found.terms.tax_mode = mode_;
  Refusals refusals;
  for (auto& [supply, consignment] : parts) {
    const auto& own = methods[supply.seller];
    auto options = domain::OptionsFor(consignment, own);
    const auto chosen = domain::Choose(options, consignment, own, ChoiceFor(supply.seller, asked.choices));
    if (const auto* unavailable = std::get_if<domain::Unavailable>(&chosen)) {
      refusals.Add(supply.seller, *unavailable);
      continue;
    }
    const auto& [way, price_minor] = std::get<domain::DeliveryOption>(chosen);
    supply.to = DestinationOf(supply.seller, way, asked.to);
    found.terms.deliveries[supply.seller] = {.way = way, .price_minor = price_minor};
    found.options[supply.seller] = std::move(options);
  }
  refusals.Throw();

  std::vector<Supply> supplies;
  for (const auto& part : parts) supplies.push_back(part.supply);
  const auto taxes = co_await taxes_.Judge(call, std::move(supplies));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& supply = parts[i].supply;
    for (std::size_t good = 0; good < supply.goods.size(); ++good)
      found.terms.taxes[supply.goods[good].offer] = taxes.at(i).goods.at(good);
    found.terms.deliveries[supply.seller].tax = taxes[i].delivery;
  }
  co_return found;
}

}  // namespace market::order
