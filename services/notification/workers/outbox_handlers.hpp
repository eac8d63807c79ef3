// Delivers what notification's outbox holds: mails.
#pragma once
#include "platform/outbox/relay.hpp"
#include "services/notification/process/mailing.hpp"

namespace market::notification {

// How long one mail may take, whatever the server does; shorter than the relay's lease.
inline constexpr std::chrono::seconds kMailLimit{70};

// Both must outlive the relay's run.
void HandleOutbox(outbox::Relay& relay, Mailing& mailing);

}  // namespace market::notification
