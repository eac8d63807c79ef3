// What decides about an act on a product: whose it is and how it stands.
#pragma once
#include <cstdint>

#include "platform/postgres/columns.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::storage {

struct ProductStand {
  SellerId seller;
  domain::ProductState state = domain::ProductState::kDraft;
  std::int64_t version = 0;
};
inline constexpr postgres::Columns kProductStand{postgres::Column{"seller_id", &ProductStand::seller},
                                                 postgres::Column{"state", &ProductStand::state},
                                                 postgres::Column{"version", &ProductStand::version}};

}  // namespace market::product::storage
