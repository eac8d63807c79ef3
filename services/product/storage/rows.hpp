// How rows of the catalogue become the contract's messages. Reads fill them directly: there is no second
// shape of a product between the database and the wire.
#pragma once
#include <google/protobuf/map.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/columns.hpp"
#include "platform/postgres/sql.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/etag.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/domain/review.hpp"
#include "services/product/storage/prices.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

// What a column gives to a field of a message: a text, a map from a JSON object of texts, a time, a state.
void Assign(std::string& field, std::string_view text);
void Assign(google::protobuf::Map<std::string, std::string>& field, std::string_view json);
// By language.
void Assign(google::protobuf::RepeatedPtrField<api::product::CategoryName>& field, std::string_view json);
void Assign(google::protobuf::Timestamp& field, Time time);
void Assign(api::product::ProductSafety& field, std::string_view json);
api::product::Product::State StateOf(domain::ProductState state);
// Nothing of what was not said.
std::optional<domain::ProductState> StateFrom(api::product::Product::State state);
api::product::Product::OffersBy OffersByOf(domain::OffersBy who);
// Of what was not said: anybody.
domain::OffersBy OffersByFrom(api::product::Product::OffersBy who);
api::product::Offer::State StateOf(domain::OfferState state);

// Fills the field that a mutable_… function of a message gives.
template <auto MutableField>
struct Into;
template <class Message, class Field, Field* (Message::*MutableField)()>
struct Into<MutableField> {
  using Value =
      std::conditional_t<std::is_same_v<Field, google::protobuf::Timestamp>, Time, std::string_view>;
  void operator()(Message& message, Value value) const { Assign(*(message.*MutableField)(), value); }
};

// Adds what a product keeps of its pictures (pictures_of in 0004_pictures.sql).
void AddPictures(api::product::Product& product, const std::vector<std::string>& kept);

// The columns of product p but its pictures, first those that lists show too.
inline constexpr postgres::Columns kProductRow{
    postgres::Column{"p.id", Into<&api::product::Product::mutable_id>()},
    postgres::Column{"p.seller_id", Into<&api::product::Product::mutable_seller_id>()},
    postgres::Column{"p.title", Into<&api::product::Product::mutable_title>()},
    postgres::Column{"p.language",
                     [](api::product::Product& product, std::string_view language) {
                       product.mutable_language()->assign(language);
                       product.mutable_text_language()->assign(language);
                       product.add_languages()->assign(language);
                     }},
    postgres::Column{"p.languages",  // of its translations, after the one that it was written in
                     [](api::product::Product& product, std::vector<std::string> languages) {
                       for (auto& language : languages) product.add_languages(std::move(language));
                     }},
    postgres::Column{"p.category_id", Into<&api::product::Product::mutable_category_id>()},
    postgres::Column{"p.attributes", Into<&api::product::Product::mutable_attributes>()},
    postgres::Column{"p.state", [](api::product::Product& product,
                                   domain::ProductState state) { product.set_state(StateOf(state)); }},
    postgres::Column{"p.state_reason",
                     [](api::product::Product& product, std::optional<std::string_view> reason) {
                       if (reason) product.mutable_state_reason()->assign(*reason);
                     }},
    postgres::Column{"p.offers_by", [](api::product::Product& product,
                                       domain::OffersBy who) { product.set_offers_by(OffersByOf(who)); }},
    postgres::Column{"p.version", Into<&api::product::Product::mutable_etag>()},
    postgres::Column{"p.created_at", Into<&api::product::Product::mutable_create_time>()},
    postgres::Column{"p.updated_at", Into<&api::product::Product::mutable_update_time>()},
    postgres::Column{"p.rating_count",
                     [](api::product::Product& product, std::int64_t count) {
                       product.mutable_rating()->set_count(count);
                     }},
    postgres::Column{
        "p.rating_sum", [](api::product::Product& product, std::int64_t sum) {  // of the count before it
          auto& rating = *product.mutable_rating();
          rating.set_average_hundredths(
              static_cast<std::int32_t>(domain::AverageHundredths({.sum = sum, .count = rating.count()})));
        }}};
// Lists show the first picture.
inline constexpr postgres::Columns kListedProduct{kProductRow,
                                                  postgres::Column{"p.pictures[1:1]", AddPictures}};
inline constexpr postgres::Columns kProduct{
    kProductRow, postgres::Column{"p.pictures", AddPictures},
    postgres::Column{"p.description", Into<&api::product::Product::mutable_description>()},
    postgres::Column{"p.safety", [](api::product::Product& product, std::optional<std::string_view> json) {
                       if (json) Assign(*product.mutable_product_safety(), *json);
                     }}};

// The columns of offer o but the last ones, what it costs and what can be bought now.
inline constexpr postgres::Columns kOfferRow{
    postgres::Column{"o.id", Into<&api::product::Offer::mutable_id>()},
    postgres::Column{"o.product_id", Into<&api::product::Offer::mutable_product_id>()},
    postgres::Column{"o.seller_id", Into<&api::product::Offer::mutable_seller_id>()},
    postgres::Column{"o.sku", Into<&api::product::Offer::mutable_sku>()},
    postgres::Column{"o.options", Into<&api::product::Offer::mutable_options>()},
    postgres::Column{"o.state", [](api::product::Offer& offer,
                                   domain::OfferState state) { offer.set_state(StateOf(state)); }},
    postgres::Column{"o.version", Into<&api::product::Offer::mutable_etag>()},
    postgres::Column{"o.created_at", Into<&api::product::Offer::mutable_create_time>()},
    postgres::Column{"o.updated_at", Into<&api::product::Offer::mutable_update_time>()},
    postgres::Column{"o.weight_grams",
                     [](api::product::Offer& offer, std::optional<std::int64_t> grams) {
                       if (grams) offer.set_weight_grams(*grams);
                     }},
    postgres::Column{"o.tax_class", [](api::product::Offer& offer, std::optional<std::string_view> name) {
                       if (name) offer.mutable_tax_class()->assign(*name);
                     }}};
inline constexpr auto kSetAvailable = [](api::product::Offer& offer, std::int64_t units) {
  offer.set_available(units);
};
// What can be bought of offer o now, of all its rows, and what its shop sees besides. A statement pays for
// what it names.
inline constexpr postgres::Sql kStockOfOffer{
    "CROSS JOIN LATERAL (SELECT coalesce(sum(on_hand - reserved), 0)::bigint AS available,"
    "  coalesce(sum(on_hand), 0)::bigint AS on_hand, max(low_at) AS low_at FROM stock WHERE offer_id = o.id) "
    "s "};
// Whether anything can. The same without the sum, since no row has less than nothing.
inline constexpr postgres::Sql kInStock{
    "EXISTS (SELECT FROM stock WHERE offer_id = o.id AND on_hand > reserved) "};
// Of offer o with its price r and its stock s.
inline constexpr postgres::Columns kOffer{kOfferRow, kPrice, postgres::Column{"s.available", kSetAvailable}};
// Of o where a statement has chosen it, with both, by kChosenOffer; with its price alone, by kPricedOffer.
inline constexpr postgres::Columns kGivenOffer{kOfferRow, kGivenPrice,
                                               postgres::Column{"o.available", kSetAvailable}};
inline constexpr postgres::Sql kPricedOffer{"o.*, r.amount, r.currency, r.compare_at, r.lowest_before "};
inline constexpr auto kChosenOffer = kPricedOffer + ", s.available ";
// What comes first among the offers of a product: what can be bought, then the cheapest of one currency.
inline constexpr postgres::Sql kSoldOut{"(o.state <> 'ACTIVE' OR s.available <= 0)"};
inline constexpr postgres::Sql kGivenSoldOut{"(o.state <> 'ACTIVE' OR o.available <= 0)"};

enum class EtagOf {
  kVersion,   // of a list's entries
  kAllShown,  // covers the offers, their availability and the rating too
};
void CoverShown(api::product::Product& product);
// A price changes by itself when another one begins, which leaves the version of its offer alone.
void CoverPrice(domain::EtagHash& hash, const api::product::Offer& offer);

// What the columns of a product or an offer begin with; none: there is no offer.
struct FirstColumn {
  std::optional<std::string_view> id;
};
inline constexpr postgres::Columns kFirstColumn{postgres::Column{"id", &FirstColumn::id}};

// Rows of `columns`, which begin with the product's id, and of an offer (nulls without one), those of one
// product side by side; what lists add to sort by comes after.
template <class ProductColumns>
std::vector<api::product::Product> ReadProducts(const ProductColumns& columns, const postgres::Result& result,
                                                EtagOf etag) {
  std::vector<api::product::Product> products;
  for (const auto row : result) {
    if (products.empty() || products.back().id() != kFirstColumn.Read(row, 0).id) {
      columns.ReadInto(products.emplace_back(), row, 0);
    }
    if (kFirstColumn.Read(row, columns.kCount).id) {
      kOffer.ReadInto(*products.back().add_offers(), row, columns.kCount);
    }
  }
  if (etag == EtagOf::kAllShown) {
    for (auto& product : products) CoverShown(product);
  }
  return products;
}

// A map as the two arrays that jsonb_object() takes; refers to the map.
struct TextMapColumns {
  explicit TextMapColumns(const google::protobuf::Map<std::string, std::string>& map);
  // Of what is said; without anything the object is empty.
  explicit TextMapColumns(const api::product::ProductSafety& safety);
  std::vector<std::string_view> keys;
  std::vector<std::string_view> values;
};

}  // namespace market::product::storage
