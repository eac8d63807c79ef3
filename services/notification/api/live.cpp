// What pages that are open are told of at once.
#include "marketplace/options/v1/permission.pb.h"
#include "services/notification/api/convert.hpp"
#include "services/notification/api/notification_service.hpp"

namespace market::notification {
namespace {

// What its maker buys and is told is nothing of an API key.
domain::Listener ListenerOf(const CallContext& call) {
  const auto& caller = call.Caller();
  domain::Listener listener{.account = std::nullopt,
                            .order_shops = call.Reach().sellers,
                            .message_shops = caller.SellersWith(marketplace::options::v1::MESSAGES_READ)};
  if (caller.bearer == identity::Bearer::kPerson) listener.account = caller.account;
  return listener;
}

Live::Caller CallerOf(const CallContext& call) {
  const auto& caller = call.Caller();
  const bool person = caller.bearer == identity::Bearer::kPerson;
  return {.id = person ? caller.account.Value() : caller.session, .token = std::string(call.Token())};
}

}  // namespace

Task<api::notification::ListLiveEventsResponse> NotificationService::ListLiveEvents(
    CallContext& call, api::notification::ListLiveEventsRequest request) {
  const auto after = storage::LivePosition::Parse(request.after());
  const auto caller = CallerOf(call);
  const auto page = co_await deps_.live.Next(call, caller, ListenerOf(call), after,
                                             std::chrono::milliseconds(request.wait_ms()));
  api::notification::ListLiveEventsResponse response;
  for (const auto& entry : page.entries) *response.add_events() = ToProto(entry);
  response.set_next(page.next.ToText());
  response.set_expired(page.expired || (!after && !request.after().empty()));
  response.set_listener(caller.id.ToString());
  co_return response;
}

}  // namespace market::notification
