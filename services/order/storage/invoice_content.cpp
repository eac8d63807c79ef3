#include "services/order/storage/invoice_content.hpp"

#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace market::order::storage {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using domain::BilledLine;

std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }
Time TimeOf(const value& micros) { return Time(std::chrono::microseconds(micros.to_number<std::int64_t>())); }
std::int64_t NumberOf(const value& json) { return json.to_number<std::int64_t>(); }
std::string StringOf(const value& json) { return std::string(json.as_string()); }

object JsonOf(const Party& party) {
  array lines;
  for (const auto& line : party.lines) lines.emplace_back(line);
  return {{"name", party.name},
          {"lines", std::move(lines)},
          {"city", party.city},
          {"region", party.region},
          {"postalCode", party.postal_code},
          {"countryCode", party.country_code},
          {"vatNumber", party.vat_number},
          {"registerNumber", party.register_number}};
}

Party PartyOf(const value& json) {
  Party party{.name = StringOf(json.at("name")),
              .city = StringOf(json.at("city")),
              .region = StringOf(json.at("region")),
              .postal_code = StringOf(json.at("postalCode")),
              .country_code = StringOf(json.at("countryCode")),
              .vat_number = StringOf(json.at("vatNumber")),
              .register_number = StringOf(json.at("registerNumber"))};
  for (const auto& line : json.at("lines").as_array()) party.lines.push_back(StringOf(line));
  return party;
}

object JsonOf(const struct domain::Price& price) {
  array discounts;
  for (const auto& discount : price.discounts) {
    discounts.push_back(object{{"source", discount.source},
                               {"funder", Name(discount.funder)},
                               {"amountMinor", discount.amount_minor}});
  }
  return {{"baseMinor", price.base_minor},
          {"discounts", std::move(discounts)},
          {"taxRatePpm", price.tax.rate_ppm},
          {"taxMode", Name(price.tax.mode)},
          {"taxMinor", price.tax.amount_minor},
          {"taxRateId", price.tax.rate ? price.tax.rate->ToString() : std::string()},
          {"noTax", Name(price.tax.none)},
          {"totalMinor", price.total_minor}};
}

struct domain::Price PriceOf(const value& json) {
  struct domain::Price price{.base_minor = NumberOf(json.at("baseMinor")),
                             .tax = {.rate_ppm = NumberOf(json.at("taxRatePpm")),
                                     .mode = domain::kTaxModes.Require(json.at("taxMode").as_string()),
                                     .amount_minor = NumberOf(json.at("taxMinor")),
                                     .rate = domain::TaxRateId::Parse(json.at("taxRateId").as_string()),
                                     .none = domain::kNoTaxes.Require(json.at("noTax").as_string())},
                             .total_minor = NumberOf(json.at("totalMinor"))};
  for (const auto& discount : json.at("discounts").as_array()) {
    price.discounts.push_back({.source = StringOf(discount.at("source")),
                               .funder = domain::kFunders.Require(discount.at("funder").as_string()),
                               .amount_minor = NumberOf(discount.at("amountMinor"))});
  }
  return price;
}

object JsonOf(const BilledLine& line) {
  object options;
  for (const auto& [name, choice] : line.options) options.emplace(name, choice);
  return {{"lineId", line.line.ToString()},
          {"title", line.title},
          {"sku", line.sku},
          {"options", std::move(options)},
          {"quantity", line.quantity},
          {"unitPriceMinor", line.unit_price_minor},
          {"price", JsonOf(line.price)}};
}

BilledLine LineOf(const value& json) {
  BilledLine line{.line = domain::LineId::From(std::string_view(json.at("lineId").as_string())),
                  .title = StringOf(json.at("title")),
                  .sku = StringOf(json.at("sku")),
                  .options = {},
                  .quantity = NumberOf(json.at("quantity")),
                  .unit_price_minor = NumberOf(json.at("unitPriceMinor")),
                  .price = PriceOf(json.at("price"))};
  for (const auto& [name, choice] : json.at("options").as_object())
    line.options.emplace(name, StringOf(choice));
  return line;
}

domain::CorrectedInvoice CorrectedOf(const value& json) {
  return {.id = domain::InvoiceId::From(std::string_view(json.at("id").as_string())),
          .number = StringOf(json.at("number")),
          .issued_at = TimeOf(json.at("issuedAtUs"))};
}

template <class Items, class Make>
array ArrayOf(const Items& items, Make make) {
  array out;
  for (const auto& item : items) out.push_back(make(item));
  return out;
}

}  // namespace

std::string InvoiceContentToJson(const domain::InvoiceContent& content) {
  object json{{"seller", JsonOf(content.seller)},
              {"buyer", JsonOf(content.buyer)},
              {"orderNumber", content.order_number},
              {"orderedAtUs", MicrosOf(content.ordered_at)},
              {"suppliedAtUs", MicrosOf(content.supplied_at)},
              {"lines", ArrayOf(content.lines, [](const BilledLine& line) { return JsonOf(line); })}};
  if (content.delivery)
    json["delivery"] = object{{"name", content.delivery->name}, {"price", JsonOf(content.delivery->price)}};
  json["coupons"] = ArrayOf(content.coupons, [](const domain::BilledCoupon& coupon) {
    return object{{"code", coupon.code}, {"amountMinor", coupon.amount_minor}};
  });
  json["taxes"] = ArrayOf(content.taxes, [](const domain::TaxAmount& tax) {
    return object{{"ratePpm", tax.rate_ppm}, {"netMinor", tax.net_minor}, {"taxMinor", tax.tax_minor}};
  });
  json["untaxed"] = ArrayOf(content.untaxed, [](domain::NoTax why) { return value(Name(why)); });
  if (content.corrects) {
    json["corrects"] = object{{"id", content.corrects->id.ToString()},
                              {"number", content.corrects->number},
                              {"issuedAtUs", MicrosOf(content.corrects->issued_at)}};
  }
  return boost::json::serialize(json);
}

domain::InvoiceContent InvoiceContentFromJson(std::string_view text) {
  const auto json = boost::json::parse(text);
  domain::InvoiceContent content{.seller = PartyOf(json.at("seller")),
                                 .buyer = PartyOf(json.at("buyer")),
                                 .order_number = StringOf(json.at("orderNumber")),
                                 .ordered_at = TimeOf(json.at("orderedAtUs")),
                                 .supplied_at = TimeOf(json.at("suppliedAtUs"))};
  for (const auto& line : json.at("lines").as_array()) content.lines.push_back(LineOf(line));
  const auto& whole = json.as_object();
  if (const auto* delivery = whole.if_contains("delivery"))
    content.delivery = {.name = StringOf(delivery->at("name")), .price = PriceOf(delivery->at("price"))};
  for (const auto& coupon : json.at("coupons").as_array())
    content.coupons.push_back(
        {.code = StringOf(coupon.at("code")), .amount_minor = NumberOf(coupon.at("amountMinor"))});
  for (const auto& tax : json.at("taxes").as_array()) {
    content.taxes.push_back({.rate_ppm = NumberOf(tax.at("ratePpm")),
                             .net_minor = NumberOf(tax.at("netMinor")),
                             .tax_minor = NumberOf(tax.at("taxMinor"))});
  }
  for (const auto& why : json.at("untaxed").as_array())
    content.untaxed.push_back(domain::kNoTaxes.Require(why.as_string()));
  if (const auto* corrects = whole.if_contains("corrects")) content.corrects = CorrectedOf(*corrects);
  return content;
}

domain::CorrectedInvoice CorrectedInvoiceFromJson(std::string_view json) {
  return CorrectedOf(boost::json::parse(json));
}

}  // namespace market::order::storage
