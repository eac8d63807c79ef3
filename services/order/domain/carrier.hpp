// Where what a carrier carries can be followed. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace market::order::domain {

// The page of the carrier that says where a parcel is; nothing for a carrier that we do not know, or without a number.
// Shops write a carrier's name as they like: case, spaces, dots and hyphens do not count.
std::optional<std::string> TrackingUrl(std::string_view carrier, std::string_view number);

}  // namespace market::order::domain
