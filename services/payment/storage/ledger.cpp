#include "services/payment/storage/ledger.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

constexpr Columns kBalance{Column{"account", &Balance::account}, Column{"currency", &Balance::currency},
                           Column{"sum(amount_minor)::bigint", &Balance::amount_minor}};
constexpr ComposedStatement kTrialBalance{"ledger.trial_balance",
                                          "SELECT " + kBalance + R"sql( FROM ledger_posting
  GROUP BY account, currency ORDER BY account, currency)sql"};

constexpr Columns kEntry{Column{"e.id", &Booked::id},
                         Column{"e.cause", &Booked::cause},
                         Column{"e.cause_id", &Booked::cause_id},
                         Column{"e.payment_id", &Booked::payment},
                         Column{"e.created_at", &Booked::created_at},
                         Column{"p.accounts", &Booked::postings, &Booked::Posting::account},
                         Column{"p.owners", &Booked::postings, &Booked::Posting::owner},
                         Column{"p.currencies", &Booked::postings, &Booked::Posting::currency},
                         Column{"p.amounts", &Booked::postings, &Booked::Posting::amount_minor}};
constexpr auto kPage = kInSpan + R"sql(
    AND ($4::ledger_account IS NULL
         OR EXISTS (SELECT FROM ledger_posting WHERE entry_id = ledger_entry.id AND account = $4))
    ORDER BY id DESC LIMIT $5) AS e
  CROSS JOIN LATERAL (
    SELECT array_agg(account) AS accounts, array_agg(owner_id) AS owners, array_agg(currency) AS currencies,
           array_agg(amount_minor) AS amounts
    FROM (SELECT * FROM ledger_posting WHERE entry_id = e.id ORDER BY position) AS posting) p
  ORDER BY e.id DESC)sql";
constexpr ComposedStatement kListEntries{
    "ledger.list", "SELECT " + kEntry + " FROM (SELECT * FROM ledger_entry WHERE" + kPage};
constexpr ComposedStatement kListOfPayment{
    "ledger.list_of_payment",
    "SELECT " + kEntry + " FROM (SELECT * FROM ledger_entry WHERE payment_id = $6 AND" + kPage};

}  // namespace

Postings::Postings(const domain::Entry& entry) {
  for (const auto& posting : entry.postings) {
    accounts.push_back(posting.account);
    owners.push_back(posting.owner);
    amounts.push_back(posting.amount_minor);
  }
}

Task<std::vector<Balance>> Ledger::TrialBalance(Work work) {
  co_return kBalance.ReadAll(co_await database_.List(work, kTrialBalance));
}

Task<std::vector<Booked>> Ledger::List(Work work, WantedEntries wanted, std::optional<EntryId> after,
                                       std::int64_t limit) {
  const auto& created = wanted.created;
  if (wanted.payment) {
    co_return kEntry.ReadAll(co_await database_.List(work, kListOfPayment, created.from, created.to, after,
                                                     wanted.account, limit, *wanted.payment));
  }
  co_return kEntry.ReadAll(
      co_await database_.List(work, kListEntries, created.from, created.to, after, wanted.account, limit));
}

}  // namespace market::payment::storage
