// What leaves notification: mails to be sent, which wait in its outbox, and the events of conversations.
#pragma once
#include <string>
#include <string_view>

#include "marketplace/notification/v1/events.pb.h"
#include "platform/events/event.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/notification/domain/conversation.hpp"
#include "services/notification/domain/notification.hpp"

namespace market::notification {

inline constexpr std::string_view kMail = "mail";

// The mails to one recipient leave in their order.
outbox::NewMessage MailMessage(const domain::Told& told, std::string trace);

struct Mail {
  std::optional<AccountId> account;
  domain::News news;
};
// Throws std::runtime_error for a payload that is none.
Mail MailFrom(const outbox::Message& message);

// Of the conversation as the act left it.
events::NewEvent MessageSentEvent(const domain::Conversation& conversation, const domain::Message& message);
events::NewEvent ConversationReportedEvent(const domain::Conversation& conversation, domain::Side side);

}  // namespace market::notification
