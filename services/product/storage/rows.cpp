#include "services/product/storage/rows.hpp"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "platform/conversions/conversions.hpp"
#include "services/product/domain/etag.hpp"

namespace market::product::storage {
namespace {

void ReadProduct(const postgres::Row& row, api::product::Product& product) {
  product.mutable_id()->assign(row.Text(0));
  product.mutable_seller_id()->assign(row.Text(1));
  product.mutable_title()->assign(row.Text(2));
  product.mutable_description()->assign(row.Text(3));
  product.mutable_category_id()->assign(row.Text(4));
  ReadTextMap(row.Text(5), *product.mutable_attributes());
  if (row.Text(6) != "{}") {
    for (auto& picture : row.TextArray(6)) product.add_pictures(std::move(picture));
  }
  api::product::Product::State state = api::product::Product::STATE_UNSPECIFIED;
  api::product::Product::State_Parse(std::string(row.Text(7)), &state);
  product.set_state(state);
  product.mutable_etag()->assign(row.Text(8));
  *product.mutable_create_time() = conversions::ToProto(row.GetTime(9));
  *product.mutable_update_time() = conversions::ToProto(row.GetTime(10));
}

void CoverOffers(api::product::Product& product) {
  domain::EtagHash hash;
  for (const auto& offer : product.offers()) hash.Add(offer.id()).Add(offer.etag()).Add(offer.available());
  product.mutable_etag()->append("-").append(hash.Hex());
}

}  // namespace

void ReadTextMap(std::string_view json, google::protobuf::Map<std::string, std::string>& map) {
  if (json == "{}") return;
  std::array<unsigned char, 4096> buffer;
  boost::json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto value = boost::json::parse(json, &memory);
  for (const auto& [key, text] : value.as_object()) map[std::string(key)] = std::string(text.as_string());
}

void ReadOffer(const postgres::Row& row, std::size_t first, api::product::Offer& offer) {
  offer.mutable_id()->assign(row.Text(first));
  offer.mutable_product_id()->assign(row.Text(first + 1));
  offer.mutable_seller_id()->assign(row.Text(first + 2));
  offer.mutable_sku()->assign(row.Text(first + 3));
  ReadTextMap(row.Text(first + 4), *offer.mutable_options());
  offer.mutable_price()->set_amount(row.Int(first + 5));
  offer.mutable_price()->mutable_currency()->assign(row.Text(first + 6));
  api::product::Offer::State state = api::product::Offer::STATE_UNSPECIFIED;
  api::product::Offer::State_Parse(std::string(row.Text(first + 7)), &state);
  offer.set_state(state);
  offer.mutable_etag()->assign(row.Text(first + 8));
  *offer.mutable_create_time() = conversions::ToProto(row.GetTime(first + 9));
  *offer.mutable_update_time() = conversions::ToProto(row.GetTime(first + 10));
  offer.set_available(row.Int(first + 11));
}

std::vector<api::product::Product> ReadProducts(const postgres::Result& result, EtagOf etag) {
  std::vector<api::product::Product> products;
  for (const auto row : result) {
    if (products.empty() || products.back().id() != row.Text(0)) ReadProduct(row, products.emplace_back());
    if (!row.IsNull(kProductColumns)) ReadOffer(row, kProductColumns, *products.back().add_offers());
  }
  if (etag == EtagOf::kAllShown) {
    for (auto& product : products) CoverOffers(product);
  }
  return products;
}

TextMapColumns::TextMapColumns(const google::protobuf::Map<std::string, std::string>& map) {
  for (const auto& [key, value] : map) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
}

}  // namespace market::product::storage
