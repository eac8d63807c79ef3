// The sellers whose member the caller is: what may be changed.
#pragma once
#include <vector>

#include "platform/core/id.hpp"

namespace market::product::storage {

using SellerScope = std::vector<SellerId>;

}  // namespace market::product::storage
