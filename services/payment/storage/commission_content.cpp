#include "services/payment/storage/commission_content.hpp"

#include <boost/json.hpp>
#include <utility>

namespace market::payment::storage {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string WordOf(const value& json) { return std::string(json.as_string()); }
std::int64_t CountOf(const value& json) { return json.to_number<std::int64_t>(); }

object PartyJson(const Party& party) {
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

Party PartyFrom(const value& json) {
  Party party{.name = WordOf(json.at("name")),
              .city = WordOf(json.at("city")),
              .region = WordOf(json.at("region")),
              .postal_code = WordOf(json.at("postalCode")),
              .country_code = WordOf(json.at("countryCode")),
              .vat_number = WordOf(json.at("vatNumber")),
              .register_number = WordOf(json.at("registerNumber"))};
  for (const auto& line : json.at("lines").as_array()) party.lines.push_back(WordOf(line));
  return party;
}

}  // namespace

std::string CommissionContentToJson(const domain::CommissionInvoiceContent& content) {
  array lines;
  for (const auto& line : content.lines) {
    lines.push_back(object{{"cause", Name(line.cause)},
                           {"ratePpm", line.rate_ppm},
                           {"entries", line.entries},
                           {"netMinor", line.net_minor},
                           {"taxMinor", line.tax_minor}});
  }
  return boost::json::serialize(object{{"marketplace", PartyJson(content.marketplace)},
                                       {"shop", PartyJson(content.shop)},
                                       {"lines", std::move(lines)}});
}

domain::CommissionInvoiceContent CommissionContentFromJson(std::string_view text) {
  const auto json = boost::json::parse(text);
  domain::CommissionInvoiceContent content{.marketplace = PartyFrom(json.at("marketplace")),
                                           .shop = PartyFrom(json.at("shop"))};
  for (const auto& line : json.at("lines").as_array()) {
    content.lines.push_back({.cause = domain::kLedgerCauses.Require(line.at("cause").as_string()),
                             .rate_ppm = CountOf(line.at("ratePpm")),
                             .entries = CountOf(line.at("entries")),
                             .net_minor = CountOf(line.at("netMinor")),
                             .tax_minor = CountOf(line.at("taxMinor"))});
  }
  return content;
}

}  // namespace market::payment::storage
