// The sellers whose member the caller is: what may be changed; and who looks on.
#pragma once
#include <vector>

#include "platform/core/id.hpp"

namespace market::product::storage {

using SellerScope = std::vector<SellerId>;

// Who sees, and acts on, more than everybody: the members of these sellers, or an operator, whom the permission of the
// method lets reach all.
struct Viewer {
  bool everything = false;
  SellerScope sellers;
};

}  // namespace market::product::storage
