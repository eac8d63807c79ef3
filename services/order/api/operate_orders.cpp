#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

Task<api::order::ListStuckCheckoutsResponse> OrderService::ListStuckCheckouts(
    CallContext& call, api::order::ListStuckCheckoutsRequest request) {
  constexpr std::string_view kFilter = "stuck_checkouts";
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::StuckUpTo> after;
  if (const auto position = deps_.pages.Decode<Time, domain::OrderId>(kFilter, request.page_token())) {
    after = storage::StuckUpTo{std::get<0>(*position), std::get<1>(*position)};
  }
  auto stuck = co_await deps_.checkouts.ListStuck(call, after, size + 1);
  api::order::ListStuckCheckoutsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_checkouts(), size, stuck,
                                  [](const storage::CheckoutOnView& checkout) { return ToProto(checkout); });
  if (kept < stuck.size()) {
    const auto& last = stuck[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(kFilter, last.deadline_at, last.order));
  }
  co_return response;
}

Task<api::order::Checkout> OrderService::AdvanceCheckout(CallContext& call,
                                                         api::order::AdvanceCheckoutRequest request) {
  const auto id = domain::OrderId::From(request.order_id());
  auto lease = co_await deps_.checkouts.TakeOver(call, id, rpc::ActOf(call, request.reason()));
  if (lease) {
    co_await DriveOn(call, std::move(*lease), co_await Require(call, id, storage::Scope::Everything()));
  }
  const auto checkout = co_await deps_.checkouts.Find(call, id);
  if (checkout.value().step != storage::Step::kDone) call.LeaveOpen();
  co_return ToProto(*checkout);
}

}  // namespace market::order
