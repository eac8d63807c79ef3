#include "platform/conversions/conversions.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/api/reading_scope.hpp"

namespace market::order {
namespace {

using rpc::FillPage;
using rpc::PageSize;

template <class Response>
Response Counted(const std::vector<storage::StateCount>& counts) {
  Response response;
  for (const auto& count : counts) *response.add_counts() = order::ToProto(count);
  return response;
}

}  // namespace

Task<domain::Order> OrderService::Require(CallContext& call, domain::OrderId id, storage::Scope scope) {
  auto order = co_await deps_.orders.Find(call, id, std::move(scope));
  if (!order) throw NotFound("the order");
  co_return std::move(*order);
}

Task<api::order::Order> OrderService::GetOrder(CallContext& call, api::order::GetOrderRequest request) {
  const auto id = domain::OrderId::From(request.order_id());
  auto scope =
      call.Reach().everything ? storage::Scope::Everything() : storage::Scope::Buyer(call.Caller().account);
  co_return Shown(call, co_await Require(call, id, std::move(scope)));
}

// The link that confirms a payment works for whoever has it: it is its buyer's alone.
api::order::Order OrderService::Shown(const CallContext& call, const domain::Order& order) const {
  auto out = order::ToProto(order, deps_.sellers);
  const bool waits = order.payment.state == domain::PaymentState::kRequiresAction && order.WaitsForBuyer();
  if (waits && !order.action_url.empty() && order.buyer == call.Caller().account) {
    out.mutable_next_action()->set_url(order.action_url);
  }
  return out;
}

Task<api::order::CountMyOrdersResponse> OrderService::CountMyOrders(CallContext& call,
                                                                    api::order::CountMyOrdersRequest) {
  co_return Counted<api::order::CountMyOrdersResponse>(
      co_await deps_.orders.CountOfBuyer(call, call.Caller().account));
}

Task<api::order::CountSellerOrdersResponse> OrderService::CountSellerOrders(
    CallContext& call, api::order::CountSellerOrdersRequest request) {
  co_return Counted<api::order::CountSellerOrdersResponse>(
      co_await deps_.orders.CountOfSeller(call, SellerId::From(request.seller_id())));
}

Task<api::order::ListOrderEventsResponse> OrderService::ListOrderEvents(
    CallContext& call, api::order::ListOrderEventsRequest request) {
  const auto id = domain::OrderId::From(request.order_id());
  const auto filter = "order_events|" + request.order_id() + '|' + call.Caller().account.ToString();
  const auto position = deps_.pages.Decode<std::int64_t>(filter, request.page_token());
  const auto skipped = position ? std::get<0>(*position) : 0;
  const auto size = PageSize(request.page_size());
  auto events = co_await deps_.orders.History(call, id, ReadingScope(call), skipped, size + 1);
  if (!events) throw NotFound("the order");
  api::order::ListOrderEventsResponse response;
  const auto kept = FillPage(*response.mutable_events(), size, *events,
                             [](const domain::Event& event) { return ToProto(event); });
  if (kept < events->size()) {
    response.set_next_page_token(deps_.pages.Encode(filter, skipped + static_cast<std::int64_t>(kept)));
  }
  co_return response;
}

Task<api::order::SellerOrder> OrderService::GetSellerOrder(CallContext& call,
                                                           api::order::GetSellerOrderRequest request) {
  const auto id = domain::SellerOrderId::From(request.seller_order_id());
  const auto part = co_await deps_.orders.FindPart(call, id, storage::Scope::Sellers(call.Reach().sellers));
  if (!part) throw NotFound("the seller order");
  co_return ToProto(*part, deps_.sellers);
}

Task<api::order::Parties> OrderService::GetParties(CallContext& call, api::order::GetPartiesRequest request) {
  const auto found =
      co_await deps_.orders.PartiesOf(call, domain::SellerOrderId::From(request.seller_order_id()));
  if (!found) throw NotFound("the seller order");
  api::order::Parties parties;
  parties.set_buyer_id(found->buyer.ToString());
  parties.set_seller_id(found->seller.ToString());
  parties.set_number(found->number);
  if (const auto* card = deps_.sellers.Find(found->seller)) parties.set_seller_name(card->display_name());
  co_return parties;
}

Task<api::order::ReviewableLine> OrderService::CheckReviewable(CallContext& call,
                                                               api::order::CheckReviewableRequest request) {
  const auto found = co_await deps_.orders.FindReviewable(call, domain::LineId::From(request.line_id()),
                                                          AccountId::From(request.account_id()));
  if (!found) throw NotFound("the order line");
  if (!found->delivered_at)
    throw Error(Code::kFailedPrecondition, "NOT_REVIEWABLE", "nothing of it was delivered yet");
  api::order::ReviewableLine line;
  line.set_product_id(found->product.ToString());
  line.set_offer_id(found->offer.ToString());
  line.set_seller_id(found->seller.ToString());
  line.set_order_id(found->order.ToString());
  *line.mutable_delivered_time() = conversions::ToProto(*found->delivered_at);
  co_return line;
}

}  // namespace market::order
