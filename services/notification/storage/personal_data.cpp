#include "services/notification/storage/personal_data.hpp"

#include "platform/idempotency/forget.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/notification/messages.hpp"

namespace market::notification::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr ComposedStatement kExport{"notification.export_personal_data",
                                    "SELECT " + market::personal_data::kRecord + R"sql( FROM (
  SELECT 'notification' AS kind, n.id::text AS id, jsonb_build_object('kind', n.kind, 'title', n.title,
    'orderId', n.order_id, 'sellerOrderId', n.seller_order_id, 'sellerId', n.seller_id, 'amount', n.amount_minor,
    'currency', n.currency, 'conversationId', n.conversation_id, 'productId', n.product_id,
    'createTime', n.created_at, 'readTime', n.read_at) AS fields
  FROM notification n WHERE n.account_id = $1
  UNION ALL
  SELECT 'notification setting', s.kind, jsonb_build_object('app', s.app, 'mail', s.mail)
  FROM notification_setting s WHERE s.account_id = $1
  UNION ALL
  SELECT 'conversation', c.id::text, jsonb_build_object('sellerId', c.seller_id, 'sellerName', c.seller_name,
    'title', c.title, 'productId', c.product_id, 'sellerOrderId', c.seller_order_id, 'createTime', c.created_at)
  FROM conversation c WHERE c.buyer_id = $1
  UNION ALL
  SELECT 'message', m.id::text, jsonb_build_object('conversationId', m.conversation_id, 'side', m.side, 'text', m.text,
    'createTime', m.created_at)
  FROM message m WHERE m.account_id = $1
  UNION ALL
  SELECT 'conversation report', r.conversation_id::text || '/' || r.side, jsonb_build_object('reason', r.reason,
    'createTime', r.created_at)
  FROM conversation_report r WHERE r.account_id = $1)sql" +
                                        market::personal_data::kActs + market::personal_data::kPage};

constexpr Statement kEraseNotifications{"notification.erase_notifications",
                                        "DELETE FROM notification WHERE account_id = $1"};
constexpr Statement kEraseSettings{"notification.erase_settings",
                                   "DELETE FROM notification_setting WHERE account_id = $1"};
// What the other side reads stays readable: that something was written, and when.
constexpr Statement kEraseMessages{"notification.erase_messages",
                                   "UPDATE message SET text = $2 WHERE account_id = $1 AND text <> $2"};
constexpr Statement kEraseReports{
    "notification.erase_reports",
    "UPDATE conversation_report SET reason = $2 WHERE account_id = $1 AND reason <> $2"};
constexpr Statement kEraseLimits{"notification.erase_limits",
                                 "DELETE FROM writing_limit WHERE account_id = $1"};
constexpr Statement kEraseLive{"notification.erase_live_events",
                               "DELETE FROM live_news WHERE listener_id = $1"};

}  // namespace

Task<std::vector<market::personal_data::Record>> PersonalData::Export(
    Work work, market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

Task<> PersonalData::Erase(Work work, AccountId account) {
  const auto erase = [&](postgres::Tx& tx) -> Task<> {
    Batch batch("notification.erase_personal_data");
    batch.Add(kEraseNotifications, account);
    batch.Add(kEraseSettings, account);
    batch.Add(kEraseMessages, account, market::personal_data::kErased);
    batch.Add(kEraseReports, account, market::personal_data::kErased);
    batch.Add(kEraseLimits, account);
    batch.Add(kEraseLive, account);
    outbox::Withdraw(batch, kMail, account.ToString());
    idempotency::AppendForget(batch, account);
    if (!market::personal_data::HasChanged(co_await tx.Execute(std::move(batch)))) co_return;
    Batch told("notification.personal_data_erased");
    audit::Append(
        told, work,
        market::personal_data::ErasureOf(
            account, "notification", "marketplace.notification.v1.NotificationService/ErasePersonalData"));
    co_await tx.ExecuteAndCommit(std::move(told));
  };
  co_await database_.Transaction(work, erase);
}

}  // namespace market::notification::storage
