// NotificationService as the contract has it. What every call has in common (token, policy, field rules,
// idempotency, errors, metrics) was done by the edge before. What is somebody's is so in SQL too.
//
// Owner: the notification service; io thread only; outlives its callers.
#pragma once
#include <functional>

#include "marketplace/notification/v1/notification.market.hpp"
#include "platform/rpc/page_token.hpp"
#include "services/notification/process/counterparts.hpp"
#include "services/notification/process/live.hpp"
#include "services/notification/process/telling.hpp"
#include "services/notification/storage/conversations.hpp"
#include "services/notification/storage/notifications.hpp"
#include "services/notification/storage/personal_data.hpp"
#include "services/notification/storage/terms.hpp"
#include "services/notification/storage/unsubscribe_tokens.hpp"

namespace market::notification {

class NotificationService final : public api::NotificationApi {
 public:
  struct Deps {
    storage::Notifications& notifications;
    Telling& telling;
    const storage::UnsubscribeTokens& unsubscribe_tokens;
    const rpc::PageTokens& pages;
    std::function<void()> wake_outbox;  // something was appended
    storage::PersonalData& personal_data;
    storage::Conversations& conversations;
    Counterparts& counterparts;
    storage::TermsStore& terms;
    Live& live;
    std::function<void()> wake_live;  // so was a live event
  };
  explicit NotificationService(Deps deps) : deps_(std::move(deps)) {}

  Task<api::notification::ListNotificationsResponse> ListNotifications(
      CallContext& call, api::notification::ListNotificationsRequest request) override;
  Task<api::notification::MarkNotificationsReadResponse> MarkNotificationsRead(
      CallContext& call, api::notification::MarkNotificationsReadRequest request) override;

  // settings.cpp
  Task<api::notification::NotificationSettings> GetNotificationSettings(
      CallContext& call, api::notification::GetNotificationSettingsRequest request) override;
  Task<api::notification::NotificationSettings> UpdateNotificationSettings(
      CallContext& call, api::notification::UpdateNotificationSettingsRequest request) override;
  Task<google::protobuf::Empty> Unsubscribe(CallContext& call,
                                            api::notification::UnsubscribeRequest request) override;

  // conversations.cpp
  Task<api::notification::Conversation> StartConversation(
      CallContext& call, api::notification::StartConversationRequest request) override;
  Task<api::notification::ListConversationsResponse> ListConversations(
      CallContext& call, api::notification::ListConversationsRequest request) override;
  Task<api::notification::Conversation> GetConversation(
      CallContext& call, api::notification::GetConversationRequest request) override;
  Task<api::notification::ListMessagesResponse> ListMessages(
      CallContext& call, api::notification::ListMessagesRequest request) override;
  Task<api::notification::Message> SendMessage(CallContext& call,
                                               api::notification::SendMessageRequest request) override;
  Task<api::notification::Conversation> MarkConversationRead(
      CallContext& call, api::notification::MarkConversationReadRequest request) override;
  Task<api::notification::Conversation> ReportConversation(
      CallContext& call, api::notification::ReportConversationRequest request) override;

  // live.cpp
  Task<api::notification::ListLiveEventsResponse> ListLiveEvents(
      CallContext& call, api::notification::ListLiveEventsRequest request) override;

  // terms.cpp
  Task<api::notification::ListTermsResponse> ListTerms(CallContext& call,
                                                       api::notification::ListTermsRequest request) override;
  Task<api::notification::Terms> PublishTerms(CallContext& call,
                                              api::notification::PublishTermsRequest request) override;

  // hear.cpp
  Task<google::protobuf::Empty> Deliver(CallContext& call,
                                        marketplace::type::v1::DeliverRequest request) override;

  // personal_data.cpp
  Task<marketplace::type::v1::ErasePersonalDataResponse> ErasePersonalData(
      CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) override;
  Task<marketplace::type::v1::ExportPersonalDataResponse> ExportPersonalData(
      CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) override;

 private:
  Task<domain::Conversation> Require(CallContext& call, domain::ConversationId id, storage::Scope scope);
  Task<domain::Parties> PartiesOf(CallContext& call,
                                  const api::notification::StartConversationRequest& request);

  Deps deps_;
};

}  // namespace market::notification
