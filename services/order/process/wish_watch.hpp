// Looks again and again at the offers that people look out for, and tells when one costs less or can be bought again.
//
// It asks product, as every read does, instead of hearing of changes: a price begins and ends by the clock, in the currency
// of the wish, and stock comes back with whatever is cancelled. Each wish is looked at once in `every`, whoever of the
// replicas does.
#pragma once
#include <chrono>
#include <vector>

#include "marketplace/product/v1/product.market.hpp"
#include "platform/core/clock.hpp"
#include "services/order/process/seller_directory.hpp"
#include "services/order/storage/wishes.hpp"

namespace market::order {

// What it refers to must outlive it.
class WishWatch {
 public:
  WishWatch(storage::Wishes& wishes, api::ProductApi& products, const SellerDirectory& sellers,
            const Clock& clock, std::chrono::milliseconds every);

  // All that is due, within limits.
  Task<> LookAround();

 private:
  Task<> Look(CallContext& call, std::vector<storage::WatchedWish> wishes);

  storage::Wishes& wishes_;
  api::ProductApi& products_;
  const SellerDirectory& sellers_;
  const Clock& clock_;
  const std::chrono::milliseconds every_;
};

}  // namespace market::order
