#include "services/notification/api/news.hpp"
#include "services/notification/api/notification_service.hpp"

namespace market::notification {

Task<google::protobuf::Empty> NotificationService::Deliver(CallContext& call,
                                                           marketplace::type::v1::DeliverRequest request) {
  const auto& event = request.event();
  const auto mails = co_await deps_.telling.Tell(call, event, NewsFrom(event), LiveNewsFrom(event));
  if (mails > 0) deps_.wake_outbox();
  deps_.wake_live();
  co_return google::protobuf::Empty();
}

}  // namespace market::notification
