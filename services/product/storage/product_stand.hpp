// What decides about an act on a product: whose it is and how it stands; and what the event of the act says.
#pragma once
#include <cstdint>
#include <string>

#include "platform/postgres/columns.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::storage {

struct ProductStand {
  SellerId seller;
  domain::ProductState state = domain::ProductState::kDraft;
  std::int64_t version = 0;
  std::string title;
  bool was_published = false;
};
inline constexpr postgres::Columns kProductStand{
    postgres::Column{"seller_id", &ProductStand::seller}, postgres::Column{"state", &ProductStand::state},
    postgres::Column{"version", &ProductStand::version}, postgres::Column{"title", &ProductStand::title},
    postgres::Column{"published_at IS NOT NULL", &ProductStand::was_published}};

}  // namespace market::product::storage
