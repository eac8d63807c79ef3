// What was sold, for the simulation of commission rules: what a line earns is what is left of it, as its commission is.
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
