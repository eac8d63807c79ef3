#include "services/payment/storage/ledger.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;

constexpr Statement kBook{"ledger.book", R"sql(
  WITH entry AS (
    INSERT INTO ledger_entry (id, cause, cause_id, payment_id, seller_order_id, created_at)
    VALUES ($1, $2, $3, $4, $5, market_now()) RETURNING id)
  INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor)
  SELECT entry.id, p.position, p.account, p.owner, $6, p.amount
  FROM entry, unnest($7::ledger_account[], $8::uuid[], $9::bigint[]) WITH ORDINALITY AS p (account, owner, amount, position))sql"};

// What is folded and what is not yet; in one statement, so that nothing is missing or there twice. All of both, along their
// indexes: a service's connections scan no table (platform/postgres), and a plan that must looks so dear that it is compiled.
constexpr Sql kKept{R"sql(
  SELECT account, owner_id, currency, amount_minor FROM ledger_balance WHERE account >= 'psp_clearing'
  UNION ALL SELECT account, owner_id, currency, amount_minor FROM ledger_delta WHERE id > 0)sql"};
constexpr Columns kBalance{Column{"account", &Balance::account}, Column{"currency", &Balance::currency},
                           Column{"sum(amount_minor)::bigint", &Balance::amount_minor}};
constexpr Sql kByAccount{") AS kept GROUP BY account, currency ORDER BY account, currency"};
constexpr ComposedStatement kTrialBalance{"ledger.trial_balance",
                                          "SELECT " + kBalance + " FROM (" + kKept + kByAccount};
constexpr ComposedStatement kTrialBalanceAsOf{"ledger.trial_balance_as_of", "SELECT " + kBalance + " FROM (" +
                                                                                kKept + R"sql(
  UNION ALL SELECT p.account, p.owner_id, p.currency, -p.amount_minor
  FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
  WHERE e.id >= first_id_at($1::timestamptz - interval '1 minute') AND e.created_at > $1)sql" +
                                                                                kByAccount};

constexpr Columns kSellerBalance{
    Column{"currency", &SellerBalance::currency},
    Column{"coalesce(-sum(amount_minor) FILTER (WHERE account = 'seller_pending'), 0)::bigint",
           &SellerBalance::pending_minor},
    Column{"coalesce(-sum(amount_minor) FILTER (WHERE account = 'seller_available'), 0)::bigint",
           &SellerBalance::available_minor},
    Column{"coalesce(-sum(amount_minor) FILTER (WHERE account = 'seller_reserve'), 0)::bigint",
           &SellerBalance::reserve_minor},
    Column{"coalesce(-sum(amount_minor) FILTER (WHERE account = 'payout_clearing'), 0)::bigint",
           &SellerBalance::on_its_way_minor}};
constexpr ComposedStatement kOfSeller{"ledger.of_seller", "SELECT " + kSellerBalance + " FROM (" + kKept +
                                                              R"sql() AS kept
  WHERE owner_id = $1 GROUP BY currency ORDER BY currency)sql"};

struct Folded {
  std::int64_t rows = 0;
};
constexpr Columns kFolded{Column{"folded", &Folded::rows}};
constexpr ComposedStatement kFold{"ledger.fold", "SELECT " + kFolded + " FROM fold_ledger($1) AS folded"};

constexpr Columns kEntry{Column{"e.id", &Booked::id},
                         Column{"e.cause", &Booked::cause},
                         Column{"e.cause_id", &Booked::cause_id},
                         Column{"e.payment_id", &Booked::payment},
                         Column{"e.created_at", &Booked::created_at},
                         Column{"e.seller_order_id", &Booked::seller_order},
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

// Of one owner: from its own postings, which are in the order of their entries' ids.
constexpr Sql kEntriesOfOwner{R"sql( FROM (
    SELECT DISTINCT ON (o.entry_id) entry.*
    FROM ledger_posting o JOIN ledger_entry entry ON entry.id = o.entry_id
    WHERE o.owner_id = $5 AND o.entry_id >= coalesce(first_id_at($1::timestamptz - interval '1 minute'), '00000000-0000-0000-0000-000000000000')
      AND o.entry_id < coalesce(first_id_at($2::timestamptz + interval '1 minute'), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND o.entry_id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND ($1::timestamptz IS NULL OR entry.created_at >= $1) AND ($2::timestamptz IS NULL OR entry.created_at < $2)
)sql"};
constexpr Sql kPostingsOfOwner{R"sql(
    ORDER BY o.entry_id DESC LIMIT $4) AS e
  CROSS JOIN LATERAL (
    SELECT array_agg(account) AS accounts, array_agg(owner_id) AS owners, array_agg(currency) AS currencies,
           array_agg(amount_minor) AS amounts
    FROM (SELECT * FROM ledger_posting WHERE entry_id = e.id)sql"};
constexpr Sql kNewestFirst{R"sql( ORDER BY position) AS posting) p
  ORDER BY e.id DESC)sql"};
constexpr ComposedStatement kListOfOwner{"ledger.list_of_owner",
                                         "SELECT " + kEntry + kEntriesOfOwner +
                                             " AND ($6::ledger_account IS NULL OR o.account = $6) AND "
                                             "($7::uuid IS NULL OR entry.payment_id = $7)" +
                                             kPostingsOfOwner + kNewestFirst};
constexpr ComposedStatement kListOfSeller{
    "ledger.list_of_seller", "SELECT " + kEntry + kEntriesOfOwner +
                                 " AND ($6::text IS NULL OR o.currency = $6)" + kPostingsOfOwner +
                                 " AND owner_id = $5 AND ($6::text IS NULL OR currency = $6)" + kNewestFirst};

}  // namespace

Postings::Postings(const domain::Entry& entry) {
  for (const auto& posting : entry.postings) {
    accounts.push_back(posting.account);
    owners.push_back(posting.owner);
    amounts.push_back(posting.amount_minor);
  }
}

EntryId AppendEntry(postgres::Batch& batch, const domain::Entry& entry, const Currency& currency,
                    std::optional<domain::PaymentId> payment) {
  const Postings p(entry);
  const auto id = EntryId::New();
  batch.Add(kBook, id, entry.cause, entry.cause_id, payment, entry.seller_order, currency, p.accounts,
            p.owners, p.amounts);
  return id;
}

Task<std::vector<Balance>> Ledger::TrialBalance(Work work) {
  co_return kBalance.ReadAll(co_await database_.List(work, kTrialBalance));
}

Task<std::vector<Balance>> Ledger::TrialBalance(Work work, Time as_of) {
  co_return kBalance.ReadAll(co_await database_.List(work, kTrialBalanceAsOf, as_of));
}

Task<std::vector<SellerBalance>> Ledger::OfSeller(Work work, SellerId seller) {
  co_return kSellerBalance.ReadAll(co_await database_.List(work, kOfSeller, seller));
}

Task<std::int64_t> Ledger::Fold(Work work, std::int64_t limit) {
  co_return kFolded.ReadOne(co_await database_.Write(work, kFold, limit)).rows;
}

Task<std::vector<Booked>> Ledger::List(Work work, WantedEntries wanted, std::optional<EntryId> after,
                                       std::int64_t limit) {
  const auto& created = wanted.created;
  if (wanted.owner) {
    co_return kEntry.ReadAll(co_await database_.List(work, kListOfOwner, created.from, created.to, after,
                                                     limit, *wanted.owner, wanted.account, wanted.payment));
  }
  if (wanted.payment) {
    co_return kEntry.ReadAll(co_await database_.List(work, kListOfPayment, created.from, created.to, after,
                                                     wanted.account, limit, *wanted.payment));
  }
  co_return kEntry.ReadAll(
      co_await database_.List(work, kListEntries, created.from, created.to, after, wanted.account, limit));
}

Task<std::vector<Booked>> Ledger::ListOfSeller(Work work, WantedOfSeller wanted, std::optional<EntryId> after,
                                               std::int64_t limit) {
  co_return kEntry.ReadAll(co_await database_.List(work, kListOfSeller, wanted.created.from,
                                                   wanted.created.to, after, limit, wanted.seller,
                                                   wanted.currency));
}

}  // namespace market::payment::storage
