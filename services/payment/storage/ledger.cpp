#include "services/payment/storage/ledger.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Statement kAddEntry{"ledger.add", R"sql(
  WITH entry AS (
    INSERT INTO ledger_entry (id, kind, source_id, payment_id, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id)
  INSERT INTO ledger_posting (entry_id, account, currency, amount_minor)
  SELECT entry.id, p.account, $6, p.amount_minor
  FROM entry, unnest($7::text[], $8::bigint[]) AS p (account, amount_minor))sql"};

constexpr Columns kBalance{Column{"account", &Balance::account}, Column{"currency", &Balance::currency},
                           Column{"sum(amount_minor)::bigint", &Balance::amount_minor}};
constexpr ComposedStatement kTrialBalance{"ledger.trial_balance",
                                          "SELECT " + kBalance + R"sql( FROM ledger_posting
  GROUP BY account, currency ORDER BY account, currency)sql"};

}  // namespace

void AddEntry(postgres::Batch& batch, const domain::Payment& payment, const domain::Entry& entry) {
  std::vector<domain::LedgerAccount> accounts;
  std::vector<std::int64_t> amounts;
  for (const auto& posting : entry.postings) {
    accounts.push_back(posting.account);
    amounts.push_back(posting.amount_minor);
  }
  batch.Add(kAddEntry, Uuid::NewV7(), entry.kind, entry.source_id, payment.id, payment.updated_at,
            payment.currency, accounts, amounts);
}

Task<std::vector<Balance>> Ledger::TrialBalance(Work work) {
  co_return kBalance.ReadAll(co_await database_.List(work, kTrialBalance));
}

}  // namespace market::payment::storage
