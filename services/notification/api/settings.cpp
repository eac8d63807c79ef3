#include "services/notification/api/convert.hpp"
#include "services/notification/api/notification_service.hpp"

namespace market::notification {

Task<api::notification::NotificationSettings> NotificationService::GetNotificationSettings(
    CallContext& call, api::notification::GetNotificationSettingsRequest request) {
  co_return ToProto(co_await deps_.notifications.Settings(call, call.Caller().account));
}

Task<api::notification::NotificationSettings> NotificationService::UpdateNotificationSettings(
    CallContext& call, api::notification::UpdateNotificationSettingsRequest request) {
  co_return ToProto(co_await deps_.notifications.Change(call, call.Caller().account, ChangesFrom(request)));
}

Task<google::protobuf::Empty> NotificationService::Unsubscribe(
    CallContext& call, api::notification::UnsubscribeRequest request) {
  const auto subject = deps_.unsubscribe_tokens.Read(request.token());
  if (!subject || domain::MailIsRequired(subject->kind)) {
    throw Error(Code::kInvalidArgument, "MAILED_TOKEN_ENDED", "the token is not one of our mails'");
  }
  co_await deps_.notifications.Change(call, subject->account,
                                      {{.kind = subject->kind, .app = std::nullopt, .mail = false}});
  co_return google::protobuf::Empty();
}

}  // namespace market::notification
