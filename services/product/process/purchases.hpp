// What somebody bought, as order tells. Throws Error NOT_FOUND, NOT_REVIEWABLE and what order throws besides. Owner: the
// service; io thread only.
#pragma once
#include "marketplace/order/v1/order.market.hpp"
#include "services/product/storage/reviews.hpp"

namespace market::product {

class Purchases {
 public:
  // Before the first call. Apart from the constructor since order and product know each other.
  void Connect(api::OrderApi& orders) { orders_ = &orders; }

  // The draft of a review of a line that its buyer has got, still without an id and an opinion.
  Task<storage::ReviewDraft> Delivered(CallContext& call, domain::LineId line, AccountId buyer);

 private:
  api::OrderApi* orders_ = nullptr;
};

}  // namespace market::product
