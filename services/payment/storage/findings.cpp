#include "services/payment/storage/findings.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"
#include "services/payment/storage/ledger.hpp"

namespace market::payment::storage {
namespace {

using domain::Adjustment;
using domain::Difference;
using domain::Finding;
using domain::FindingId;
using domain::FindingKind;
using domain::FindingState;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Statement;
using std::chrono::milliseconds;

constexpr Columns kDuePart{Column{"part", &DuePart::part}, Column{"position", &DuePart::position},
                           Column{"market_now()", &DuePart::now}};
// Of several the list comes first: what is compared is what it has told.
constexpr ComposedStatement kTakeDuePart{"finding.take_due", R"sql(
  UPDATE reconciliation SET next_run_at = market_now() + $1::interval
  WHERE part IN (SELECT part FROM reconciliation WHERE next_run_at <= market_now()
                 ORDER BY next_run_at, part DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDuePart};
constexpr Statement kPartDone{"finding.done", R"sql(
  UPDATE reconciliation SET position = greatest(position, $2), next_run_at = market_now() + $3::interval WHERE part = $1)sql"};
constexpr ComposedStatement kPosition{"finding.position",
                                      "SELECT " + kDuePart + " FROM reconciliation WHERE part = $1"};

constexpr Statement kKeepRefunds{"finding.keep_refunds", R"sql(
  INSERT INTO provider_refund (authorization_id, reference, amount_minor)
  SELECT r.id, r.reference, sum(r.amount)::bigint FROM unnest($1::text[], $2::text[], $3::bigint[]) AS r (id, reference, amount)
  GROUP BY r.id, r.reference
  ON CONFLICT (authorization_id, reference) DO UPDATE SET amount_minor = excluded.amount_minor
  WHERE provider_refund.amount_minor <> excluded.amount_minor)sql"};
constexpr Statement kKeepCharges{"finding.keep_charges", R"sql(
  INSERT INTO provider_charge AS c (authorization_id, order_id, currency, captured_minor, refunded_minor)
  SELECT DISTINCT ON (n.id) n.* FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[])
    AS n (id, order_id, currency, captured, refunded)
  ON CONFLICT (authorization_id) DO UPDATE SET order_id = excluded.order_id, currency = excluded.currency,
    captured_minor = excluded.captured_minor, refunded_minor = excluded.refunded_minor, changed_at = market_now()
  WHERE (c.order_id, c.currency, c.captured_minor, c.refunded_minor)
        IS DISTINCT FROM (excluded.order_id, excluded.currency, excluded.captured_minor, excluded.refunded_minor))sql"};

constexpr Columns kDifference{
    Column{"d.kind", &Difference::kind},          Column{"d.subject", &Difference::subject},
    Column{"d.payment_id", &Difference::payment}, Column{"d.order_id", &Difference::order},
    Column{"d.currency", &Difference::currency},  Column{"d.amount_minor", &Difference::amount_minor}};
constexpr Columns kSeen{kDifference, Column{"d.changed_at", &Difference::changed_at}};
// The ids of payments and of entries are in the order of time, with a minute for the time between the making of an id and its row.
constexpr ComposedStatement kChangedBetween{"finding.changed_between", "SELECT " + kSeen + R"sql(
  FROM payment_differences(
    ARRAY(SELECT id FROM payment WHERE id >= first_id_at($1::timestamptz - interval '1 minute')
                                   AND id < first_id_at($2::timestamptz + interval '1 minute')
          UNION SELECT payment_id FROM ledger_entry
          WHERE id >= first_id_at($1::timestamptz - interval '1 minute') AND id < first_id_at($2::timestamptz + interval '1 minute')
            AND payment_id IS NOT NULL),
    ARRAY(SELECT authorization_id FROM provider_charge WHERE changed_at > $1 AND changed_at <= $2)) AS d
  WHERE d.changed_at <= $2)sql"};
constexpr ComposedStatement kStillDiffers{"finding.still_differs", "SELECT " + kSeen + R"sql(
  FROM payment_differences($1, $2) AS d)sql"};

constexpr Columns kFinding{Column{"d.id", &Finding::id},
                           Inside{&Finding::difference, kDifference},
                           Column{"d.state", &Finding::state},
                           Column{"d.first_seen", &Finding::first_seen},
                           Column{"d.last_seen", &Finding::last_seen},
                           Column{"d.reason", &Finding::reason},
                           Column{"d.resolved_at", &Finding::resolved_at},
                           Column{"r.note", &Finding::note},
                           Column{"r.account_id", &Finding::resolved_by},
                           Column{"r.entry_id", &Finding::entry}};
constexpr auto kFromFindings =
    "SELECT " + kFinding + " FROM finding d LEFT JOIN finding_resolution r ON r.id = d.resolution_id ";
constexpr ComposedStatement kFindFinding{"finding.find", kFromFindings + "WHERE d.id = $1"};
constexpr ComposedStatement kLockFinding{"finding.lock", kFromFindings + "WHERE d.id = $1 FOR UPDATE OF d"};
constexpr ComposedStatement kListFindings{"finding.list", kFromFindings + R"sql(
  WHERE ($1::finding_kind IS NULL OR d.kind = $1) AND ($2::finding_state IS NULL OR d.state = $2)
    AND ($3::uuid IS NULL OR d.id < $3)
  ORDER BY d.id DESC LIMIT $4)sql"};
constexpr ComposedStatement kOpenOf{"finding.open_of", kFromFindings + R"sql(
  WHERE d.state = 'OPEN' AND d.kind = $1)sql"};
constexpr ComposedStatement kOldestSeen{"finding.oldest_seen", kFromFindings + R"sql(
  WHERE d.state = 'OPEN' AND d.kind <> 'LEDGER_UNBALANCED' ORDER BY d.last_seen LIMIT $1)sql"};

constexpr Statement kSeeFinding{"finding.see", R"sql(
  INSERT INTO finding AS f (id, kind, subject, payment_id, order_id, currency, amount_minor)
  SELECT DISTINCT ON (d.kind, d.subject) d.*
  FROM unnest($1::uuid[], $2::finding_kind[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[])
    AS d (id, kind, subject, payment, order_id, currency, amount)
  ON CONFLICT (kind, subject) DO UPDATE SET last_seen = market_now(), currency = excluded.currency,
    amount_minor = excluded.amount_minor, payment_id = excluded.payment_id, order_id = excluded.order_id,
    first_seen = CASE f.state WHEN 'OPEN' THEN f.first_seen ELSE market_now() END,
    state = 'OPEN', reason = NULL, resolution_id = NULL, resolved_at = NULL
  WHERE f.state = 'OPEN' OR f.reason = 'cleared'
     OR (f.currency, f.amount_minor) <> (excluded.currency, excluded.amount_minor))sql"};
constexpr Statement kClearFinding{"finding.clear", R"sql(
  UPDATE finding SET state = 'RESOLVED', reason = 'cleared', resolved_at = market_now()
  WHERE id = ANY ($1) AND state = 'OPEN')sql"};

constexpr Statement kInsertResolution{"finding.insert_resolution", R"sql(
  INSERT INTO finding_resolution (id, finding_id, account_id, note, entry_id, debit_account, debit_owner_id, credit_account,
                                  credit_owner_id, currency, amount_minor)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};
constexpr Statement kSetResolved{"finding.set_resolved", R"sql(
  UPDATE finding SET state = 'RESOLVED', reason = 'resolved', resolution_id = $2, resolved_at = market_now() WHERE id = $1)sql"};
struct OpenOfKind {
  FindingKind kind = FindingKind::kChargeUnknown;
  std::int64_t count = 0;
  milliseconds oldest_age{0};
};
constexpr Columns kOpenOfKind{
    Column{"kind", &OpenOfKind::kind}, Column{"count(*)", &OpenOfKind::count},
    Column{"greatest(0, extract(epoch FROM market_now() - min(first_seen)) * 1000)::bigint",
           [](OpenOfKind& open, std::int64_t ms) { open.oldest_age = milliseconds(ms); }}};
constexpr ComposedStatement kCountOpen{"finding.count_open", "SELECT " + kOpenOfKind + R"sql(
  FROM finding WHERE state = 'OPEN' GROUP BY kind)sql"};

domain::Entry EntryOf(const Uuid& resolution, const Adjustment& booked) {
  const auto minor = booked.amount.minor;
  return {
      .cause = domain::LedgerCause::kAdjustment,
      .cause_id = resolution,
      .postings = {{.account = booked.debit.account, .owner = booked.debit.owner, .amount_minor = minor},
                   {.account = booked.credit.account, .owner = booked.credit.owner, .amount_minor = -minor}}};
}

void AddResolution(Batch& batch, const Uuid& id, FindingId finding, AccountId by, const std::string& note,
                   const std::optional<Adjustment>& booked, std::optional<EntryId> entry) {
  using Account = std::optional<domain::LedgerAccount>;
  using Owner = std::optional<SellerId>;
  batch.Add(kInsertResolution, id, finding, by, note, entry,
            booked ? Account(booked->debit.account) : Account(), booked ? booked->debit.owner : Owner(),
            booked ? Account(booked->credit.account) : Account(), booked ? booked->credit.owner : Owner(),
            booked ? std::optional(booked->amount.currency) : std::nullopt,
            booked ? std::optional(booked->amount.minor) : std::nullopt);
}

}  // namespace

Task<std::optional<DuePart>> Findings::TakeDue(Work work, milliseconds lease) {
  co_return kDuePart.ReadAtMostOne(co_await database_.Write(work, kTakeDuePart, lease));
}

Task<> Findings::Done(Work work, std::string part, Time position, milliseconds pause) {
  co_await database_.Write(work, kPartDone, part, position, pause);
}

Task<Time> Findings::PositionOf(Work work, std::string part) {
  co_return kDuePart.ReadOne(co_await database_.Read(work, kPosition, part)).position;
}

Task<> Findings::Keep(Work work, std::vector<ProviderCharge> charges) {
  std::vector<std::string> ids, currencies, refunded_of, references;
  std::vector<std::optional<domain::OrderId>> orders;
  std::vector<std::int64_t> captured, refunded, amounts;
  for (const auto& charge : charges) {
    ids.push_back(charge.authorization);
    orders.push_back(charge.order);
    currencies.emplace_back(charge.captured.currency.Code());
    captured.push_back(charge.captured.minor);
    refunded.push_back(charge.refunded_minor);
    for (const auto& refund : charge.refunds) {
      refunded_of.push_back(charge.authorization);
      references.push_back(refund.reference);
      amounts.push_back(refund.amount_minor);
    }
  }
  Batch batch("finding.keep");
  batch.Add(kKeepRefunds, refunded_of, references, amounts);
  batch.Add(kKeepCharges, ids, orders, currencies, captured, refunded);
  co_await database_.Write(work, std::move(batch));
}

Task<std::vector<Difference>> Findings::ChangedBetween(Work work, Time from, Time to) {
  co_return kSeen.ReadAll(co_await database_.List(work, kChangedBetween, from, to));
}

Task<Findings::Again> Findings::LookAgain(Work work, std::int64_t limit) {
  constexpr std::string_view kCharge = "charge/";
  Again again{.open = kFinding.ReadAll(co_await database_.List(work, kOldestSeen, limit)), .differences = {}};
  std::vector<domain::PaymentId> payments;
  std::vector<std::string> charges;
  for (const auto& finding : again.open) {
    const auto& [kind, subject, payment, order, currency, amount, changed] = finding.difference;
    if (payment) payments.push_back(*payment);
    if (subject.starts_with(kCharge)) charges.push_back(subject.substr(kCharge.size()));
  }
  if (again.open.empty()) co_return again;
  again.differences = kSeen.ReadAll(co_await database_.List(work, kStillDiffers, payments, charges));
  co_return again;
}

Task<> Findings::See(Work work, std::vector<Difference> differences) {
  if (differences.empty()) co_return;
  std::vector<FindingId> ids;
  std::vector<FindingKind> kinds;
  std::vector<std::string> subjects, currencies;
  std::vector<std::optional<domain::PaymentId>> payments;
  std::vector<std::optional<domain::OrderId>> orders;
  std::vector<std::int64_t> amounts;
  for (const auto& one : differences) {
    ids.push_back(FindingId::New());
    kinds.push_back(one.kind);
    subjects.push_back(one.subject);
    payments.push_back(one.payment);
    orders.push_back(one.order);
    currencies.emplace_back(one.currency.Code());
    amounts.push_back(one.amount_minor);
  }
  co_await database_.Write(work, kSeeFinding, ids, kinds, subjects, payments, orders, currencies, amounts);
}

Task<> Findings::Clear(Work work, std::vector<FindingId> gone) {
  if (!gone.empty()) co_await database_.Write(work, kClearFinding, gone);
}

Task<std::vector<Finding>> Findings::OpenOf(Work work, FindingKind kind) {
  co_return kFinding.ReadAll(co_await database_.List(work, kOpenOf, kind));
}

Task<std::vector<Finding>> Findings::List(Work work, WantedFindings wanted, std::optional<FindingId> after,
                                          std::int64_t limit) {
  co_return kFinding.ReadAll(
      co_await database_.List(work, kListFindings, wanted.kind, wanted.state, after, limit));
}

Task<std::optional<Finding>> Findings::Find(Work work, FindingId id) {
  co_return kFinding.ReadAtMostOne(co_await database_.Read(work, kFindFinding, id));
}

Task<Finding> Findings::Resolve(Work work, FindingId finding, Uuid id, AccountId by, std::string note,
                                std::optional<Adjustment> adjustment, audit::Act act) {
  const auto resolve = [&](postgres::Tx& tx) -> Task<Finding> {
    const auto before = kFinding.ReadAtMostOne(co_await tx.Execute(kLockFinding, finding));
    if (!before) throw NotFound("the finding");
    if (before->state == FindingState::kResolved) {
      throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "the finding is resolved already")
          .WithMetadata("from", "RESOLVED")
          .WithMetadata("to", "RESOLVED");
    }
    if (adjustment) domain::RequireBookable(*adjustment, before->difference.currency);
    act.target_type = "finding";
    act.target_id = finding.ToString();
    act.before = {{"state", "OPEN"}};
    act.after = {{"state", "RESOLVED"}};
    if (adjustment) {
      act.after["debit"] = Name(adjustment->debit.account);
      act.after["credit"] = Name(adjustment->credit.account);
      act.after["amount"] = adjustment->amount.ToString();
    }
    Batch batch("finding.resolve");
    std::optional<EntryId> entry;
    if (adjustment)
      entry = AppendEntry(batch, EntryOf(id, *adjustment), adjustment->amount.currency, std::nullopt);
    AddResolution(batch, id, finding, by, note, adjustment, entry);
    batch.Add(kSetResolved, finding, id).Add(kFindFinding, finding);
    const std::size_t found = adjustment ? 3 : 2;
    audit::Append(batch, work, act);
    co_return kFinding.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).at(found));
  };
  co_return co_await database_.Transaction(work, resolve);
}

Task<OpenFindings> Findings::CountOpen(Work work) {
  OpenFindings open;
  for (const auto& one : kOpenOfKind.ReadAll(co_await database_.List(work, kCountOpen))) {
    open.by_kind[one.kind] = one.count;
    open.oldest_age = std::max(open.oldest_age, one.oldest_age);
  }
  co_return open;
}

}  // namespace market::payment::storage
