#include "services/product/storage/rows.hpp"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>

#include "platform/conversions/conversions.hpp"
#include "services/product/domain/etag.hpp"

namespace market::product::storage {

void Assign(std::string& field, std::string_view text) { field.assign(text); }

void Assign(google::protobuf::Map<std::string, std::string>& field, std::string_view json) {
  if (json == "{}") return;
  std::array<unsigned char, 4096> buffer;
  boost::json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto value = boost::json::parse(json, &memory);
  for (const auto& [key, text] : value.as_object()) field[std::string(key)] = std::string(text.as_string());
}

void Assign(google::protobuf::Timestamp& field, Time time) { field = conversions::ToProto(time); }

api::product::Product::State StateOf(domain::ProductState state) {
  switch (state) {
    case domain::ProductState::kDraft:
      return api::product::Product::DRAFT;
    case domain::ProductState::kPublished:
      return api::product::Product::PUBLISHED;
    case domain::ProductState::kArchived:  // nothing makes it so yet, and the contract does not have it
      break;
  }
  throw std::logic_error("no such state of a product");
}

api::product::Offer::State StateOf(domain::OfferState state) {
  switch (state) {
    case domain::OfferState::kActive:
      return api::product::Offer::ACTIVE;
    case domain::OfferState::kArchived:  // the same
      break;
  }
  throw std::logic_error("no such state of an offer");
}

void CoverOffers(api::product::Product& product) {
  domain::EtagHash hash;
  for (const auto& offer : product.offers()) hash.Add(offer.id()).Add(offer.etag()).Add(offer.available());
  product.mutable_etag()->append("-").append(hash.Hex());
}

TextMapColumns::TextMapColumns(const google::protobuf::Map<std::string, std::string>& map) {
  for (const auto& [key, value] : map) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
}

}  // namespace market::product::storage
