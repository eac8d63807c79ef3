#include "services/payment/storage/payout_accounts.hpp"

#include "services/payment/messages.hpp"
#include "services/payment/storage/payout_rows.hpp"

namespace market::payment::storage {
namespace {

using domain::PayoutAccount;
using postgres::ComposedStatement;

constexpr ComposedStatement kFindPayoutAccount{
    "payout_account.find", "SELECT " + kPayoutAccount + " FROM payout_account WHERE seller_id = $1"};
constexpr ComposedStatement kInsertPayoutAccount{"payout_account.insert", R"sql(
  INSERT INTO payout_account (seller_id, holder, iban_sealed, iban_last4, country, bic, provider_account, changed_at, held_until)
  VALUES ($1, $2, $3, $4, $5, $6, $7, market_now(), market_now() + $8::interval)
  ON CONFLICT (seller_id) DO NOTHING RETURNING )sql" + kPayoutAccount};
constexpr ComposedStatement kUpdatePayoutAccount{"payout_account.update", R"sql(
  UPDATE payout_account SET holder = $2, iban_sealed = $3, iban_last4 = $4, country = $5, bic = $6, provider_account = $7,
                            changed_at = market_now(), held_until = market_now() + $8::interval, version = version + 1
  WHERE seller_id = $1 AND version = $9 RETURNING )sql" + kPayoutAccount};

// What may be said of it: nothing that a payment could be made with.
std::map<std::string, std::string> ShownOf(const domain::PayoutTarget& target) {
  if (!target.provider_account.empty()) return {{"providerAccount", target.provider_account}};
  return {{"country", target.country}, {"ibanLast4", target.iban_last4}};
}

}  // namespace

Task<std::optional<PayoutAccount>> PayoutAccounts::Find(Work work, SellerId seller) {
  co_return kPayoutAccount.ReadAtMostOne(co_await database_.Read(work, kFindPayoutAccount, seller));
}

Task<std::optional<PayoutAccount>> PayoutAccounts::Change(Work work, SellerId seller, std::int64_t version,
                                                          domain::PayoutTarget target,
                                                          std::chrono::milliseconds hold, AccountId by,
                                                          audit::Act act) {
  const auto change = [&](postgres::Tx& tx) -> Task<std::optional<PayoutAccount>> {
    const auto before = kPayoutAccount.ReadAtMostOne(co_await tx.Execute(kFindPayoutAccount, seller));
    const auto& t = target;
    const auto rows =
        version == 0 ? co_await tx.Execute(kInsertPayoutAccount, seller, t.holder, t.sealed_iban,
                                           t.iban_last4, t.country, t.bic, t.provider_account, hold)
                     : co_await tx.Execute(kUpdatePayoutAccount, seller, t.holder, t.sealed_iban,
                                           t.iban_last4, t.country, t.bic, t.provider_account, hold, version);
    auto after = kPayoutAccount.ReadAtMostOne(rows);
    if (!after) co_return std::nullopt;
    auto record = act;
    record.target_type = "payout_account";
    record.target_id = seller.ToString();
    record.seller = seller;
    if (before) record.before = ShownOf(before->target);
    record.after = ShownOf(after->target);
    postgres::Batch batch("payout_account.change");
    events::Append(batch, work, ChangedEvent(*after, by));
    audit::Append(batch, work, record);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return after;
  };
  co_return co_await database_.Transaction(work, change);
}

}  // namespace market::payment::storage
