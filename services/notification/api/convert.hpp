// What is kept as the contract's messages, and back. Pure; any thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "marketplace/notification/v1/notification.pb.h"
#include "services/notification/domain/conversation.hpp"
#include "services/notification/domain/notification.hpp"
#include "services/notification/domain/settings.hpp"
#include "services/notification/domain/terms.hpp"
#include "services/notification/storage/live_events.hpp"

namespace market::notification {

marketplace::notification::v1::Notification ToProto(const domain::Notification& notification);
marketplace::notification::v1::NotificationSettings ToProto(const std::vector<domain::Setting>& settings);

// `names`: what buyers call themselves.
using Names = std::map<AccountId, std::string>;
marketplace::notification::v1::Conversation ToProto(const domain::Conversation& conversation,
                                                    const Names& names);
marketplace::notification::v1::Message ToProto(const domain::Message& message, const domain::Parties& parties,
                                               const Names& names);

marketplace::notification::v1::LiveEvent ToProto(const storage::LiveEntry& entry);
marketplace::notification::v1::Terms ToProto(const domain::Terms& terms);
domain::Terms TermsFrom(const marketplace::notification::v1::PublishTermsRequest& request);

// Throws Error INVALID_ARGUMENT for a kind twice, and for a mail that is required and is to be off.
std::vector<domain::SettingChange> ChangesFrom(
    const marketplace::notification::v1::UpdateNotificationSettingsRequest& request);

}  // namespace market::notification
