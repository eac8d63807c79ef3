// What a change of a row can come to, besides the changed row.
#pragma once
#include <cstdint>
#include <optional>

#include "services/user/domain/seller.hpp"

namespace market::user::storage {

// The version the caller saw; none: any.
using ExpectedVersion = std::optional<std::int64_t>;

struct Missing {};  // not there, or somebody else's
struct VersionDiffers {};
struct LimitReached {
  int limit = 0;
};
struct DefaultNeeded {};  // the default address stays it until another one becomes it
// The seller's state does not allow it.
struct NotAllowed {
  domain::SellerState state = domain::SellerState::kPending;
};

}  // namespace market::user::storage
