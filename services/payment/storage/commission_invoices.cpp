#include "services/payment/storage/commission_invoices.hpp"

#include <utility>

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/payment/messages.hpp"
#include "services/payment/storage/commission_content.hpp"

namespace market::payment::storage {
namespace {

using domain::ChargedCommission;
using domain::CommissionInvoice;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kMonthToBill{Column{"month", &MonthToBill::month},
                               Column{"seller_id", &MonthToBill::seller},
                               Column{"currency", &MonthToBill::currency}};
constexpr ComposedStatement kToBill{"commission_invoice.to_bill",
                                    "SELECT " + kMonthToBill + R"sql( FROM commission_month
  WHERE invoice_id IS NULL AND month < to_char((market_now() - $1::interval) AT TIME ZONE 'UTC', 'YYYY-MM')
    AND ($2::text IS NULL OR (month, seller_id, currency) > ($2, $3::uuid, $4::text))
  ORDER BY month, seller_id, currency LIMIT $5)sql"};

constexpr Statement kBilled{"commission_invoice.bill_month", R"sql(
  UPDATE commission_month SET invoice_id = $4
  WHERE seller_id = $1 AND currency = $2 AND month = $3 AND invoice_id IS NULL)sql"};
constexpr Columns kChargedRow{Column{"e.cause", &ChargedCommission::cause},
                              Column{"c.rate_ppm", &ChargedCommission::rate_ppm},
                              Column{"count(*)", &ChargedCommission::entries},
                              Column{"sum(c.net_minor)::bigint", &ChargedCommission::net_minor},
                              Column{"sum(c.tax_minor)::bigint", &ChargedCommission::tax_minor}};
constexpr ComposedStatement kChargedInMonth{"commission_invoice.charged", "SELECT " + kChargedRow + R"sql(
  FROM commission_charge c JOIN ledger_entry e ON e.id = c.entry_id
  WHERE c.seller_id = $1 AND c.currency = $2 AND c.booked_at >= ($3::text || '-01')::timestamp AT TIME ZONE 'UTC'
    AND c.booked_at < (($3::text || '-01')::timestamp + interval '1 month') AT TIME ZONE 'UTC'
  GROUP BY e.cause, c.rate_ppm ORDER BY e.cause, c.rate_ppm DESC)sql"};

constexpr Columns kCommissionHead{Column{"i.id", &CommissionInvoice::id},
                                  Column{"i.kind", &CommissionInvoice::kind},
                                  Column{"i.year", &CommissionInvoice::year},
                                  Column{"i.position", &CommissionInvoice::position},
                                  Column{"i.number", &CommissionInvoice::number},
                                  Column{"i.seller_id", &CommissionInvoice::seller},
                                  Column{"i.currency", &CommissionInvoice::currency},
                                  Column{"i.month", &CommissionInvoice::month},
                                  Column{"i.net_minor", &CommissionInvoice::net_minor},
                                  Column{"i.tax_minor", &CommissionInvoice::tax_minor},
                                  Column{"i.total_minor", &CommissionInvoice::total_minor},
                                  Column{"i.issued_at", &CommissionInvoice::issued_at}};
constexpr Columns kWholeCommission{kCommissionHead,
                                   Column{"i.content", [](CommissionInvoice& invoice, std::string_view json) {
                                            invoice.content = CommissionContentFromJson(json);
                                          }}};
constexpr ComposedStatement kIssueCommission{"commission_invoice.issue", R"sql(
  INSERT INTO commission_invoice AS i (id, kind, year, position, number, seller_id, currency, month, net_minor, tax_minor,
                                       total_minor, content, issued_at)
  SELECT $1, $2, n.year, n.position, n.number, $3, $4, $5, $6, $7, $8, $9::jsonb, market_now()
  FROM next_commission_invoice($2) AS n RETURNING )sql" + kCommissionHead};
constexpr ComposedStatement kFindCommission{"commission_invoice.find", "SELECT " + kWholeCommission + R"sql(
  FROM commission_invoice i WHERE i.id = $1 AND ($2::uuid[] IS NULL OR i.seller_id = ANY ($2)))sql"};
constexpr ComposedStatement kListCommission{"commission_invoice.list", "SELECT " + kCommissionHead + R"sql(
  FROM commission_invoice i WHERE i.seller_id = $1 AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3)sql"};

}  // namespace

Task<std::vector<MonthToBill>> CommissionInvoices::ToBill(Work work, std::chrono::milliseconds over,
                                                          std::optional<MonthToBill> after,
                                                          std::int64_t limit) {
  const auto month = after ? std::optional(after->month) : std::nullopt;
  const auto seller = after ? std::optional(after->seller) : std::nullopt;
  const auto currency = after ? std::optional(after->currency) : std::nullopt;
  co_return kMonthToBill.ReadAll(
      co_await database_.List(work, kToBill, over, month, seller, currency, limit));
}

Task<std::optional<CommissionInvoice>> CommissionInvoices::Issue(Work work, MonthToBill month,
                                                                 Party marketplace, Party shop) {
  const auto issue = [&](postgres::Tx& tx) -> Task<std::optional<CommissionInvoice>> {
    const auto id = domain::CommissionInvoiceId::New();
    // Before a number is taken: who comes second takes none.
    const auto billed = co_await tx.Execute(kBilled, month.seller, month.currency, month.month, id);
    if (billed.AffectedRows() != 1) co_return std::nullopt;
    domain::CommissionInvoiceContent content{.marketplace = marketplace, .shop = shop};
    content.lines =
        kChargedRow.ReadAll(co_await tx.Execute(kChargedInMonth, month.seller, month.currency, month.month));
    const auto sum = domain::SumOf(content.lines);
    auto issued = kCommissionHead.ReadOne(co_await tx.Execute(
        kIssueCommission, id, domain::KindOf(sum), month.seller, month.currency, month.month, sum.net_minor,
        sum.tax_minor, sum.Gross(), CommissionContentToJson(content)));
    issued.content = std::move(content);
    Batch told("commission_invoice.issued");
    events::Append(told, work, IssuedEvent(issued));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return issued;
  };
  co_return co_await database_.Transaction(work, issue);
}

Task<std::optional<CommissionInvoice>> CommissionInvoices::Find(
    Work work, domain::CommissionInvoiceId id, std::optional<std::vector<SellerId>> sellers) {
  co_return kWholeCommission.ReadAtMostOne(co_await database_.Read(work, kFindCommission, id, sellers));
}

Task<std::vector<CommissionInvoice>> CommissionInvoices::List(
    Work work, SellerId seller, std::optional<domain::CommissionInvoiceId> before, std::int64_t limit) {
  co_return kCommissionHead.ReadAll(co_await database_.List(work, kListCommission, seller, before, limit));
}

}  // namespace market::payment::storage
