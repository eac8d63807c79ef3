// How rows of the catalogue become the contract's messages. Reads fill them directly: there is no second
// shape of a product between the database and the wire.
#pragma once
#include <google/protobuf/map.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/result.hpp"
#include "services/product/domain/ids.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

// Literals, so that statements are put together at compile time. The columns of product p, of offer o, and
// the units of o that can be bought now (offer o with stock s).
#define PRODUCT_COLUMNS                                                                                      \
  "p.id, p.seller_id, p.title, p.description, p.category_id, p.attributes, p.pictures, p.state, p.version, " \
  "p.created_at, p.updated_at"
#define OFFER_COLUMNS                                                                            \
  "o.id, o.product_id, o.seller_id, o.sku, o.options, o.price, o.currency, o.state, o.version, " \
  "o.created_at, "                                                                               \
  "o.updated_at"
#define AVAILABLE "s.on_hand - s.reserved"

inline constexpr std::size_t kProductColumns = 11;
inline constexpr std::size_t kOfferColumns = 12;  // with AVAILABLE as the last

enum class EtagOf {
  kVersion,   // of a list's entries
  kAllShown,  // covers the offers and their availability too
};

// Rows of PRODUCT_COLUMNS, OFFER_COLUMNS, AVAILABLE (null without an offer),
// those of one product side by side.
std::vector<api::product::Product> ReadProducts(const postgres::Result& result, EtagOf etag);
// A row of OFFER_COLUMNS, AVAILABLE that starts at `first`.
void ReadOffer(const postgres::Row& row, std::size_t first, api::product::Offer& offer);
// A JSON object whose values are texts.
void ReadTextMap(std::string_view json, google::protobuf::Map<std::string, std::string>& map);

// A map as the two arrays that jsonb_object() takes; refers to the map.
struct TextMapColumns {
  explicit TextMapColumns(const google::protobuf::Map<std::string, std::string>& map);
  std::vector<std::string_view> keys;
  std::vector<std::string_view> values;
};

}  // namespace market::product::storage
