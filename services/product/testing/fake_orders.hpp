// The order service as product's tests see it: lines that somebody bought, delivered or not.
#pragma once
#include <map>
#include <string>

#include "marketplace/order/v1/order.market.hpp"
#include "platform/core/error.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product {

class FakeOrders final : public api::OrderStandIn {
 public:
  struct Line {
    std::string buyer;
    bool delivered = true;
    api::order::ReviewableLine line;
  };
  std::map<std::string, Line> lines;

  // A line that was delivered.
  std::string Bring(AccountId buyer, std::string product, std::string offer, SellerId seller) {
    const auto id = Uuid::NewV7().ToString();
    auto& line = lines[id];
    line.buyer = buyer.ToString();
    line.line.set_product_id(std::move(product));
    line.line.set_offer_id(std::move(offer));
    line.line.set_seller_id(seller.ToString());
    line.line.set_order_id(Uuid::NewV7().ToString());
    return id;
  }

  Task<api::order::ReviewableLine> CheckReviewable(CallContext&,
                                                   api::order::CheckReviewableRequest request) override {
    const auto found = lines.find(request.line_id());
    if (found == lines.end() || found->second.buyer != request.account_id()) throw NotFound("the order line");
    if (!found->second.delivered) throw Error(Code::kFailedPrecondition, "NOT_REVIEWABLE", "not yet");
    co_return found->second.line;
  }
};

}  // namespace market::product
