// What a change of a row can come to, besides the changed row.
#pragma once
#include <cstdint>
#include <optional>

namespace market::user::storage {

// The version the caller saw; none: any.
using ExpectedVersion = std::optional<std::int64_t>;

struct Missing {};  // not there, or somebody else's
struct VersionDiffers {};
struct LimitReached {};
struct DefaultNeeded {};  // the default address stays it until another one becomes it

}  // namespace market::user::storage
