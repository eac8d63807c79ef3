#include "platform/rpc/page.hpp"
#include "services/notification/api/convert.hpp"
#include "services/notification/api/notification_service.hpp"

namespace market::notification {

Task<api::notification::ListNotificationsResponse> NotificationService::ListNotifications(
    CallContext& call, api::notification::ListNotificationsRequest request) {
  const auto account = call.Caller().account;
  const auto filter =
      std::string("notifications|") + (request.unread() ? "unread|" : "|") + request.seller_id();
  std::optional<domain::NotificationId> before;
  if (const auto key = deps_.pages.Decode<domain::NotificationId>(filter, request.page_token()))
    before = std::get<0>(*key);
  const auto size = rpc::PageSize(request.page_size());
  auto found = co_await deps_.notifications.List(
      call, account, {.unread = request.unread(), .seller = SellerId::Parse(request.seller_id())}, before,
      size + 1);
  api::notification::ListNotificationsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_notifications(), size, found,
                                  [](const domain::Notification& one) { return ToProto(one); });
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].id));
  response.set_unread_count(co_await deps_.notifications.CountUnread(call, account));
  co_return response;
}

Task<api::notification::MarkNotificationsReadResponse> NotificationService::MarkNotificationsRead(
    CallContext& call, api::notification::MarkNotificationsReadRequest request) {
  const auto account = call.Caller().account;
  std::vector<domain::NotificationId> ids;
  for (const auto& id : request.ids()) ids.push_back(domain::NotificationId::From(id));
  if (ids.empty()) {
    co_await deps_.notifications.MarkAllRead(call, account);
  } else {
    co_await deps_.notifications.MarkRead(call, account, std::move(ids));
  }
  api::notification::MarkNotificationsReadResponse response;
  response.set_unread_count(co_await deps_.notifications.CountUnread(call, account));
  co_return response;
}

}  // namespace market::notification
