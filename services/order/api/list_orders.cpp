#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {
namespace {

// What all three lists can be narrowed to, and its name for the page token: a token goes on with the list it came from.
struct Narrowed {
  storage::Wanted wanted;
  std::string filter;
  bool nothing = false;  // no number begins so

  void Name(std::string_view part) { filter.append("|").append(part); }
};

template <class Request>
void ReadTimes(Narrowed& narrowed, const Request& request) {
  auto& from = narrowed.wanted.created_from;
  auto& to = narrowed.wanted.created_to;
  if (request.has_create_time_from())
    from = conversions::TimeFrom(request.create_time_from(), "createTimeFrom");
  if (request.has_create_time_to()) to = conversions::TimeFrom(request.create_time_to(), "createTimeTo");
  if (from && to && *from >= *to) {
    throw InvalidArgument("createTimeTo", "OUT_OF_RANGE", "must be later than createTimeFrom");
  }
  for (const auto& time : {from, to})
    narrowed.Name(time ? std::to_string(time->time_since_epoch().count()) : "");
}

template <class Request>
Narrowed NarrowedBy(std::string_view list, const Request& request) {
  Narrowed narrowed{.filter = std::string(list)};
  std::set<domain::State> states;
  for (const auto state : request.state()) {
    const auto value = static_cast<api::order::OrderState>(state);
    if (value != api::order::ORDER_STATE_UNSPECIFIED) states.insert(StateFrom(value));
  }
  for (const auto state : states) {
    narrowed.wanted.states.push_back(state);
    narrowed.Name(domain::Name(state));
  }
  ReadTimes(narrowed, request);
  narrowed.Name(request.number());
  if (!request.number().empty()) {
    narrowed.wanted.number = domain::NumberFrom(request.number());
    narrowed.nothing = !narrowed.wanted.number;
  }
  return narrowed;
}

std::optional<domain::OrderId> Before(const rpc::PageTokens& pages, const std::string& filter,
                                      const std::string& token) {
  const auto position = pages.Decode<domain::OrderId>(filter, token);
  return position ? std::optional(std::get<0>(*position)) : std::nullopt;
}

}  // namespace

// One more than asked for tells whether there is a next page.
Task<api::order::ListMyOrdersResponse> OrderService::ListMyOrders(CallContext& call,
                                                                  api::order::ListMyOrdersRequest request) {
  const auto buyer = call.Caller().account;
  const auto [wanted, filter, nothing] = NarrowedBy("orders|" + buyer.ToString(), request);
  const auto before = Before(deps_.pages, filter, request.page_token());
  api::order::ListMyOrdersResponse response;
  if (nothing) co_return response;
  const auto size = rpc::PageSize(request.page_size());
  auto orders = co_await deps_.orders.ListOfBuyer(call, buyer, wanted, before, size + 1);
  const auto kept =
      rpc::FillPage(*response.mutable_orders(), size, orders,
                    [this](const domain::Order& order) { return ToProto(order, deps_.sellers); });
  if (kept < orders.size()) response.set_next_page_token(deps_.pages.Encode(filter, orders[kept - 1].id));
  co_return response;
}

Task<api::order::ListSellerOrdersResponse> OrderService::ListSellerOrders(
    CallContext& call, api::order::ListSellerOrdersRequest request) {
  const auto seller = SellerId::From(request.seller_id());
  const auto [wanted, filter, nothing] = NarrowedBy("seller_orders|" + seller.ToString(), request);
  const auto before = Before(deps_.pages, filter, request.page_token());
  api::order::ListSellerOrdersResponse response;
  if (nothing) co_return response;
  const auto size = rpc::PageSize(request.page_size());
  auto parts = co_await deps_.orders.ListOfSeller(call, seller, wanted, before, size + 1);
  const auto kept =
      rpc::FillPage(*response.mutable_seller_orders(), size, parts,
                    [this](const domain::SellerOrder& part) { return ToProto(part, deps_.sellers); });
  if (kept < parts.size()) response.set_next_page_token(deps_.pages.Encode(filter, parts[kept - 1].order));
  co_return response;
}

Task<api::order::ListOrdersResponse> OrderService::ListOrders(CallContext& call,
                                                              api::order::ListOrdersRequest request) {
  auto narrowed = NarrowedBy("all_orders", request);
  for (const auto* part : {&request.buyer_id(), &request.buyer_email(), &request.seller_id()})
    narrowed.Name(*part);
  auto& wanted = narrowed.wanted;
  const auto before = Before(deps_.pages, narrowed.filter, request.page_token());
  if (!request.seller_id().empty()) wanted.seller = SellerId::From(request.seller_id());
  if (!request.buyer_id().empty()) wanted.buyers = std::vector{AccountId::From(request.buyer_id())};
  if (!request.buyer_email().empty()) {
    auto named = co_await FindBuyers(call, request.buyer_email());
    if (wanted.buyers) std::erase_if(named, [&](auto id) { return id != wanted.buyers->front(); });
    wanted.buyers = std::move(named);
  }
  api::order::ListOrdersResponse response;
  if (narrowed.nothing || (wanted.buyers && wanted.buyers->empty())) co_return response;
  const auto size = rpc::PageSize(request.page_size());
  auto orders = co_await deps_.orders.ListOfAll(call, std::move(wanted), before, size + 1);
  const auto kept =
      rpc::FillPage(*response.mutable_orders(), size, orders,
                    [this](const domain::Order& order) { return ToProto(order, deps_.sellers); });
  if (kept < orders.size())
    response.set_next_page_token(deps_.pages.Encode(narrowed.filter, orders[kept - 1].id));
  co_return response;
}

Task<std::vector<AccountId>> OrderService::FindBuyers(CallContext& call, std::string email) {
  api::auth::FindAccountRequest request;
  request.set_email(std::move(email));
  request.set_guests(true);
  std::vector<AccountId> found;
  try {
    const auto accounts = co_await deps_.auth.FindAccount(call, std::move(request));
    if (!accounts.account_id().empty()) found.push_back(AccountId::From(accounts.account_id()));
    for (const auto& guest : accounts.guest_ids()) found.push_back(AccountId::From(guest));
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
  }
  co_return found;
}

}  // namespace market::order
