// Names of shops in links that nobody may take: what the marketplace calls its own, or would seem to. Slugs
// of categories are free: operators choose them. Pure.
#pragma once
#include <string_view>

namespace market::user::domain {

// `slug` is of a-z, 0-9 and hyphens. Throws Error INVALID_ARGUMENT on `slug` for a reserved one.
void CheckSlug(std::string_view slug);

}  // namespace market::user::domain
