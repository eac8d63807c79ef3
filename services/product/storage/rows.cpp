#include "services/product/storage/rows.hpp"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>

#include "platform/conversions/conversions.hpp"
#include "platform/conversions/kept_picture.hpp"
#include "services/product/domain/etag.hpp"

namespace market::product::storage {
namespace {

using api::product::ProductSafety;

// The names in the column.
struct SafetyText {
  std::string_view name;
  const std::string& (ProductSafety::*get)() const;
  std::string* (ProductSafety::*mutable_text)();
};
constexpr std::array kSafetyTexts{
    SafetyText{"manufacturer", &ProductSafety::manufacturer, &ProductSafety::mutable_manufacturer},
    SafetyText{"manufacturer_contact", &ProductSafety::manufacturer_contact,
               &ProductSafety::mutable_manufacturer_contact},
    SafetyText{"responsible_person", &ProductSafety::responsible_person,
               &ProductSafety::mutable_responsible_person},
    SafetyText{"responsible_contact", &ProductSafety::responsible_contact,
               &ProductSafety::mutable_responsible_contact},
    SafetyText{"warnings", &ProductSafety::warnings, &ProductSafety::mutable_warnings}};

}  // namespace

void Assign(std::string& field, std::string_view text) { field.assign(text); }

void Assign(google::protobuf::Map<std::string, std::string>& field, std::string_view json) {
  if (json == "{}") return;
  std::array<unsigned char, 4096> buffer;
  boost::json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto value = boost::json::parse(json, &memory);
  for (const auto& [key, text] : value.as_object()) field[std::string(key)] = std::string(text.as_string());
}

void Assign(google::protobuf::RepeatedPtrField<api::product::CategoryName>& field, std::string_view json) {
  if (json == "{}") return;
  for (const auto& [language, name] : boost::json::parse(json).as_object()) {
    auto& one = *field.Add();
    one.set_language(std::string(language));
    one.set_name(std::string(name.as_string()));
  }
  std::sort(field.begin(), field.end(),
            [](const auto& a, const auto& b) { return a.language() < b.language(); });
}

void Assign(google::protobuf::Timestamp& field, Time time) { field = conversions::ToProto(time); }

void Assign(api::product::ProductSafety& field, std::string_view json) {
  const auto value = boost::json::parse(json);
  for (const auto& [name, get, mutable_text] : kSafetyTexts) {
    if (const auto* text = value.as_object().if_contains(name))
      *(field.*mutable_text)() = std::string(text->as_string());
  }
}

api::product::Product::State StateOf(domain::ProductState state) {
  switch (state) {
    case domain::ProductState::kDraft:
      return api::product::Product::DRAFT;
    case domain::ProductState::kPublished:
      return api::product::Product::PUBLISHED;
    case domain::ProductState::kProposed:
      return api::product::Product::PROPOSED;
    case domain::ProductState::kChangesRequested:
      return api::product::Product::CHANGES_REQUESTED;
    case domain::ProductState::kArchived:
      return api::product::Product::ARCHIVED;
    case domain::ProductState::kTakenDown:
      return api::product::Product::TAKEN_DOWN;
  }
  throw std::logic_error("no such state of a product");
}

std::optional<domain::ProductState> StateFrom(api::product::Product::State state) {
  if (state == api::product::Product::STATE_UNSPECIFIED) return std::nullopt;
  return domain::kProductStates.Find(api::product::Product::State_Name(state));
}

api::product::Product::OffersBy OffersByOf(domain::OffersBy who) {
  switch (who) {
    case domain::OffersBy::kAnybody:
      return api::product::Product::ANYBODY;
    case domain::OffersBy::kOwnShop:
      return api::product::Product::OWN_SHOP;
  }
  throw std::logic_error("nobody of that name may offer");
}

domain::OffersBy OffersByFrom(api::product::Product::OffersBy who) {
  return who == api::product::Product::OWN_SHOP ? domain::OffersBy::kOwnShop : domain::OffersBy::kAnybody;
}

api::product::Offer::State StateOf(domain::OfferState state) {
  switch (state) {
    case domain::OfferState::kActive:
      return api::product::Offer::ACTIVE;
    case domain::OfferState::kArchived:
      return api::product::Offer::ARCHIVED;
  }
  throw std::logic_error("no such state of an offer");
}

void AddPictures(api::product::Product& product, const std::vector<std::string>& kept) {
  for (const auto& picture : kept)
    conversions::ShowKept(*product.add_pictures(), PicturePlace::kShops, picture);
}

void CoverPrice(domain::EtagHash& hash, const api::product::Offer& offer) {
  hash.Add(offer.price().amount()).Add(offer.price().currency());
  hash.Add(offer.compare_at().amount()).Add(offer.lowest_price_30d().amount());
}

void CoverShown(api::product::Product& product) {
  domain::EtagHash hash;
  for (const auto& offer : product.offers()) {
    hash.Add(offer.id()).Add(offer.etag()).Add(offer.available());
    CoverPrice(hash, offer);
  }
  hash.Add(product.rating().count()).Add(std::int64_t{product.rating().average_hundredths()});
  product.mutable_etag()->append("-").append(hash.Hex());
}

TextMapColumns::TextMapColumns(const google::protobuf::Map<std::string, std::string>& map) {
  for (const auto& [key, value] : map) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
}

TextMapColumns::TextMapColumns(const ProductSafety& safety) {
  for (const auto& [name, get, mutable_text] : kSafetyTexts) {
    if ((safety.*get)().empty()) continue;
    keys.emplace_back(name);
    values.emplace_back((safety.*get)());
  }
}

}  // namespace market::product::storage
