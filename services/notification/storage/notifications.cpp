#include "services/notification/storage/notifications.hpp"

#include "platform/events/inbox.hpp"
#include "platform/postgres/columns.hpp"
#include "services/notification/storage/live_rows.hpp"
#include "services/notification/storage/setting_columns.hpp"
#include "services/notification/storage/told.hpp"

namespace market::notification::storage {
namespace {

using domain::Facts;
using domain::Notification;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

// The inbox's name for this service, for ever.
constexpr std::string_view kSubscriber = "notification";

constexpr Columns kNotification{Column{"n.id", &Notification::id},
                                Column{"n.account_id", &Notification::account},
                                Column{"n.kind", &Notification::kind},
                                Column{"n.title", &Notification::facts, &Facts::title},
                                Column{"n.order_id", &Notification::facts, &Facts::order},
                                Column{"n.seller_order_id", &Notification::facts, &Facts::seller_order},
                                Column{"n.seller_id", &Notification::facts, &Facts::seller},
                                Column{"n.amount_minor",
                                       [](Notification& told, std::optional<std::int64_t> minor) {
                                         if (minor)
                                           told.facts.amount = Money{.minor = *minor, .currency = {}};
                                       }},
                                Column{"n.currency",
                                       [](Notification& told, std::optional<Currency> currency) {
                                         if (currency) told.facts.amount.value().currency = *currency;
                                       }},
                                Column{"n.conversation_id", &Notification::facts, &Facts::conversation},
                                Column{"n.product_id", &Notification::facts, &Facts::product},
                                Column{"n.read_at IS NOT NULL", &Notification::read},
                                Column{"n.created_at", &Notification::created_at}};

constexpr ComposedStatement kList{"notification.list", "SELECT " + kNotification + R"sql(
FROM notification n
WHERE n.account_id = $1 AND ($2::uuid IS NULL OR n.id < $2) AND ($3::uuid IS NULL OR n.seller_id = $3)
ORDER BY n.id DESC LIMIT $4)sql"};
constexpr ComposedStatement kListUnread{"notification.list_unread", "SELECT " + kNotification + R"sql(
FROM notification n
WHERE n.account_id = $1 AND n.read_at IS NULL AND ($2::uuid IS NULL OR n.id < $2)
  AND ($3::uuid IS NULL OR n.seller_id = $3)
ORDER BY n.id DESC LIMIT $4)sql"};

struct Count {
  std::int64_t rows = 0;
};
constexpr Columns kCount{Column{"count(*)", &Count::rows}};
constexpr ComposedStatement kCountUnread{"notification.count_unread", "SELECT " + kCount + R"sql(
FROM (SELECT FROM notification WHERE account_id = $1 AND read_at IS NULL LIMIT $2) unread)sql"};

constexpr Statement kMarkRead{"notification.mark_read", R"sql(
UPDATE notification SET read_at = market_now() WHERE account_id = $1 AND id = ANY($2) AND read_at IS NULL)sql"};
constexpr Statement kMarkAllRead{"notification.mark_all_read", R"sql(
UPDATE notification SET read_at = market_now() WHERE account_id = $1 AND read_at IS NULL)sql"};

constexpr ComposedStatement kSettings{
    "notification.settings", "SELECT " + kSetting + " FROM notification_setting s WHERE s.account_id = $1"};
constexpr Statement kChange{"notification.change_setting", R"sql(
INSERT INTO notification_setting AS s (account_id, kind, app, mail)
VALUES ($1, $2, coalesce($3::boolean, $5::boolean), coalesce($4::boolean, $6::boolean))
ON CONFLICT (account_id, kind) DO UPDATE SET app = coalesce($3::boolean, s.app), mail = coalesce($4::boolean, s.mail))sql"};

constexpr Statement kSweepNotifications{"notification.sweep", R"sql(
DELETE FROM notification WHERE id IN (
  SELECT id FROM notification WHERE created_at < market_now() - $1::interval
  LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

Task<std::size_t> Notifications::Tell(Work work, const events::Event& event, std::vector<domain::Told> told,
                                      std::vector<domain::LiveNews> live) {
  const auto tell = [&](postgres::Tx& tx) -> Task<std::size_t> {
    if (!co_await events::IsNew(tx, kSubscriber, event)) co_return 0;
    Batch batch("notification.tell");
    for (const auto& news : live) AppendLive(batch, news);
    const auto mails = co_await AppendTold(tx, batch, told, event.trace());
    if (!batch.Empty()) co_await tx.ExecuteAndCommit(std::move(batch));
    co_return mails;
  };
  co_return co_await database_.Transaction(work, tell);
}

Task<std::vector<Notification>> Notifications::List(Work work, AccountId account, Wanted wanted,
                                                    std::optional<domain::NotificationId> before, int limit) {
  const Statement statement = wanted.unread ? Statement(kListUnread) : Statement(kList);
  co_return kNotification.ReadAll(
      co_await database_.List(work, statement, account, before, wanted.seller, limit));
}

Task<std::int64_t> Notifications::CountUnread(Work work, AccountId account) {
  co_return kCount.ReadOne(co_await database_.Read(work, kCountUnread, account, domain::kUnreadCountMax))
      .rows;
}

Task<> Notifications::MarkRead(Work work, AccountId account, std::vector<domain::NotificationId> ids) {
  co_await database_.Write(work, kMarkRead, account, ids);
}

Task<> Notifications::MarkAllRead(Work work, AccountId account) {
  co_await database_.Write(work, kMarkAllRead, account);
}

Task<std::vector<domain::Setting>> Notifications::Settings(Work work, AccountId account) {
  co_return domain::Complete(kSetting.ReadAll(co_await database_.Read(work, kSettings, account)));
}

Task<std::vector<domain::Setting>> Notifications::Change(Work work, AccountId account,
                                                         std::vector<domain::SettingChange> changes) {
  Batch batch("notification.change_settings");
  for (const auto& change : changes) {
    const auto usual = domain::DefaultOf(change.kind);
    batch.Add(kChange, account, change.kind, change.app, change.mail, usual.app, usual.mail);
  }
  batch.Add(kSettings, account);
  const auto results = co_await database_.Write(work, std::move(batch));
  co_return domain::Complete(kSetting.ReadAll(results.back()));
}

Task<std::int64_t> Notifications::Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepNotifications, kept, limit)).AffectedRows();
}

}  // namespace market::notification::storage
