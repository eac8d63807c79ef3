// Internal to storage: an adjustment, as a statement of whoever adjusts, and how it is refused.
#pragma once
#include <cstdint>

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::product::storage {

struct MovedStock {
  std::int64_t version = 0;
};
inline constexpr postgres::Columns kMovedStock{postgres::Column{"version", &MovedStock::version}};

// Of offer $1 in scope $2 by $3 units, once per operation $4 (stock_movement_cause), for the reason $5, by
// account $6. Where there is a threshold somebody is to look at it.
inline constexpr postgres::ComposedStatement kAdjustStock{
    "stock.adjust",
    "WITH moved AS ("
    "  UPDATE stock SET on_hand = on_hand + $3, version = stock.version + 1 FROM offer"
    "  WHERE offer.id = $1 AND offer.seller_id = ANY($2)"
    "  AND offer_id = $1 AND location = default_location() AND shard = 0"
    "  RETURNING stock.id, offer_id, stock.version, low_at), "
    "noted AS ("
    "  INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, reason, account_id)"
    "  SELECT 'ADJUSTMENT', id, offer_id, $3, 0, $4, $5, $6 FROM moved), "
    "looked AS ("
    "  INSERT INTO low_stock_look (offer_id) SELECT offer_id FROM moved WHERE low_at IS NOT NULL) "
    "SELECT " +
        kMovedStock + " FROM moved"};

// What stock_within_bounds says of an adjustment downwards.
inline Error StockBelowReserved() {
  return Error(Code::kFailedPrecondition, "STOCK_BELOW_RESERVED",
               "the stock can't fall below what orders have reserved");
}

}  // namespace market::product::storage
