// What an order costs beyond the prices of its offers, found before it is priced: how each shop sends it, for what, and how it
// is taxed. One statement.
//
// Owner: the service; what it is given must outlive it. Io thread only.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "services/order/domain/delivery_method.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/domain/terms.hpp"
#include "services/order/process/seller_directory.hpp"
#include "services/order/process/tax_engine.hpp"
#include "services/order/storage/delivery_methods.hpp"

namespace market::order {

// What is asked for.
struct Asked {
  std::span<const domain::Item> items;  // merged
  std::span<const domain::Offer> offers;
  domain::Destination to;  // unknown: of what nobody has said yet, and of what is fetched
  // One for a shop that has no part in it counts for nothing: a cart keeps it when the last item of its shop leaves.
  std::vector<domain::DeliveryChoice> choices;
};

struct FoundTerms {
  domain::Terms terms;
  std::map<SellerId, std::vector<domain::DeliveryOption>> options;  // the cheapest first
};

class OrderTerms {
 public:
  OrderTerms(storage::DeliveryMethods& methods, const SellerDirectory& sellers, TaxEngine& taxes,
             domain::TaxMode mode)
      : methods_(methods), sellers_(sellers), taxes_(taxes), mode_(mode) {}

  // Throws Error: what can't be bought as domain::Price does, DELIVERY_UNAVAILABLE naming each seller that can't send it, and
  // INVALID_ARGUMENT for two choices of one seller.
  Task<FoundTerms> Find(CallContext& call, Asked asked);

 private:
  domain::Destination DestinationOf(const SellerId& seller, const domain::Way& way,
                                    const domain::Destination& to) const;

  storage::DeliveryMethods& methods_;
  const SellerDirectory& sellers_;
  TaxEngine& taxes_;
  const domain::TaxMode mode_;
};

}  // namespace market::order
