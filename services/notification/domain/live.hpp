// What a page that is open is told of at once: which thing has changed, never what it says.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/core/words.hpp"
#include "services/notification/domain/conversation.hpp"
#include "services/notification/domain/notification.hpp"

namespace market::notification::domain {

enum class LiveKind : std::uint8_t { kOrder, kNotification, kMessage };
inline constexpr Words<LiveKind, 3> kLiveKinds{"kind of a live event", {"ORDER", "NOTIFICATION", "MESSAGE"}};
inline std::string_view Name(LiveKind kind) { return kLiveKinds.Name(kind); }
inline void FromText(std::string_view word, LiveKind& kind) { kind = kLiveKinds.Require(word); }

// Nothing of a person: who is told looks it up.
struct LiveEvent {
  LiveKind kind = LiveKind::kOrder;
  std::optional<Uuid> order;
  std::optional<Uuid> seller_order;
  std::optional<SellerId> seller;
  std::optional<std::string> state;  // as SellerOrder.state and Order.state; nothing: as it was
  std::optional<NotificationId> notification;
  std::optional<Kind> notification_kind;
  std::optional<ConversationId> conversation;
  std::optional<MessageId> message;
  std::optional<Side> side;
};

// To an account, or to all who may read this of a shop.
struct LiveNews {
  Uuid listener;
  LiveEvent event;
};

// Who asks what there is: a person, and whoever acts for shops.
struct Listener {
  std::optional<AccountId> account;
  std::vector<SellerId> order_shops;    // whose orders they may read
  std::vector<SellerId> message_shops;  // whose conversations
};

}  // namespace market::notification::domain
