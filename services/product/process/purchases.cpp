#include "services/product/process/purchases.hpp"

namespace market::product {

Task<storage::ReviewDraft> Purchases::Delivered(CallContext& call, domain::LineId line, AccountId buyer) {
  api::order::CheckReviewableRequest request;
  request.set_line_id(line.ToString());
  request.set_account_id(buyer.ToString());
  const auto bought = co_await orders_->CheckReviewable(call, std::move(request));
  co_return storage::ReviewDraft{.id = {},
                                 .line = line,
                                 .order = domain::OrderId::From(bought.order_id()),
                                 .product = domain::ProductId::From(bought.product_id()),
                                 .offer = domain::OfferId::From(bought.offer_id()),
                                 .seller = SellerId::From(bought.seller_id()),
                                 .author = buyer,
                                 .opinion = {}};
}

}  // namespace market::product
