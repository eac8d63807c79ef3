// How large the pairs of a product and of an offer may be together, so that whatever shows them fits in an
// answer. The contract bounds each name and value by itself. Pure.
#pragma once
#include <google/protobuf/map.h>

#include <cstddef>
#include <string>

namespace market::product {

using Pairs = google::protobuf::Map<std::string, std::string>;

inline constexpr std::size_t kAttributesBytesMax = 16'384;  // of a product, names and values
inline constexpr std::size_t kOptionsBytesMax = 2'048;      // of an offer

// Throw Error INVALID_ARGUMENT with TOO_LARGE on the field.
void CheckAttributes(const Pairs& attributes, std::string field);
void CheckOptions(const Pairs& options, std::string field);

}  // namespace market::product
