#include "platform/conversions/enum_number.hpp"
#include "services/notification/api/convert.hpp"

namespace market::notification {

marketplace::notification::v1::LiveEvent ToProto(const storage::LiveEntry& entry) {
  namespace contract = marketplace::notification::v1;
  const auto& event = entry.event;
  contract::LiveEvent out;
  out.set_position(entry.at.ToText());
  out.set_kind(conversions::NumberOf<contract::LiveEvent::Kind>(event.kind));
  if (event.order) out.set_order_id(event.order->ToString());
  if (event.seller_order) out.set_seller_order_id(event.seller_order->ToString());
  if (event.seller) out.set_seller_id(event.seller->ToString());
  if (event.state) out.set_state(*event.state);
  if (event.notification) out.set_notification_id(event.notification->ToString());
  if (event.notification_kind)
    out.set_notification_kind(conversions::NumberOf<contract::Notification::Kind>(*event.notification_kind));
  if (event.conversation) out.set_conversation_id(event.conversation->ToString());
  if (event.message) out.set_message_id(event.message->ToString());
  if (event.side) out.set_side(conversions::NumberOf<contract::Conversation::Side>(*event.side));
  return out;
}

}  // namespace market::notification
