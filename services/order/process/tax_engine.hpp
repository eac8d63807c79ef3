// Who knows how a sale is taxed: a port, so that an outside engine can take the place of the market's own table.
//
// Owner: the service. Io thread only. Throws Error; an order is not placed then.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/price.hpp"
#include "services/order/domain/tax_rate.hpp"

namespace market::order {

// What one seller sends, or hands out, where.
struct Supply {
  struct Good {
    domain::OfferId offer;
    std::string tax_class;         // "": the standard one
    std::int64_t value_minor = 0;  // before discounts
  };
  SellerId seller;
  domain::Destination to;
  std::vector<Good> goods;
};

struct SupplyTaxes {
  std::vector<domain::TaxTerm> goods;  // in the order of the supply's
  domain::TaxTerm delivery;
};

class TaxEngine {
 public:
  virtual ~TaxEngine() = default;
  // One answer for each supply, in their order.
  virtual Task<std::vector<SupplyTaxes>> Judge(CallContext& call, std::vector<Supply> supplies) = 0;
};

}  // namespace market::order
