#include "services/notification/storage/conversations.hpp"

#include "platform/events/event.hpp"
#include "services/notification/domain/notification.hpp"
#include "services/notification/messages.hpp"
#include "services/notification/storage/conversation_rows.hpp"

namespace market::notification::storage {
namespace {

using domain::Conversation;
using domain::ConversationId;
using domain::Side;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;

// $1 and $5 are where the page begins.
constexpr auto kConversationPage =
    Sql{" AND ($1::timestamptz IS NULL OR (c.last_message_at, c.id) < ($1, $5::uuid))"
        " AND (NOT $6::boolean OR "} +
    kUnreadOf + " > 0) AND (NOT $7::boolean OR " + kIsReported +
    ") ORDER BY c.last_message_at DESC, c.id DESC LIMIT $8";
constexpr ComposedStatement kListOfBuyer{
    "conversation.list_of_buyer",
    "SELECT " + kConversation + " FROM conversation c WHERE c.buyer_id = $2::uuid" + kConversationPage};
constexpr ComposedStatement kListOfShops{"conversation.list_of_shops",
                                         "SELECT " + kConversation +
                                             " FROM conversation c WHERE c.seller_id = ANY($3::uuid[])" +
                                             kConversationPage};
constexpr ComposedStatement kListReported{
    "conversation.list_reported", "SELECT " + kConversation +
                                      " FROM conversation c WHERE c.reported_at IS NOT NULL AND $4::boolean" +
                                      kConversationPage};

constexpr Columns kReport{
    Column{"r.conversation_id", &domain::Report::conversation}, Column{"r.side", &domain::Report::side},
    Column{"r.reason", &domain::Report::reason}, Column{"r.created_at", &domain::Report::created_at}};
constexpr ComposedStatement kReports{"conversation.reports", "SELECT " + kReport + R"sql(
FROM conversation_report r WHERE r.conversation_id = ANY($1) ORDER BY r.created_at, r.side)sql"};

struct Unread {
  std::int64_t conversations = 0;
};
constexpr Columns kUnread{Column{"count(*)", &Unread::conversations}};
constexpr ComposedStatement kCountUnreadOfBuyer{"conversation.count_unread_of_buyer",
                                                "SELECT " + kUnread + R"sql(
FROM (SELECT FROM conversation WHERE buyer_id = $1 AND buyer_unread > 0 LIMIT $2) unread)sql"};
constexpr ComposedStatement kCountUnreadOfShops{"conversation.count_unread_of_shops",
                                                "SELECT " + kUnread + R"sql(
FROM (SELECT FROM conversation WHERE seller_id = ANY($1) AND shop_unread > 0 LIMIT $2) unread)sql"};

constexpr ComposedStatement kMessages{
    "conversation.messages",
    "SELECT " + kMessage +
        " FROM message m JOIN conversation c ON c.id = m.conversation_id"
        " WHERE m.conversation_id = $1 AND ($5::bigint IS NULL OR m.number < $5) AND " +
        kInScope + " ORDER BY m.number DESC LIMIT $6"};

struct Place {
  std::int64_t number = 0;
};
constexpr Columns kPlace{Column{"m.number", &Place::number}};
constexpr ComposedStatement kPlaceOf{
    "conversation.place_of_message",
    "SELECT " + kPlace + " FROM message m WHERE m.id = $1 AND m.conversation_id = $2"};
// Under the row's lock, so that no message comes between the count and its result.
constexpr Statement kMarkReadBy{"conversation.mark_read", R"sql(
UPDATE conversation c SET
  buyer_read = CASE WHEN $2::text = 'BUYER' THEN greatest(c.buyer_read, $3::bigint) ELSE c.buyer_read END,
  shop_read = CASE WHEN $2 = 'SHOP' THEN greatest(c.shop_read, $3) ELSE c.shop_read END,
  buyer_unread = CASE WHEN $2 <> 'BUYER' THEN c.buyer_unread ELSE (
    SELECT count(*) FROM message m
    WHERE m.conversation_id = c.id AND m.number > greatest(c.buyer_read, $3) AND m.side = 'SHOP') END,
  shop_unread = CASE WHEN $2 <> 'SHOP' THEN c.shop_unread ELSE (
    SELECT count(*) FROM message m
    WHERE m.conversation_id = c.id AND m.number > greatest(c.shop_read, $3) AND m.side = 'BUYER') END
WHERE c.id = $1)sql"};
// Who has read it all need not be told of it any more.
constexpr Statement kMarkToldRead{"conversation.mark_told_read", R"sql(
UPDATE notification n SET read_at = market_now() FROM conversation c
WHERE c.id = $1 AND n.account_id = $2::uuid AND n.conversation_id = c.id AND n.read_at IS NULL
  AND CASE WHEN $3::text = 'BUYER' THEN c.buyer_unread ELSE c.shop_unread END = 0)sql"};

constexpr Statement kInsertReport{"conversation.insert_report", R"sql(
INSERT INTO conversation_report (conversation_id, side, account_id, reason) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING)sql"};
constexpr Statement kSetReported{"conversation.set_reported", R"sql(
UPDATE conversation SET reported_at = coalesce(reported_at, market_now()), version = $2 WHERE id = $1)sql"};

constexpr Statement kSweepWritingLimits{"conversation.sweep_limits", R"sql(
DELETE FROM writing_limit WHERE (account_id, kind) IN (
  SELECT account_id, kind FROM writing_limit WHERE busy_until < market_now() LIMIT $1 FOR UPDATE SKIP LOCKED))sql"};

Statement ListOf(Shelf shelf) {
  switch (shelf) {
    case Shelf::kOfShops:
      return kListOfShops;
    case Shelf::kReported:
      return kListReported;
    case Shelf::kOfBuyer:
      break;
  }
  return kListOfBuyer;
}

// Operators are told why.
Task<> AddReports(postgres::Database& database, Work work, std::vector<Conversation>& conversations) {
  std::vector<ConversationId> ids;
  for (const auto& one : conversations) ids.push_back(one.id);
  for (auto& report : kReport.ReadAll(co_await database.Read(work, kReports, ids))) {
    for (auto& one : conversations) {
      if (one.id == report.conversation) one.reports.push_back(report);
    }
  }
}

}  // namespace

Task<std::optional<Conversation>> Conversations::Find(Work work, ConversationId id, Scope scope) {
  auto found = kConversation.ReadAll(
      co_await database_.Read(work, kFindConversation, id, scope.buyer, scope.sellers, scope.reported));
  if (found.empty()) co_return std::nullopt;
  if (scope.reported) co_await AddReports(database_, work, found);
  co_return std::move(found.front());
}

Task<std::vector<Conversation>> Conversations::List(Work work, Scope scope, WantedConversations wanted,
                                                    std::optional<ConversationPlace> after, int limit) {
  std::optional<Time> time;
  std::optional<ConversationId> id;
  if (after) {
    time = after->first;
    id = after->second;
  }
  auto found = kConversation.ReadAll(co_await database_.List(work, ListOf(wanted.shelf), time, scope.buyer,
                                                             scope.sellers, scope.reported, id, wanted.unread,
                                                             wanted.reported, limit));
  if (scope.reported && !found.empty()) co_await AddReports(database_, work, found);
  co_return found;
}

Task<std::int64_t> Conversations::CountUnread(Work work, Scope scope, Shelf shelf) {
  if (shelf == Shelf::kReported) co_return 0;
  const auto counted =
      shelf == Shelf::kOfBuyer
          ? co_await database_.Read(work, kCountUnreadOfBuyer, scope.buyer, domain::kUnreadCountMax)
          : co_await database_.Read(work, kCountUnreadOfShops, scope.sellers, domain::kUnreadCountMax);
  co_return kUnread.ReadOne(counted).conversations;
}

Task<std::vector<domain::Message>> Conversations::Messages(Work work, ConversationId id, Scope scope,
                                                           std::optional<std::int64_t> before, int limit) {
  co_return kMessage.ReadAll(co_await database_.List(work, kMessages, id, scope.buyer, scope.sellers,
                                                     scope.reported, before, limit));
}

Task<std::optional<Conversation>> Conversations::MarkRead(Work work, ConversationId id, Scope scope,
                                                          domain::MessageId last) {
  const auto mark = [&](postgres::Tx& tx) -> Task<std::optional<Conversation>> {
    Batch look("conversation.look");
    look.Add(kLockConversation, id, scope.buyer, scope.sellers, scope.reported).Add(kPlaceOf, last, id);
    const auto seen = co_await tx.Execute(std::move(look));
    const auto locked = kLockedConversation.ReadAtMostOne(seen[0]);
    const auto place = kPlace.ReadAtMostOne(seen[1]);
    if (!locked || !locked->seen.side || !place) co_return std::nullopt;
    Batch batch("conversation.mark_read");
    batch.Add(kMarkReadBy, id, *locked->seen.side, place->number)
        .Add(kMarkToldRead, id, scope.buyer, *locked->seen.side)
        .Add(kFindConversation, id, scope.buyer, scope.sellers, scope.reported);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return kConversation.ReadOne(results.back());
  };
  co_return co_await database_.Transaction(work, mark);
}

Task<std::optional<Conversation>> Conversations::Report(Work work, ConversationId id, Scope scope,
                                                        AccountId account, std::string reason) {
  const auto report = [&](postgres::Tx& tx) -> Task<std::optional<Conversation>> {
    auto locked = kLockedConversation.ReadAtMostOne(
        co_await tx.Execute(kLockConversation, id, scope.buyer, scope.sellers, scope.reported));
    if (!locked || !locked->seen.side) co_return std::nullopt;
    const auto side = *locked->seen.side;
    const auto inserted = co_await tx.Execute(kInsertReport, id, side, account, reason);
    if (inserted.AffectedRows() == 0) co_return std::move(locked->seen);
    auto& now = locked->seen;
    ++now.version;
    now.reported = true;
    Batch batch("conversation.report");
    batch.Add(kSetReported, id, now.version);
    events::Append(batch, work, ConversationReportedEvent(now, side));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return std::move(now);
  };
  co_return co_await database_.Transaction(work, report);
}

Task<std::int64_t> Conversations::SweepLimits(Work work, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepWritingLimits, limit)).AffectedRows();
}

}  // namespace market::notification::storage
