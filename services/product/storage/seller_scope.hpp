// The sellers whose member the caller is: what may be changed; and who sees what is not for everybody.
#pragma once
#include <cstdint>
#include <vector>

#include "platform/core/id.hpp"

namespace market::product::storage {

using SellerScope = std::vector<SellerId>;

enum class Sees : std::uint8_t { kOwn, kEverything };
// An operator sees what is of others, too.
struct Viewer {
  SellerScope sellers;
  Sees sees = Sees::kOwn;
};

}  // namespace market::product::storage
