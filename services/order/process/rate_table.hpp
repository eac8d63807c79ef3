// The market's own tax engine: the rates of the table tax_rate, kept in memory and about a second old, and what order knows of
// sellers (process/seller_directory.hpp).
//
// Owner: the service; what it is given must outlive it. Io thread only.
#pragma once
#include <vector>

#include "platform/core/clock.hpp"
#include "services/order/process/seller_directory.hpp"
#include "services/order/process/tax_engine.hpp"
#include "services/order/storage/tax_rates.hpp"

namespace market::order {

// Whether the market taxes at all.
enum class Taxing : std::uint8_t { kOff, kByTable };

class RateTable final : public TaxEngine {
 public:
  RateTable(storage::TaxRates& rates, const SellerDirectory& sellers, const Clock& clock,
            Taxing taxing = Taxing::kByTable)
      : rates_(rates), sellers_(sellers), clock_(clock), taxing_(taxing) {}

  // Reads the rates anew. Throws what the database throws; what was known stays.
  Task<> CatchUp();

  Task<std::vector<SupplyTaxes>> Judge(CallContext& call, std::vector<Supply> supplies) override;

 private:
  domain::TaxTerm TermOf(const Supply& supply, const Supply::Good& good) const;

  storage::TaxRates& rates_;
  const SellerDirectory& sellers_;
  const Clock& clock_;
  const Taxing taxing_;
  std::vector<domain::TaxRate> known_;
};

}  // namespace market::order
