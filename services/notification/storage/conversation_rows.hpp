// Internal to storage: how conversations and messages are read, and who sees them. In every statement $2, $3 and $4 are the
// caller's scope.
#pragma once
#include <optional>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/statement.hpp"
#include "services/notification/domain/conversation.hpp"

namespace market::notification::storage {

inline constexpr postgres::Sql kSideOf{
    "CASE WHEN c.buyer_id = $2::uuid THEN 'BUYER' WHEN c.seller_id = ANY($3::uuid[]) THEN 'SHOP' END"};
inline constexpr postgres::Sql kInScope{
    "(c.buyer_id = $2::uuid OR c.seller_id = ANY($3::uuid[]) OR ($4::boolean AND c.reported_at IS NOT "
    "NULL))"};
inline constexpr auto kUnreadOf =
    "CASE " + kSideOf + " WHEN 'BUYER' THEN c.buyer_unread WHEN 'SHOP' THEN c.shop_unread ELSE 0 END";
inline constexpr auto kIsReported =
    "EXISTS (SELECT FROM conversation_report r WHERE r.conversation_id = c.id AND ($4::boolean OR r.side = " +
    kSideOf + "))";

inline constexpr postgres::Columns kConversation{
    postgres::Column{"c.id", &domain::Conversation::id},
    postgres::Column{"c.buyer_id", &domain::Conversation::parties, &domain::Parties::buyer},
    postgres::Column{"c.seller_id", &domain::Conversation::parties, &domain::Parties::seller},
    postgres::Column{"c.seller_name", &domain::Conversation::parties, &domain::Parties::seller_name},
    postgres::Column{
        "c.product_id",
        [](domain::Conversation& c) -> std::optional<Uuid>& { return c.parties.subject.product; }},
    postgres::Column{
        "c.seller_order_id",
        [](domain::Conversation& c) -> std::optional<Uuid>& { return c.parties.subject.seller_order; }},
    postgres::Column{"c.title",
                     [](domain::Conversation& c) -> std::string& { return c.parties.subject.title; }},
    postgres::Column{kSideOf, &domain::Conversation::side},
    postgres::Column{"c.messages", &domain::Conversation::messages},
    postgres::Column{"c.version", &domain::Conversation::version},
    postgres::Column{kUnreadOf, &domain::Conversation::unread},
    postgres::Column{kIsReported, &domain::Conversation::reported},
    postgres::Column{"c.last_message_at", &domain::Conversation::last_message_at},
    postgres::Column{"c.created_at", &domain::Conversation::created_at}};

inline constexpr postgres::Columns kMessage{
    postgres::Column{"m.id", &domain::Message::id},
    postgres::Column{"m.conversation_id", &domain::Message::conversation},
    postgres::Column{"m.number", &domain::Message::number},
    postgres::Column{"m.side", &domain::Message::side},
    postgres::Column{"m.text", &domain::Message::text},
    postgres::Column{"m.created_at", &domain::Message::created_at}};

inline constexpr postgres::ComposedStatement kFindConversation{
    "conversation.find", "SELECT " + kConversation + " FROM conversation c WHERE c.id = $1 AND " + kInScope};

// As its writer sees it, and what the other side has not read.
struct LockedConversation {
  domain::Conversation seen;
  std::int64_t buyer_unread = 0;
  std::int64_t shop_unread = 0;

  std::int64_t UnreadBy(domain::Side side) const {
    return side == domain::Side::kBuyer ? buyer_unread : shop_unread;
  }
};
inline constexpr postgres::Columns kLockedConversation{
    postgres::Inside{&LockedConversation::seen, kConversation},
    postgres::Column{"c.buyer_unread", &LockedConversation::buyer_unread},
    postgres::Column{"c.shop_unread", &LockedConversation::shop_unread}};
inline constexpr postgres::ComposedStatement kLockConversation{
    "conversation.lock", "SELECT " + kLockedConversation + " FROM conversation c WHERE c.id = $1 AND " +
                             kInScope + " FOR UPDATE OF c"};

}  // namespace market::notification::storage
