#include "services/notification/storage/told.hpp"

#include <algorithm>

#include "platform/outbox/outbox.hpp"
#include "platform/postgres/columns.hpp"
#include "services/notification/domain/live.hpp"
#include "services/notification/domain/settings.hpp"
#include "services/notification/messages.hpp"
#include "services/notification/storage/live_rows.hpp"
#include "services/notification/storage/setting_columns.hpp"

namespace market::notification::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Statement;

constexpr Statement kInsertTold{"notification.insert", R"sql(
INSERT INTO notification (id, account_id, kind, title, order_id, seller_order_id, seller_id, amount_minor, currency,
  conversation_id, product_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};

struct Kept {
  AccountId account;
  domain::Setting setting;
};
constexpr Columns kKept{Column{"s.account_id", &Kept::account}, Inside{&Kept::setting, kSetting}};
constexpr ComposedStatement kSettingsOf{
    "notification.settings_of",
    "SELECT " + kKept + " FROM notification_setting s WHERE s.account_id = ANY($1)"};

domain::Setting SettingOf(const std::vector<Kept>& kept, AccountId account, domain::Kind kind) {
  const auto found = std::ranges::find_if(
      kept, [&](const Kept& one) { return one.account == account && one.setting.kind == kind; });
  return found == kept.end() ? domain::DefaultOf(kind) : found->setting;
}

void AppendNotification(Batch& batch, AccountId account, const domain::News& news) {
  const auto& facts = news.facts;
  std::optional<std::int64_t> minor;
  std::optional<Currency> currency;
  if (facts.amount) {
    minor = facts.amount->minor;
    currency = facts.amount->currency;
  }
  const auto id = domain::NotificationId::New();
  batch.Add(kInsertTold, id, account, news.kind, facts.title, facts.order, facts.seller_order, facts.seller,
            minor, currency, facts.conversation, facts.product);
  domain::LiveEvent live{.kind = domain::LiveKind::kNotification,
                         .order = facts.order,
                         .seller_order = facts.seller_order,
                         .seller = facts.seller,
                         .state = std::nullopt,
                         .notification = id,
                         .notification_kind = news.kind,
                         .conversation = std::nullopt,
                         .message = std::nullopt,
                         .side = std::nullopt};
  if (facts.conversation) live.conversation = domain::ConversationId(*facts.conversation);
  AppendLive(batch, {.listener = account.Value(), .event = std::move(live)});
}

}  // namespace

Task<std::size_t> AppendTold(postgres::Tx& tx, Batch& batch, const std::vector<domain::Told>& told,
                             std::string trace) {
  std::vector<AccountId> accounts;
  for (const auto& one : told) {
    if (one.account) accounts.push_back(*one.account);
  }
  const auto kept = kKept.ReadAll(co_await tx.Execute(kSettingsOf, accounts));
  std::vector<outbox::NewMessage> mails;
  for (const auto& one : told) {
    const auto kind = one.news->kind;
    const auto setting = one.account ? SettingOf(kept, *one.account, kind) : domain::DefaultOf(kind);
    if (one.account && setting.app) AppendNotification(batch, *one.account, *one.news);
    if (setting.mail || domain::MailIsRequired(kind)) mails.push_back(MailMessage(one, trace));
  }
  if (!mails.empty()) outbox::Append(batch, mails);
  co_return mails.size();
}

}  // namespace market::notification::storage
