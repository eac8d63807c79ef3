#include "services/payment/storage/payouts.hpp"

#include <algorithm>
#include <string>

#include "services/payment/messages.hpp"
#include "services/payment/storage/payout_rows.hpp"

namespace market::payment::storage {
namespace {

using domain::Payout;
using domain::PayoutId;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;
using std::chrono::milliseconds;

constexpr Statement kOpenTurn{"payout.open_turn",
                              "INSERT INTO payout_turn (seller_id, currency) VALUES ($1, $2) ON CONFLICT "
                              "(seller_id, currency) DO NOTHING"};
constexpr Statement kHoldTurn{
    "payout.hold_turn", "SELECT version FROM payout_turn WHERE seller_id = $1 AND currency = $2 FOR UPDATE"};

struct Claimed {
  std::int64_t available_minor = 0;
  std::int64_t lines = 0;
};
constexpr Columns kClaimed{Column{"available", &Claimed::available_minor}, Column{"lines", &Claimed::lines}};
// The first posting of a payout is what it takes itself. Nothing is claimed where it is less than $4.
constexpr ComposedStatement kClaim{"payout.claim", R"sql(
  WITH free AS MATERIALIZED (
    SELECT l.entry_id, l.position, l.amount_minor FROM ledger_posting l
    WHERE l.account = 'seller_available' AND l.owner_id = $2 AND l.currency = $3
      AND NOT EXISTS (SELECT FROM payout_line c WHERE c.entry_id = l.entry_id AND c.position = l.position)
      AND NOT EXISTS (SELECT FROM payout p WHERE p.entry_id = l.entry_id AND l.position = 1)),
  sum AS (SELECT coalesce(-sum(amount_minor), 0)::bigint AS available, count(*) AS lines FROM free),
  line AS (
    INSERT INTO payout_line (payout_id, entry_id, position)
    SELECT $1::uuid, free.entry_id, free.position FROM free, sum WHERE sum.available >= $4)
  SELECT )sql" + kClaimed + " FROM sum"};
constexpr ComposedStatement kInsertPayout{"payout.insert", R"sql(
  WITH made AS (
    INSERT INTO payout (id, seller_id, currency, amount_minor, line_count, on_demand, holder, iban_sealed, iban_last4, country, bic,
                        provider_account, port, entry_id, next_run_at, trace)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, market_now(), $15) RETURNING *),
  entry AS (
    INSERT INTO ledger_entry (id, cause, cause_id, created_at)
    SELECT entry_id, $16::ledger_cause, id, created_at FROM made RETURNING id),
  posting AS (
    INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor)
    SELECT entry.id, p.position, p.account, p.owner, $3, p.amount
    FROM entry, unnest($17::ledger_account[], $18::uuid[], $19::bigint[])
                  WITH ORDINALITY AS p (account, owner, amount, position)),
  kept AS (
    INSERT INTO payout_line (payout_id, entry_id, position)
    SELECT made.id, made.entry_id, 3 FROM made WHERE cardinality($19::bigint[]) > 2)
  SELECT )sql" + kPayout + " FROM made"};

constexpr Columns kVersion{Column{"max(version)", &Payout::version}};
constexpr postgres::Sql kPayoutWon{
    R"sql(version = version + 1, state = $3, attempt = $4, sent_at = $5, provider_id = $6, failure_code = $7,
                      paid_at = $8, asks = $9, updated_at = $10, next_run_at = market_now() + $11::interval, failures = 0,
                      last_error = '', parked_at = NULL
    WHERE id = $1 AND version = $2 RETURNING id, version, currency, updated_at))sql"};
constexpr auto kRequirePayout = " SELECT require(count(*) = 1), " + kVersion + " FROM won";
constexpr ComposedStatement kWritePayout{"payout.write",
                                         "WITH won AS (UPDATE payout SET " + kPayoutWon + kRequirePayout};
constexpr ComposedStatement kWritePayoutMoved{"payout.write_moved", "WITH won AS (UPDATE payout SET " +
                                                                        kPayoutWon + R"sql(,
  entry AS (
    INSERT INTO ledger_entry (id, cause, cause_id, created_at)
    SELECT $12::uuid, $13::ledger_cause, won.id, won.updated_at FROM won RETURNING id),
  posting AS (
    INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor)
    SELECT entry.id, p.position, p.account, p.owner, won.currency, p.amount
    FROM won, entry, unnest($14::ledger_account[], $15::uuid[], $16::bigint[])
                       WITH ORDINALITY AS p (account, owner, amount, position)))sql" +
                                                                        kRequirePayout};

constexpr Statement kGather{"payout.gather", R"sql(
  UPDATE payout SET batch_id = $3 WHERE state = 'DUE' AND port = $1 AND currency = $2 AND batch_id IS NULL)sql"};
constexpr ComposedStatement kOfBatch{"payout.of_batch",
                                     "SELECT " + kPayout + " FROM payout WHERE batch_id = $1 ORDER BY id"};
constexpr ComposedStatement kFindPayout{
    "payout.find",
    "SELECT " + kPayout + " FROM payout WHERE id = $1 AND ($2::uuid[] IS NULL OR seller_id = ANY ($2))"};
constexpr ComposedStatement kListPayouts{"payout.list", "SELECT " + kPayout + R"sql( FROM payout
  WHERE ($1::uuid[] IS NULL OR seller_id = ANY ($1)) AND ($2::uuid IS NULL OR seller_id = $2)
    AND ($3::payout_state IS NULL OR state = $3) AND ($4::text IS NULL OR currency = $4) AND ($5::uuid IS NULL OR id < $5)
  ORDER BY id DESC LIMIT $6)sql"};
constexpr Columns kPayoutLine{Column{"c.entry_id", &PayoutLine::entry},
                              Column{"c.position", &PayoutLine::position},
                              Column{"e.cause", &PayoutLine::cause},
                              Column{"e.cause_id", &PayoutLine::cause_id},
                              Column{"-l.amount_minor", &PayoutLine::amount_minor},
                              Column{"e.created_at", &PayoutLine::booked_at}};
constexpr ComposedStatement kPayoutLines{"payout.lines", "SELECT " + kPayoutLine + R"sql(
  FROM payout_line c JOIN ledger_posting l ON l.entry_id = c.entry_id AND l.position = c.position
  JOIN ledger_entry e ON e.id = c.entry_id
  WHERE c.payout_id = $1 AND ($2::uuid IS NULL OR (c.entry_id, c.position) > ($2, $3))
  ORDER BY c.entry_id, c.position LIMIT $4)sql"};

constexpr Columns kDuePayout{Column{"id", &DuePayout::id}, Column{"version", &DuePayout::version},
                             Column{"asks", &DuePayout::asks}, Column{"failures", &DuePayout::failures}};
constexpr ComposedStatement kTakePayouts{"payout.take_due", R"sql(
  UPDATE payout SET version = version + 1, next_run_at = market_now() + $2::interval
  WHERE id IN (SELECT id FROM payout WHERE next_run_at <= market_now() AND parked_at IS NULL
               ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDuePayout};
constexpr ComposedStatement kReadPayout{"payout.read",
                                        "SELECT " + kPayout + " FROM payout WHERE id = $1 AND version = $2"};
constexpr Statement kPutBackPayout{"payout.put_back", R"sql(
  UPDATE payout SET version = version + 1, next_run_at = market_now() + $3::interval, failures = $4, last_error = $5,
                    parked_at = CASE WHEN $6 THEN market_now() END
  WHERE id = $1 AND version = $2)sql"};

constexpr Columns kDueTurn{Column{"seller_id", &DueTurn::seller}, Column{"currency", &DueTurn::currency},
                           Column{"planned", &DueTurn::planned}, Column{"version", &DueTurn::version},
                           Column{"failures", &DueTurn::failures}};
constexpr ComposedStatement kTakeTurns{"payout.take_turns", R"sql(
  UPDATE payout_turn SET version = version + 1, next_run_at = market_now() + $2::interval
  WHERE (seller_id, currency) IN (SELECT seller_id, currency FROM payout_turn
                                  WHERE next_run_at <= market_now() AND parked_at IS NULL
                                  ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDueTurn};
constexpr Statement kEndTurn{"payout.end_turn", R"sql(
  UPDATE payout_turn SET version = version + 1, planned = true, next_run_at = $4, failures = 0, last_error = ''
  WHERE seller_id = $1 AND currency = $2 AND version = $3)sql"};
constexpr Statement kPutBackTurn{"payout.put_back_turn", R"sql(
  UPDATE payout_turn SET version = version + 1, next_run_at = market_now() + $4::interval, failures = $5, last_error = $6,
                         parked_at = CASE WHEN $7 THEN market_now() END
  WHERE seller_id = $1 AND currency = $2 AND version = $3)sql"};

struct Parked {
  std::int64_t rows = 0;
};
constexpr Columns kParked{Column{"count(*)", &Parked::rows}};
constexpr ComposedStatement kCountParked{"payout.count_parked",
                                         "SELECT " + kParked + " FROM payout WHERE parked_at IS NOT NULL"};
constexpr ComposedStatement kCountParkedTurns{
    "payout.count_parked_turns", "SELECT " + kParked + " FROM payout_turn WHERE parked_at IS NOT NULL"};

void AppendRecord(Batch& batch, const Work& work, audit::Act act, const Payout* before, const Payout& after) {
  act.target_type = "payout";
  act.target_id = after.id.ToString();
  act.seller = after.seller;
  if (before != nullptr) {
    act.before["state"] = Name(before->state);
  } else {
    act.after["amount"] = after.amount.ToString();
  }
  act.after["state"] = Name(after.state);
  audit::Append(batch, work, act);
}

}  // namespace

Task<std::variant<Payout, TooLittle>> Payouts::Claim(Work work, PayoutDraft draft, const audit::Act* act) {
  using Outcome = std::variant<Payout, TooLittle>;
  const auto claim = [&](postgres::Tx& tx) -> Task<Outcome> {
    Batch hold("payout.hold");
    hold.Add(kOpenTurn, draft.seller, draft.currency).Add(kHoldTurn, draft.seller, draft.currency);
    co_await tx.Execute(std::move(hold));
    const std::optional<std::vector<SellerId>> own = std::vector{draft.seller};
    if (auto earlier = kPayout.ReadAtMostOne(co_await tx.Execute(kFindPayout, draft.id, own)))
      co_return std::move(*earlier);
    const auto least = std::max(draft.amount_minor.value_or(1), draft.minimum_minor);
    const auto claimed =
        kClaimed.ReadOne(co_await tx.Execute(kClaim, draft.id, draft.seller, draft.currency, least));
    if (claimed.available_minor < least) co_return TooLittle{claimed.available_minor};
    Payout payout{.id = draft.id,
                  .seller = draft.seller,
                  .amount = {draft.amount_minor.value_or(claimed.available_minor), draft.currency},
                  .on_demand = draft.on_demand,
                  .target = draft.target};
    const auto kept = claimed.available_minor - payout.amount.minor;
    const auto entry = domain::EntryOfClaim(payout, kept);
    const Postings p(entry);
    const auto& t = draft.target;
    Batch batch("payout.begin");
    batch.Add(kInsertPayout, payout.id, payout.seller, draft.currency, payout.amount.minor,
              claimed.lines + (kept > 0 ? 1 : 0), draft.on_demand, t.holder, t.sealed_iban, t.iban_last4,
              t.country, t.bic, t.provider_account, draft.port, Uuid::NewV7(), draft.trace, entry.cause,
              p.accounts, p.owners, p.amounts);
    if (act != nullptr) AppendRecord(batch, work, *act, nullptr, payout);
    co_return kPayout.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, claim);
}

Task<bool> Payouts::Write(Work work, const Payout& before, Payout& after,
                          std::optional<milliseconds> run_after, const audit::Act* act) {
  Batch batch("payout.write");
  const auto add = [&](const Statement& statement, const auto&... entry) {
    batch.Add(statement, after.id, before.version, after.state, after.attempt, after.sent_at,
              after.provider_id, after.failure_code, after.paid_at, after.asks, after.updated_at, run_after,
              entry...);
  };
  if (const auto entry = domain::EntryBetween(before, after)) {
    const Postings p(*entry);
    add(kWritePayoutMoved, Uuid::NewV7(), entry->cause, p.accounts, p.owners, p.amounts);
  } else {
    add(kWritePayout);
  }
  auto told = after;
  told.version = before.version + 1;
  if (const auto event = EventBetween(before, told)) events::Append(batch, work, *event);
  if (act != nullptr) AppendRecord(batch, work, *act, &before, after);
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    kVersion.ReadInto(after, results.front().One(), 1);
    co_return true;
  } catch (const postgres::SqlError& error) {
    if (error.Is("MK001")) co_return false;
    throw;
  }
}

Task<> Payouts::Gather(Work work, std::string port, Currency currency, Uuid batch) {
  co_await database_.Write(work, kGather, port, currency, batch);
}

Task<std::vector<Payout>> Payouts::OfBatch(Work work, Uuid batch) {
  co_return kPayout.ReadAll(co_await database_.List(work, kOfBatch, batch));
}

Task<std::optional<Payout>> Payouts::Find(Work work, PayoutId id,
                                          std::optional<std::vector<SellerId>> scope) {
  co_return kPayout.ReadAtMostOne(co_await database_.Read(work, kFindPayout, id, scope));
}

Task<std::vector<Payout>> Payouts::List(Work work, PayoutsWanted wanted, std::optional<PayoutId> before,
                                        std::int64_t limit) {
  co_return kPayout.ReadAll(co_await database_.List(work, kListPayouts, wanted.scope, wanted.seller,
                                                    wanted.state, wanted.currency, before, limit));
}

Task<std::vector<PayoutLine>> Payouts::Lines(Work work, PayoutId id,
                                             std::optional<std::pair<EntryId, std::int64_t>> after,
                                             std::int64_t limit) {
  const auto entry = after ? std::optional(after->first) : std::nullopt;
  co_return kPayoutLine.ReadAll(
      co_await database_.List(work, kPayoutLines, id, entry, after ? after->second : 0, limit));
}

Task<std::vector<DuePayout>> Payouts::TakeDue(Work work, std::size_t limit, milliseconds lease) {
  co_return kDuePayout.ReadAll(co_await database_.Write(work, kTakePayouts, limit, lease));
}

Task<std::optional<Payout>> Payouts::Read(Work work, DuePayout due) {
  co_return kPayout.ReadAtMostOne(co_await database_.Read(work, kReadPayout, due.id, due.version));
}

Task<> Payouts::PutBack(Work work, DuePayout due, runtime::Setback setback) {
  co_await database_.Write(work, kPutBackPayout, due.id, due.version, setback.delay, setback.failures,
                           setback.why, setback.Parked());
}

Task<std::vector<DueTurn>> Payouts::TakeTurns(Work work, std::size_t limit, milliseconds lease) {
  co_return kDueTurn.ReadAll(co_await database_.Write(work, kTakeTurns, limit, lease));
}

Task<> Payouts::EndTurn(Work work, DueTurn turn, Time next_day) {
  co_await database_.Write(work, kEndTurn, turn.seller, turn.currency, turn.version, next_day);
}

Task<> Payouts::PutBack(Work work, DueTurn turn, runtime::Setback setback) {
  co_await database_.Write(work, kPutBackTurn, turn.seller, turn.currency, turn.version, setback.delay,
                           setback.failures, setback.why, setback.Parked());
}

Task<std::int64_t> Payouts::CountParked(Work work) {
  co_return kParked.ReadOne(co_await database_.List(work, kCountParked)).rows;
}

Task<std::int64_t> Payouts::CountParkedTurns(Work work) {
  co_return kParked.ReadOne(co_await database_.List(work, kCountParkedTurns)).rows;
}

}  // namespace market::payment::storage
