// How messages get into conversations.
#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/notification/domain/notification.hpp"
#include "services/notification/messages.hpp"
#include "services/notification/storage/conversation_rows.hpp"
#include "services/notification/storage/conversations.hpp"
#include "services/notification/storage/live_rows.hpp"
#include "services/notification/storage/told.hpp"

namespace market::notification::storage {
namespace {

using domain::Conversation;
using domain::ConversationId;
using domain::Draft;
using domain::Parties;
using domain::Side;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr std::string_view kWritesMessage = "MESSAGE";
constexpr std::string_view kBeginsConversation = "CONVERSATION";

struct Allowed {
  bool taken = false;
  std::optional<std::int64_t> wait_ms;
};
constexpr Columns kAllowed{
    Column{"EXISTS (SELECT FROM taken)", &Allowed::taken},
    Column{
        R"sql((SELECT ceil(extract(epoch FROM l.busy_until + $3::interval - $4::interval - market_now()) * 1000)::bigint
        FROM writing_limit l WHERE l.account_id = $1 AND l.kind = $2))sql",
        &Allowed::wait_ms}};
// $3 is what one takes of the window $4.
constexpr ComposedStatement kTakeAllowance{"conversation.take_allowance", R"sql(
WITH taken AS (
  INSERT INTO writing_limit AS l (account_id, kind, busy_until) VALUES ($1, $2, market_now() + $3::interval)
  ON CONFLICT (account_id, kind) DO UPDATE SET busy_until = greatest(l.busy_until, market_now()) + $3::interval
  WHERE greatest(l.busy_until, market_now()) + $3::interval <= market_now() + $4::interval
  RETURNING 1)
SELECT )sql" + kAllowed};

constexpr ComposedStatement kFindSent{
    "conversation.find_sent", "SELECT " + kMessage + " FROM message m WHERE m.id = $1 AND m.account_id = $2"};

constexpr Statement kBegin{"conversation.begin", R"sql(
INSERT INTO conversation (id, buyer_id, seller_id, seller_name, product_id, seller_order_id, title)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING)sql"};
constexpr ComposedStatement kLockAbout{"conversation.lock_about", "SELECT " + kLockedConversation + R"sql(
FROM conversation c
WHERE c.seller_id = $1 AND c.buyer_id = $7 AND (c.product_id = $5::uuid OR c.seller_order_id = $6::uuid) AND )sql" +
                                                                      kInScope + " FOR UPDATE OF c"};

constexpr ComposedStatement kInsertMessage{"conversation.insert_message", R"sql(
INSERT INTO message AS m (id, conversation_id, number, side, account_id, text) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING )sql" + kMessage};
constexpr Statement kMoveOn{"conversation.move_on", R"sql(
UPDATE conversation SET messages = $2, version = $3, last_message_at = greatest(last_message_at, market_now()),
  buyer_unread = buyer_unread + CASE WHEN $4::text = 'SHOP' THEN 1 ELSE 0 END,
  shop_unread = shop_unread + CASE WHEN $4 = 'BUYER' THEN 1 ELSE 0 END
WHERE id = $1)sql"};

Scope ScopeOf(const Parties& parties, Side side) {
  if (side == Side::kBuyer) return {.buyer = parties.buyer, .sellers = {}};
  return {.buyer = std::nullopt, .sellers = {parties.seller}};
}

std::chrono::microseconds EachOf(const domain::Allowance& allowance) {
  return std::chrono::duration_cast<std::chrono::microseconds>(allowance.window) / allowance.count;
}

void Require(const Allowed& allowed, const domain::Allowance& allowance, const char* refusal) {
  if (allowed.taken) return;
  // The row that refuses may be younger than the statement's snapshot: then the wait is at least one's share.
  const auto share = std::chrono::ceil<std::chrono::milliseconds>(EachOf(allowance)).count();
  throw Error(Code::kResourceExhausted, "RATE_LIMITED", refusal)
      .WithRetryAfter(std::chrono::milliseconds(std::max<std::int64_t>(allowed.wait_ms.value_or(share), 1)));
}

// What was sent under this id before, unless nothing was. A new message is counted as one of its author's.
Task<std::optional<Conversations::Sent>> SentBefore(postgres::Tx& tx, const Draft& draft, const Scope& scope,
                                                    const domain::Allowance& allowance) {
  Batch batch("conversation.sent_before");
  batch.Add(kFindSent, draft.id, draft.author)
      .Add(kTakeAllowance, draft.author, kWritesMessage, EachOf(allowance), allowance.window);
  const auto results = co_await tx.Execute(std::move(batch));
  const auto message = kMessage.ReadAtMostOne(results[0]);
  if (!message) {
    Require(kAllowed.ReadOne(results[1]), allowance, "too many messages");
    co_return std::nullopt;
  }
  const auto found = co_await tx.Execute(kFindConversation, message->conversation, scope.buyer, scope.sellers,
                                         scope.reported);
  co_return Conversations::Sent{.message = *message, .conversation = kConversation.ReadOne(found)};
}

domain::LiveEvent LiveOf(const Conversation& conversation, const domain::Message& message) {
  return {.kind = domain::LiveKind::kMessage,
          .order = std::nullopt,
          .seller_order = conversation.parties.subject.seller_order,
          .seller = conversation.parties.seller,
          .state = std::nullopt,
          .notification = std::nullopt,
          .notification_kind = std::nullopt,
          .conversation = conversation.id,
          .message = message.id,
          .side = message.side};
}

// The last of a transaction: the message, what follows from it, and the commit.
Task<Conversations::Sent> Append(postgres::Tx& tx, const Work& work, LockedConversation locked,
                                 const Scope& scope, const Draft& draft,
                                 const std::vector<AccountId>& others) {
  auto& conversation = locked.seen;
  const auto side = conversation.side.value();
  const domain::Message message{.id = draft.id,
                                .conversation = conversation.id,
                                .number = conversation.messages + 1,
                                .side = side,
                                .text = draft.text,
                                .created_at = {}};
  ++conversation.version;
  Batch batch("conversation.send");
  batch
      .Add(kInsertMessage, message.id, message.conversation, message.number, side, draft.author, message.text)
      .Add(kMoveOn, message.conversation, message.number, conversation.version, side);
  events::Append(batch, work, MessageSentEvent(conversation, message));
  // To both sides: who wrote it may have another page open.
  for (const auto& listener : {conversation.parties.buyer.Value(), conversation.parties.seller.Value()})
    AppendLive(batch, {.listener = listener, .event = LiveOf(conversation, message)});
  const auto& subject = conversation.parties.subject;
  const domain::News news{.kind = domain::Kind::kMessageReceived,
                          .facts = {.title = subject.title,
                                    .seller_order = subject.seller_order,
                                    .seller = conversation.parties.seller,
                                    .conversation = conversation.id.Value()}};
  std::size_t mails = 0;
  if (locked.UnreadBy(domain::Other(side)) == 0) {
    std::vector<domain::Told> told;
    for (const auto& account : others) told.push_back({.account = account, .news = &news});
    auto trace = work.span == nullptr ? std::string() : work.span->Context().ToTraceparent();
    mails = co_await AppendTold(tx, batch, told, std::move(trace));
  }
  batch.Add(kFindConversation, message.conversation, scope.buyer, scope.sellers, scope.reported);
  const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
  co_return Conversations::Sent{.message = kMessage.ReadOne(results.front()),
                                .conversation = kConversation.ReadOne(results.back()),
                                .mails = mails};
}

}  // namespace

Task<Conversations::Sent> Conversations::Start(Work work, Parties parties, Side side, Draft draft,
                                               std::vector<AccountId> others) {
  const auto scope = ScopeOf(parties, side);
  const auto start = [&](postgres::Tx& tx) -> Task<Sent> {
    if (auto sent = co_await SentBefore(tx, draft, scope, limits_.messages)) co_return std::move(*sent);
    Batch batch("conversation.begin");
    batch
        .Add(kBegin, ConversationId::New(), parties.buyer, parties.seller, parties.seller_name,
             parties.subject.product, parties.subject.seller_order, parties.subject.title)
        .Add(kLockAbout, parties.seller, scope.buyer, scope.sellers, scope.reported, parties.subject.product,
             parties.subject.seller_order, parties.buyer);
    const auto results = co_await tx.Execute(std::move(batch));
    if (results[0].AffectedRows() > 0) {
      const auto& allowance = limits_.conversations;
      const auto taken = co_await tx.Execute(kTakeAllowance, draft.author, kBeginsConversation,
                                             EachOf(allowance), allowance.window);
      Require(kAllowed.ReadOne(taken), allowance, "too many new conversations");
    }
    co_return co_await Append(tx, work, kLockedConversation.ReadOne(results[1]), scope, draft, others);
  };
  co_return co_await database_.Transaction(work, start);
}

Task<std::optional<Conversations::Sent>> Conversations::Send(Work work, ConversationId id, Scope scope,
                                                             Draft draft, std::vector<AccountId> others) {
  const auto send = [&](postgres::Tx& tx) -> Task<std::optional<Sent>> {
    if (auto sent = co_await SentBefore(tx, draft, scope, limits_.messages)) co_return sent;
    auto locked = kLockedConversation.ReadAtMostOne(
        co_await tx.Execute(kLockConversation, id, scope.buyer, scope.sellers, scope.reported));
    if (!locked || !locked->seen.side) co_return std::nullopt;
    co_return co_await Append(tx, work, std::move(*locked), scope, draft, others);
  };
  co_return co_await database_.Transaction(work, send);
}

}  // namespace market::notification::storage
