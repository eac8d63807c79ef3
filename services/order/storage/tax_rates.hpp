// Rates of tax in PostgreSQL. Owner: the service; io thread only. Fails as platform/postgres does, plus the refusals named at
// each function.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/tax_rate.hpp"

namespace market::order::storage {

class TaxRates {
 public:
  explicit TaxRates(postgres::Database& database) : database_(database) {}

  // All there are.
  Task<std::vector<domain::TaxRate>> All(Work work);

  // Where a page of a list ends.
  struct Position {
    std::string country;
    std::string region;
    std::string tax_class;
    domain::TaxRateId id;
  };
  // By country, region and class; of one country, or of all for "".
  Task<std::vector<domain::TaxRate>> List(Work work, std::string country, std::optional<Position> after,
                                          int limit);
  // Whoever creates names the id: the same id twice is the same rate. INVALID_ARGUMENT when another one of the same begins
  // then.
  Task<domain::TaxRate> Create(Work work, domain::TaxRate rate, audit::Act act);
  // NOT_FOUND, INVALID_ARGUMENT when it would end before it begins.
  Task<domain::TaxRate> End(Work work, domain::TaxRateId id, Time until, audit::Act act);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
