// How large the pairs of a product and of an offer may be together, so that whatever shows them fits in an
// answer. The contract bounds each name and value by itself. Pure.
#pragma once
#include <google/protobuf/map.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <cstddef>
#include <string>

#include "marketplace/product/v1/product.pb.h"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product {

using Pairs = google::protobuf::Map<std::string, std::string>;

inline constexpr std::size_t kAttributesBytesMax = 16'384;  // of a product, names and values
inline constexpr std::size_t kOptionsBytesMax = 2'048;      // of an offer
// Those that a product is made with, so that the request fits whatever else is in it; of others each has a request of its own.
inline constexpr std::size_t kTranslationsBytesMax = 16'384;

// Throw Error INVALID_ARGUMENT with TOO_LARGE on the field.
void CheckAttributes(const Pairs& attributes, std::string field);
void CheckOptions(const Pairs& options, std::string field);
void CheckTranslations(const google::protobuf::RepeatedPtrField<api::product::TranslationDraft>& translations,
                       std::string field);

}  // namespace market::product
