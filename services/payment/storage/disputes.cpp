#include "services/payment/storage/disputes.hpp"

#include <algorithm>
#include <utility>

#include "platform/postgres/columns.hpp"
#include "services/payment/messages.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/sales.hpp"

namespace market::payment::storage {
namespace {

using domain::Dispute;
using domain::DisputeId;
using domain::DisputeState;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;
using std::chrono::milliseconds;

// What it has taken of its sale.
constexpr Columns kDisputedShare{
    Column{"lines", &domain::DisputedShare::lines, &domain::DisputedLine::line},
    Column{"line_amounts", &domain::DisputedShare::lines, &domain::DisputedLine::amount_minor},
    Column{"delivery_minor", &domain::DisputedShare::delivery_minor},
    Column{"reserve_minor", &domain::DisputedShare::reserve_minor}};
constexpr Columns kDispute{Column{"id", &Dispute::id},
                           Column{"provider_id", &Dispute::provider_id},
                           Column{"payment_id", &Dispute::payment},
                           Column{"order_id", &Dispute::order},
                           Column{"seller_order_id", &Dispute::seller_order},
                           Column{"seller_id", &Dispute::seller},
                           Column{"currency", &Dispute::amount, &Money::currency},
                           Column{"amount_minor", &Dispute::amount, &Money::minor},
                           Column{"of_sale_minor", &Dispute::of_sale_minor},
                           Column{"state", &Dispute::state},
                           Column{"reason", &Dispute::reason},
                           Column{"evidence_due", &Dispute::evidence_due},
                           Column{"evidence", &Dispute::evidence, &domain::Evidence::text},
                           Column{"carrier", &Dispute::evidence, &domain::Evidence::carrier},
                           Column{"tracking_number", &Dispute::evidence, &domain::Evidence::tracking_number},
                           Column{"submitted_at", &Dispute::submitted_at},
                           Column{"refusal_code", &Dispute::refusal_code},
                           Column{"ended_at", &Dispute::ended_at},
                           postgres::Inside{&Dispute::share, kDisputedShare},
                           Column{"asks", &Dispute::asks},
                           Column{"version", &Dispute::version},
                           Column{"trace", &Dispute::trace},
                           Column{"created_at", &Dispute::created_at},
                           Column{"updated_at", &Dispute::updated_at}};
// A refund that is promised meanwhile was made from an older version, and is made again from this one.
constexpr Statement kHoldPayment{"dispute.hold_payment", R"sql(
  WITH won AS (UPDATE payment SET version = version + 1 WHERE id = $1 AND version = $2 AND state = 'CAPTURED' RETURNING id)
  SELECT require(count(*) = 1) FROM won)sql"};
constexpr ComposedStatement kInsertDispute{"dispute.insert", R"sql(
  INSERT INTO dispute (id, provider_id, payment_id, order_id, seller_order_id, seller_id, currency, amount_minor, of_sale_minor, reason,
                       evidence_due, lines, line_amounts, delivery_minor, reserve_minor, trace)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING )sql" +
                                                                 kDispute};
// Only from where it was read.
constexpr Statement kMoveDispute{"dispute.move", R"sql(
  WITH won AS (
    UPDATE dispute SET state = $3::dispute_state, version = version + 1, updated_at = market_now(),
                       submitted_at = CASE WHEN $3::dispute_state = 'EVIDENCE' THEN coalesce(submitted_at, market_now()) ELSE submitted_at END,
                       ended_at = CASE WHEN $3::dispute_state IN ('WON', 'LOST') THEN market_now() END,
                       next_run_at = CASE WHEN $3::dispute_state NOT IN ('WON', 'LOST') THEN next_run_at END,
                       failures = 0, last_error = '', parked_at = NULL
    WHERE id = $1 AND state = $2 RETURNING id)
  SELECT require(count(*) = 1) FROM won)sql"};
constexpr Statement kAnswerDispute{"dispute.answer", R"sql(
  WITH won AS (
    UPDATE dispute SET state = 'EVIDENCE', evidence = $2, carrier = $3, tracking_number = $4, version = version + 1,
                       updated_at = market_now(), next_run_at = market_now(), asks = 0, failures = 0, last_error = '', parked_at = NULL
    WHERE id = $1 AND state = 'OPEN' RETURNING id)
  SELECT require(count(*) = 1) FROM won)sql"};
constexpr Statement kSubmittedDispute{"dispute.submitted", R"sql(
  UPDATE dispute SET submitted_at = market_now(), version = version + 1, updated_at = market_now(), asks = 0,
                     next_run_at = market_now() + interval '1 second'
  WHERE provider_id = $1 AND state = 'EVIDENCE' AND submitted_at IS NULL)sql"};
constexpr Statement kRefusedDispute{"dispute.refused", R"sql(
  UPDATE dispute SET refusal_code = $2, version = version + 1, updated_at = market_now()
  WHERE provider_id = $1 AND state = 'EVIDENCE' AND submitted_at IS NULL)sql"};

constexpr ComposedStatement kOfProvider{
    "dispute.of_provider",
    "SELECT " + kDispute + " FROM dispute WHERE provider_id = $1 ORDER BY seller_order_id"};
constexpr ComposedStatement kFindDispute{
    "dispute.find",
    "SELECT " + kDispute + " FROM dispute WHERE id = $1 AND ($2::uuid[] IS NULL OR seller_id = ANY ($2))"};
constexpr ComposedStatement kListDisputes{"dispute.list", "SELECT " + kDispute + R"sql( FROM dispute
  WHERE ($1::uuid[] IS NULL OR seller_id = ANY ($1)) AND ($2::uuid IS NULL OR seller_id = $2)
    AND ($3::dispute_state IS NULL OR state = $3) AND ($4::uuid IS NULL OR id < $4)
  ORDER BY id DESC LIMIT $5)sql"};

constexpr Columns kDueDispute{Column{"id", &DueDispute::id}, Column{"version", &DueDispute::version},
                              Column{"asks", &DueDispute::asks}, Column{"failures", &DueDispute::failures}};
constexpr ComposedStatement kTakeDisputes{"dispute.take_due", R"sql(
  UPDATE dispute SET version = version + 1, asks = asks + 1, next_run_at = market_now() + $2::interval
  WHERE id IN (SELECT id FROM dispute WHERE next_run_at <= market_now() AND parked_at IS NULL
               ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDueDispute};
constexpr Statement kLaterDispute{"dispute.later", R"sql(
  UPDATE dispute SET next_run_at = market_now() + $3::interval, failures = 0, last_error = ''
  WHERE id = $1 AND version = $2 AND next_run_at IS NOT NULL)sql"};
constexpr Statement kPutBackDispute{"dispute.put_back", R"sql(
  UPDATE dispute SET version = version + 1, next_run_at = market_now() + $3::interval, failures = $4, last_error = $5,
                     parked_at = CASE WHEN $6 THEN market_now() END
  WHERE id = $1 AND version = $2 AND next_run_at IS NOT NULL)sql"};
constexpr Columns kOpenCount{
    Column{"count(*)", &DisputesOpen::open},
    Column{"count(*) FILTER (WHERE state = 'OPEN' AND evidence_due BETWEEN market_now() AND market_now() + "
           "interval '3 days')",
           &DisputesOpen::due_soon},
    Column{"count(parked_at)", &DisputesOpen::parked}};
constexpr ComposedStatement kCountDisputes{
    "dispute.count",
    "SELECT " + kOpenCount + " FROM (SELECT * FROM dispute WHERE next_run_at IS NOT NULL LIMIT 100000) AS d"};

Task<HeldSale> RequireSale(postgres::Tx& tx, domain::SellerOrderId id) {
  auto held = co_await HoldSale(tx, id);
  if (!held) throw Unavailable("sale " + id.ToString() + " is not known yet");
  co_return std::move(*held);
}

Dispute MadeOf(const domain::Payment& payment, const DisputeDraft& draft, const domain::DisputeOfPart& part) {
  return {.id = DisputeId::New(),
          .provider_id = draft.provider_id,
          .payment = payment.id,
          .order = payment.order,
          .seller_order = part.split.seller_order,
          .seller = part.split.seller,
          .amount = {part.amount_minor, payment.currency},
          .of_sale_minor = part.of_sale_minor,
          .reason = draft.reason,
          .evidence_due = draft.evidence_due,
          .trace = payment.trace};
}

void AppendNew(Batch& batch, const Dispute& dispute) {
  std::vector<domain::LineId> lines;
  std::vector<std::int64_t> amounts;
  for (const auto& taken : dispute.share.lines) {
    lines.push_back(taken.line);
    amounts.push_back(taken.amount_minor);
  }
  batch.Add(kInsertDispute, dispute.id, dispute.provider_id, dispute.payment, dispute.order,
            dispute.seller_order, dispute.seller, dispute.amount.currency, dispute.amount.minor,
            dispute.of_sale_minor, dispute.reason, dispute.evidence_due, lines, amounts,
            dispute.share.delivery_minor, dispute.share.reserve_minor, dispute.trace);
}

// What becomes of one that is decided, with the sale that it is of.
void AppendDecided(Batch& batch, const Dispute& dispute, DisputeState to, HeldSale held) {
  domain::Entry entry;
  domain::SaleMove move;  // of one that is lost nothing moves that was earned
  if (to == DisputeState::kWon) {
    auto back = domain::GiveBackDisputed(std::move(held.sale), dispute.share, dispute.id, held.now);
    entry = domain::EntryOfWinning(dispute, back);
    held.sale = std::move(back.sale);
    move = std::move(back.move);
  } else {
    entry = domain::EntryOfLosing(dispute);
    --held.sale.disputes;
  }
  AppendCharge(batch, held.sale, move, AppendEntry(batch, entry, dispute.amount.currency, dispute.payment));
  AppendSale(batch, held);
}

}  // namespace

Task<Disputes::Written> Disputes::Open(Work work, const domain::Payment& payment, DisputeDraft draft) {
  auto parts = domain::SharedAmong(payment, draft.amount_minor);
  std::ranges::sort(parts, {}, [](const auto& part) { return part.split.seller_order; });
  const auto open = [&](postgres::Tx& tx) -> Task<> {
    co_await tx.Execute(kHoldPayment, payment.id, payment.version);
    Batch batch("dispute.open");
    std::vector<events::NewEvent> told;
    for (const auto& part : parts) {
      auto held = co_await RequireSale(tx, part.split.seller_order);
      auto dispute = MadeOf(payment, draft, part);
      auto taken = domain::TakeDisputed(std::move(held.sale), dispute.of_sale_minor, dispute.id);
      dispute.share = taken.share;
      AppendNew(batch, dispute);
      AppendCharge(batch, taken.sale, taken.move,
                   AppendEntry(batch, domain::EntryOfOpening(dispute, taken), payment.currency, payment.id));
      told.push_back(DisputeEvent(dispute, taken.sale.number, 1));
      held.sale = std::move(taken.sale);
      AppendSale(batch, held);
    }
    events::Append(batch, work, told);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  try {
    co_await database_.Transaction(work, open);
    co_return Written::kDone;
  } catch (const postgres::SqlError& error) {
    const bool overtaken =
        error.Is("MK001") || error.IsUniqueViolation("dispute_provider_id_seller_order_id_key");
    if (!overtaken) throw;
    co_return Written::kOvertaken;
  }
}

Task<Disputes::Written> Disputes::MoveTo(Work work, std::string provider_id, DisputeState to) {
  const auto move = [&](postgres::Tx& tx) -> Task<> {
    std::vector<std::pair<Dispute, HeldSale>> moved;
    for (const auto& dispute : kDispute.ReadAll(co_await tx.Execute(kOfProvider, provider_id)))
      if (domain::NextState(dispute.state, to))
        moved.emplace_back(dispute, co_await RequireSale(tx, dispute.seller_order));
    if (moved.empty()) co_return;
    Batch batch("dispute.move");
    std::vector<events::NewEvent> told;
    for (auto& [dispute, held] : moved) {
      batch.Add(kMoveDispute, dispute.id, dispute.state, to);
      auto after = dispute;
      after.state = to;
      told.push_back(DisputeEvent(after, held.sale.number, dispute.version + 1));
      if (domain::HasEnded(to)) AppendDecided(batch, dispute, to, std::move(held));
    }
    events::Append(batch, work, told);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  try {
    co_await database_.Transaction(work, move);
    co_return Written::kDone;
  } catch (const postgres::SqlError& error) {
    if (!error.Is("MK001")) throw;
    co_return Written::kOvertaken;
  }
}

Task<Disputes::Written> Disputes::Answer(Work work, DisputeId id, domain::Evidence evidence, audit::Act act) {
  auto dispute = (co_await Find(work, id, std::nullopt)).value();
  act.target_type = "dispute";
  act.target_id = id.ToString();
  act.seller = dispute.seller;
  act.before["state"] = Name(dispute.state);
  dispute.state = DisputeState::kEvidence;
  act.after["state"] = Name(dispute.state);
  Batch batch("dispute.answer");
  batch.Add(kAnswerDispute, id, evidence.text, evidence.carrier, evidence.tracking_number);
  events::Append(batch, work, DisputeEvent(dispute, {}, dispute.version + 1));
  audit::Append(batch, work, act);
  try {
    co_await database_.Write(work, std::move(batch));
    co_return Written::kDone;
  } catch (const postgres::SqlError& error) {
    if (!error.Is("MK001")) throw;
    co_return Written::kOvertaken;
  }
}

Task<> Disputes::Submitted(Work work, std::string provider_id) {
  co_await database_.Write(work, kSubmittedDispute, provider_id);
}

Task<> Disputes::Refused(Work work, std::string provider_id, std::string code) {
  co_await database_.Write(work, kRefusedDispute, provider_id, code);
}

Task<std::vector<Dispute>> Disputes::OfProvider(Work work, std::string provider_id) {
  co_return kDispute.ReadAll(co_await database_.Read(work, kOfProvider, provider_id));
}

Task<std::optional<Dispute>> Disputes::Find(Work work, DisputeId id,
                                            std::optional<std::vector<SellerId>> scope) {
  co_return kDispute.ReadAtMostOne(co_await database_.Read(work, kFindDispute, id, scope));
}

Task<std::vector<Dispute>> Disputes::List(Work work, DisputesWanted wanted, std::optional<DisputeId> before,
                                          std::int64_t limit) {
  co_return kDispute.ReadAll(
      co_await database_.List(work, kListDisputes, wanted.scope, wanted.seller, wanted.state, before, limit));
}

Task<std::vector<DueDispute>> Disputes::TakeDue(Work work, std::size_t limit, milliseconds lease) {
  co_return kDueDispute.ReadAll(co_await database_.Write(work, kTakeDisputes, limit, lease));
}

Task<> Disputes::Later(Work work, DueDispute due, milliseconds delay) {
  co_await database_.Write(work, kLaterDispute, due.id, due.version, delay);
}

Task<> Disputes::PutBack(Work work, DueDispute due, runtime::Setback setback) {
  co_await database_.Write(work, kPutBackDispute, due.id, due.version, setback.delay, setback.failures,
                           setback.why, setback.Parked());
}

Task<DisputesOpen> Disputes::Count(Work work) {
  co_return kOpenCount.ReadOne(co_await database_.List(work, kCountDisputes));
}

}  // namespace market::payment::storage
