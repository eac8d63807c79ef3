#include "services/product/storage/reports.hpp"

#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/product/messages.hpp"

namespace market::product::storage {
namespace {

using domain::Report;
using postgres::Batch;
using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::SqlError;
using postgres::Statement;

constexpr Columns kReport{Column{"c.id", &Report::id},
                          Column{"c.product_id", &Report::product},
                          Column{"c.review_id", &Report::review},
                          Column{"c.seller_id", &Report::seller},
                          Column{"c.reason", &Report::reason},
                          Column{"c.text", &Report::text},
                          Column{"c.contact_email", &Report::contact_email},
                          Column{"c.account_id", &Report::account},
                          Column{"c.state", &Report::state},
                          Column{"c.decision", &Report::decision},
                          Column{"c.answer", &Report::answer},
                          Column{"c.created_at", &Report::created_at},
                          Column{"c.resolved_at", &Report::resolved_at}};

constexpr Sql kInsertReport{R"sql(
INSERT INTO content_report AS c (id, product_id, review_id, seller_id, reason, text, contact_email, account_id)
SELECT $2, )sql"};
constexpr ComposedStatement kInsertOfProduct{"report.insert_of_product",
                                             kInsertReport + R"sql(p.id, NULL, p.seller_id, $3, $4, $5, $6
FROM product p WHERE p.id = $1 AND p.state = 'PUBLISHED' RETURNING )sql" +
                                                 kReport};
constexpr ComposedStatement kInsertOfReview{
    "report.insert_of_review", kInsertReport + R"sql(r.product_id, r.id, r.seller_id, $3, $4, $5, $6
FROM review r WHERE r.id = $1 AND r.state = 'PUBLISHED' RETURNING )sql" +
                                   kReport};
constexpr ComposedStatement kFindReportOfReview{
    "report.find_of_review",
    "SELECT " + kReport + " FROM content_report c WHERE c.account_id = $1 AND c.review_id = $2::uuid"};

struct Taken {
  bool taken = false;
  std::optional<std::int64_t> wait_ms;
};
constexpr Columns kTaken{
    Column{"EXISTS (SELECT FROM taken)", &Taken::taken},
    Column{
        R"sql((SELECT ceil(extract(epoch FROM l.busy_until + $2::interval - $3::interval - market_now()) * 1000)::bigint
        FROM report_limit l WHERE l.digest = $1))sql",
        &Taken::wait_ms}};
// $2 is what one takes of the window $3. Each takes a few rows along that hold nobody back any more: so the table stays as
// small as there are callers of late, without a worker.
constexpr ComposedStatement kTakeReport{"report.take_limit", R"sql(
WITH swept AS (
  DELETE FROM report_limit WHERE digest IN (
    SELECT digest FROM report_limit WHERE busy_until < market_now() AND digest <> $1 ORDER BY busy_until LIMIT 5
    FOR UPDATE SKIP LOCKED)),
taken AS (
  INSERT INTO report_limit AS l (digest, busy_until) VALUES ($1, market_now() + $2::interval)
  ON CONFLICT (digest) DO UPDATE SET busy_until = greatest(l.busy_until, market_now()) + $2::interval
  WHERE greatest(l.busy_until, market_now()) + $2::interval <= market_now() + $3::interval
  RETURNING 1)
SELECT )sql" + kTaken};

constexpr ComposedStatement kListReports{"report.list", "SELECT " + kReport + R"sql(
FROM content_report c WHERE ($1::text IS NULL OR c.state = $1) AND ($2::timestamptz IS NULL OR (c.created_at, c.id) > ($2, $3::uuid))
ORDER BY c.created_at, c.id LIMIT $4)sql"};
constexpr ComposedStatement kLockReport{
    "report.lock", "SELECT " + kReport + " FROM content_report c WHERE c.id = $1 FOR UPDATE"};
constexpr ComposedStatement kResolveReport{"report.resolve", R"sql(
UPDATE content_report c SET state = 'RESOLVED', decision = $2, answer = $3, resolved_at = market_now()
WHERE c.id = $1 RETURNING )sql" + kReport};

Error ResolvedBefore() {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "the report has another answer already")
      .WithMetadata("from", std::string(Name(domain::ReportState::kResolved)))
      .WithMetadata("to", std::string(Name(domain::ReportState::kResolved)));
}

}  // namespace

Task<Report> Reports::AddOfProduct(Work work, domain::ProductId product, ReportDraft draft) {
  return Add(work, kInsertOfProduct, product.Value(), std::nullopt, std::move(draft));
}

Task<Report> Reports::AddOfReview(Work work, domain::ReviewId review, ReportDraft draft) {
  return Add(work, kInsertOfReview, review.Value(), review, std::move(draft));
}

Task<Report> Reports::Add(Work work, Statement insert, Uuid subject, std::optional<domain::ReviewId> review,
                          ReportDraft draft) {
  const auto each = std::chrono::duration_cast<std::chrono::microseconds>(limit_.window) / limit_.count;
  const auto digest = crypto::Sha256(draft.caller);
  const auto add = [&](postgres::Tx& tx) -> Task<Report> {
    if (auto earlier = kReport.ReadAtMostOne(co_await tx.Execute(kFindReportOfReview, draft.account, review)))
      co_return std::move(*earlier);
    Batch batch("report.add");
    batch.Add(kTakeReport, Bytes{digest}, each, limit_.window)
        .Add(insert, subject, draft.id, draft.reason, draft.text, draft.contact_email, draft.account);
    const auto results = co_await tx.Execute(std::move(batch));
    const auto taken = kTaken.ReadOne(results[0]);
    if (!taken.taken) {
      // The row that refuses may be younger than the statement's snapshot: then the wait is at least one's share.
      const auto share = std::chrono::ceil<std::chrono::milliseconds>(each).count();
      throw Error(Code::kResourceExhausted, "RATE_LIMITED", "too many reports")
          .WithRetryAfter(
              std::chrono::milliseconds(std::max<std::int64_t>(taken.wait_ms.value_or(share), 1)));
    }
    auto report = kReport.ReadAtMostOne(results[1]);
    if (!report) throw NotFound(review ? "the review" : "the product");
    Batch told("report.added");
    events::Append(told, work, ContentReportedEvent(*report));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return std::move(*report);
  };
  try {
    co_return co_await database_.Transaction(work, add);
  } catch (const SqlError& error) {
    if (!error.IsUniqueViolation("content_report_once")) throw;
  }
  // A twin was faster.
  co_return kReport.ReadOne(co_await database_.Read(work, kFindReportOfReview, draft.account, review));
}

Task<std::vector<Report>> Reports::List(Work work, std::optional<domain::ReportState> state,
                                        std::optional<Position> after, int limit) {
  std::optional<Time> time;
  std::optional<domain::ReportId> id;
  if (after) {
    time = after->first;
    id = after->second;
  }
  co_return kReport.ReadAll(co_await database_.List(work, kListReports, state, time, id, limit));
}

Task<Report> Reports::Resolve(Work work, domain::ReportId id, domain::Decision decision, std::string answer,
                              audit::Act act) {
  const auto resolve = [&](postgres::Tx& tx) -> Task<Report> {
    auto report = kReport.ReadAtMostOne(co_await tx.Execute(kLockReport, id));
    if (!report) throw NotFound("the report");
    if (report->state == domain::ReportState::kResolved) {
      if (report->decision != decision || report->answer != answer) throw ResolvedBefore();
      co_return std::move(*report);
    }
    report->state = domain::ReportState::kResolved;
    report->decision = decision;
    auto row = act;
    row.target_type = "report";
    row.target_id = id.ToString();
    row.seller = report->seller;
    row.before = {{"state", std::string(Name(domain::ReportState::kOpen))}};
    row.after = {{"state", std::string(Name(report->state))}, {"decision", std::string(Name(decision))}};
    Batch batch("report.resolve");
    batch.Add(kResolveReport, id, decision, answer);
    events::Append(batch, work, ContentReportResolvedEvent(*report));
    audit::Append(batch, work, row);
    co_return kReport.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, resolve);
}

}  // namespace market::product::storage
