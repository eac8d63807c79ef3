// Ways of sending and rates of tax between the contract's messages and domain values.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/order/api/convert.hpp"

namespace market::order {
namespace {

using conversions::ToProto;

std::vector<domain::DeliveryPrice> PricesFrom(
    const google::protobuf::RepeatedPtrField<api::order::DeliveryPrice>& messages) {
  std::vector<domain::DeliveryPrice> prices;
  for (const auto& message : messages) {
    auto& price = prices.emplace_back();
    price.currency = Currency::Parse(message.currency());
    for (const auto& band : message.bands()) price.bands.push_back({band.from(), band.amount()});
    if (message.has_free_from()) price.free_from_minor = message.free_from();
  }
  std::ranges::sort(prices, {}, &domain::DeliveryPrice::currency);
  return prices;
}

// By the value of the order where nothing is said. Both enumerations have the same names, by contract.
domain::DeliveryBasis BasisFrom(api::order::DeliveryMethod::Basis basis) {
  if (basis == api::order::DeliveryMethod::BASIS_UNSPECIFIED) return domain::DeliveryBasis::kOrderValue;
  return domain::kDeliveryBases.Require(api::order::DeliveryMethod::Basis_Name(basis));
}

std::optional<std::int64_t> GramsFrom(const api::order::DeliveryMethod& message) {
  return message.has_max_weight_grams() ? std::optional(message.max_weight_grams()) : std::nullopt;
}

std::vector<std::string> CountriesFrom(const api::order::DeliveryMethod& message) {
  return {message.countries().begin(), message.countries().end()};
}

}  // namespace

api::user::Address AddressToCheck(const api::order::ShippingAddress& address) {
  api::user::Address out;
  out.set_recipient(address.recipient());
  *out.mutable_lines() = address.lines();
  out.set_city(address.city());
  out.set_region(address.region());
  out.set_postal_code(address.postal_code());
  out.set_country_code(address.country_code());
  if (!address.phone().empty()) out.set_phone(address.phone());
  return out;
}

std::vector<domain::DeliveryChoice> ChoicesFrom(
    const google::protobuf::RepeatedPtrField<api::order::DeliveryChoice>& choices) {
  std::vector<domain::DeliveryChoice> out;
  for (const auto& choice : choices) {
    out.push_back(
        {SellerId::From(choice.seller_id()), domain::DeliveryMethodId::From(choice.delivery_method_id())});
  }
  return out;
}

void AddChoices(google::protobuf::RepeatedPtrField<api::order::DeliveryChoice>& out,
                std::span<const domain::DeliveryChoice> choices) {
  for (const auto& [seller, method] : choices) {
    auto& choice = *out.Add();
    choice.set_seller_id(seller.ToString());
    choice.set_delivery_method_id(method.ToString());
  }
}

domain::DeliveryMethod MethodFrom(SellerId seller, domain::DeliveryMethodId id,
                                  const api::order::DeliveryMethod& message) {
  return {.id = id,
          .seller = seller,
          .name = message.name(),
          .countries = CountriesFrom(message),
          .basis = BasisFrom(message.basis()),
          .prices = PricesFrom(message.prices()),
          .max_weight_grams = GramsFrom(message),
          .days_from = message.days_from(),
          .days_to = message.days_to(),
          .pickup_place = message.pickup_place()};
}

void Change(domain::DeliveryMethod& method, const api::order::UpdateDeliveryMethodRequest& request) {
  const auto& sent = request.delivery_method();
  const rpc::PartialUpdate update(sent, request.update_mask());
  if (update.Changes("name")) method.name = sent.name();
  if (update.Changes("countries")) method.countries = CountriesFrom(sent);
  if (update.Changes("basis")) method.basis = BasisFrom(sent.basis());
  if (update.Changes("prices")) method.prices = PricesFrom(sent.prices());
  if (update.Changes("max_weight_grams")) method.max_weight_grams = GramsFrom(sent);
  if (update.Changes("days_from")) method.days_from = sent.days_from();
  if (update.Changes("days_to")) method.days_to = sent.days_to();
  if (update.Changes("pickup_place")) method.pickup_place = sent.pickup_place();
}

domain::TaxRate RateFrom(domain::TaxRateId id, const api::order::TaxRate& message) {
  domain::TaxRate rate{.id = id,
                       .country = message.country_code(),
                       .region = message.region(),
                       .tax_class = message.tax_class(),
                       .rate_ppm = message.rate_ppm(),
                       .source = message.source()};
  if (message.has_valid_from())
    rate.valid_from = conversions::TimeFrom(message.valid_from(), "taxRate.validFrom");
  if (message.has_valid_until())
    rate.valid_until = conversions::TimeFrom(message.valid_until(), "taxRate.validUntil");
  return rate;
}

api::order::DeliveryMethod ToProto(const domain::DeliveryMethod& method) {
  api::order::DeliveryMethod out;
  out.set_id(method.id.ToString());
  out.set_seller_id(method.seller.ToString());
  out.set_name(method.name);
  for (const auto& country : method.countries) out.add_countries(country);
  auto basis = api::order::DeliveryMethod::BASIS_UNSPECIFIED;
  api::order::DeliveryMethod::Basis_Parse(std::string(domain::Name(method.basis)), &basis);
  out.set_basis(basis);
  for (const auto& price : method.prices) {
    auto& one = *out.add_prices();
    one.set_currency(std::string(price.currency.Code()));
    for (const auto& band : price.bands) {
      auto& added = *one.add_bands();
      added.set_from(band.from);
      added.set_amount(band.amount_minor);
    }
    if (price.free_from_minor) one.set_free_from(*price.free_from_minor);
  }
  if (method.max_weight_grams) out.set_max_weight_grams(*method.max_weight_grams);
  out.set_days_from(method.days_from);
  out.set_days_to(method.days_to);
  if (!method.pickup_place.empty()) out.set_pickup_place(method.pickup_place);
  *out.mutable_create_time() = ToProto(method.created_at);
  *out.mutable_update_time() = ToProto(method.updated_at);
  out.set_etag(std::to_string(method.version));
  return out;
}

api::order::TaxRate ToProto(const domain::TaxRate& rate) {
  api::order::TaxRate out;
  out.set_id(rate.id.ToString());
  out.set_country_code(rate.country);
  if (!rate.region.empty()) out.set_region(rate.region);
  out.set_tax_class(rate.tax_class);
  out.set_rate_ppm(rate.rate_ppm);
  if (rate.valid_from) *out.mutable_valid_from() = ToProto(*rate.valid_from);
  if (rate.valid_until) *out.mutable_valid_until() = ToProto(*rate.valid_until);
  out.set_source(rate.source);
  *out.mutable_create_time() = ToProto(rate.created_at);
  out.set_etag(std::to_string(rate.version));
  return out;
}

}  // namespace market::order
