// What was sold, for the simulation of commission rules. The tables are those of what sales come to: of `sale` the columns
// seller_order_id, seller_id, currency, placed_at; of `sale_line` line_id, seller_order_id, category_ids (the product's own, then
// those above, nearest first), unit_price_minor, quantity, earned_minor, commission_minor. Nothing else of them is looked at.
//
// Owner: the service; io thread only. Fails as platform/postgres does.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/postgres/database.hpp"
#include "services/payment/domain/simulation.hpp"

namespace market::payment::storage {

// Where a page of lines ends.
struct SoldPosition {
  Time placed_at;
  domain::LineId line;
};

class SalesSource {
 public:
  virtual ~SalesSource() = default;

  // Of what was placed since then the newest first, at most `limit`.
  virtual Task<std::vector<domain::SimulatedLine>> Sold(Work work, Time from,
                                                        std::optional<SoldPosition> after,
                                                        std::int64_t limit) = 0;
};

class SimulatedSales final : public SalesSource {
 public:
  explicit SimulatedSales(postgres::Database& database) : database_(database) {}

  Task<std::vector<domain::SimulatedLine>> Sold(Work work, Time from, std::optional<SoldPosition> after,
                                                std::int64_t limit) override;

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
