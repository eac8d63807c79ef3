#include "platform/conversions/conversions.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {
namespace {

storage::Wanted WantedBy(const api::order::ListOrdersRequest& request) {
  storage::Wanted wanted;
  if (!request.number().empty()) wanted.number = request.number();
  if (!request.buyer_id().empty()) wanted.buyer = AccountId::From(request.buyer_id());
  if (!request.seller_id().empty()) wanted.seller = SellerId::From(request.seller_id());
  if (request.state() != api::order::ORDER_STATE_UNSPECIFIED) wanted.state = StateFrom(request.state());
  if (request.has_create_time_from()) {
    wanted.created_from = conversions::TimeFrom(request.create_time_from(), "createTimeFrom");
  }
  if (request.has_create_time_to()) {
    wanted.created_to = conversions::TimeFrom(request.create_time_to(), "createTimeTo");
  }
  if (wanted.created_from && wanted.created_to && *wanted.created_from >= *wanted.created_to) {
    throw InvalidArgument("createTimeTo", "OUT_OF_RANGE", "must be later than createTimeFrom");
  }
  return wanted;
}

// What selects the rows, for the page token.
std::string FilterOf(const storage::Wanted& wanted) {
  std::string filter = "all_orders";
  const auto add = [&filter](const std::optional<std::string>& part) { filter += '|' + part.value_or(""); };
  const auto text = [](const auto& id) { return id ? std::optional(id->ToString()) : std::nullopt; };
  const auto moment = [](const std::optional<Time>& time) {
    return time ? std::optional(std::to_string(time->time_since_epoch().count())) : std::nullopt;
  };
  add(wanted.number);
  add(text(wanted.buyer));
  add(text(wanted.seller));
  add(wanted.state ? std::optional(std::string(domain::Name(*wanted.state))) : std::nullopt);
  add(moment(wanted.created_from));
  add(moment(wanted.created_to));
  return filter;
}

}  // namespace

Task<api::order::ListOrdersResponse> OrderService::ListOrders(CallContext& call,
                                                              api::order::ListOrdersRequest request) {
  const auto wanted = WantedBy(request);
  const auto filter = FilterOf(wanted);
  const auto size = rpc::PageSize(request.page_size());
  const auto before = deps_.pages.Decode<domain::OrderId>(filter, request.page_token());
  auto orders = co_await deps_.orders.ListOfAll(
      call, wanted, before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  api::order::ListOrdersResponse response;
  const auto kept = rpc::FillPage(*response.mutable_orders(), size, orders,
                                  [](const domain::Order& order) { return ToProto(order); });
  if (kept < orders.size()) response.set_next_page_token(deps_.pages.Encode(filter, orders[kept - 1].id));
  co_return response;
}

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
