#include "services/order/storage/invoices.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/invoice_content.hpp"

namespace market::order::storage {
namespace {

using domain::Invoice;
using domain::InvoiceKind;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;
using postgres::Tx;

// Of the table invoice i.
constexpr Columns kInvoiceHead{Column{"i.id", &Invoice::id},
                               Column{"i.kind", &Invoice::kind},
                               Column{"i.seller_id", &Invoice::seller},
                               Column{"i.year", &Invoice::year},
                               Column{"i.position", &Invoice::position},
                               Column{"i.number", &Invoice::number},
                               Column{"i.order_id", &Invoice::order},
                               Column{"i.seller_order_id", &Invoice::part},
                               Column{"i.buyer_id", &Invoice::buyer},
                               Column{"i.refund_id", &Invoice::refund},
                               Column{"i.currency", &Invoice::currency},
                               Column{"i.net_minor", &Invoice::net_minor},
                               Column{"i.tax_minor", &Invoice::tax_minor},
                               Column{"i.total_minor", &Invoice::total_minor},
                               Column{"i.issued_at", &Invoice::issued_at}};
constexpr Columns kListedInvoice{
    kInvoiceHead,
    Column{"i.content -> 'corrects'", [](Invoice& invoice, std::optional<std::string_view> json) {
             if (json) invoice.content.corrects = CorrectedInvoiceFromJson(*json);
           }}};
constexpr Columns kInvoice{kInvoiceHead, Column{"i.content", [](Invoice& invoice, std::string_view json) {
                                                  invoice.content = InvoiceContentFromJson(json);
                                                }}};

// The part that documents are of.
struct Billed {
  domain::OrderId order;
  SellerId seller;
  AccountId buyer;
  std::int64_t total_minor = 0;
  Currency currency;
};
constexpr Columns kBilled{Column{"s.order_id", &Billed::order}, Column{"s.seller_id", &Billed::seller},
                          Column{"o.buyer_id", &Billed::buyer}, Column{"s.total_minor", &Billed::total_minor},
                          Column{"o.currency", &Billed::currency}};
constexpr ComposedStatement kLockBilled{"invoice.lock_part",
                                        "SELECT " + kBilled +
                                            " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                                            " WHERE s.id = $1 FOR UPDATE OF s"};
// The invoice comes first.
constexpr ComposedStatement kIssuedOfPart{
    "invoice.issued_of_part",
    "SELECT " + kInvoice + " FROM invoice i WHERE i.seller_order_id = $1 ORDER BY i.kind DESC, i.position"};
constexpr Columns kHeardRefund{
    Column{"r.refund_id", &domain::HeardRefund::id},
    Column{"r.amount_minor", &domain::HeardRefund::amount_minor},
    Column{"EXISTS (SELECT FROM invoice i WHERE i.refund_id = r.refund_id)", &domain::HeardRefund::credited}};
constexpr ComposedStatement kRefundsOfPart{
    "invoice.refunds_of_part",
    "SELECT " + kHeardRefund + " FROM part_refund r WHERE r.seller_order_id = $1 ORDER BY r.heard"};
constexpr ComposedStatement kIssue{"invoice.issue", R"sql(
  INSERT INTO invoice AS i (id, kind, seller_id, year, position, number, order_id, seller_order_id, buyer_id, refund_id, corrects,
                            currency, net_minor, tax_minor, total_minor, content, issued_at)
  SELECT $1, $2, $3, n.year, n.position, n.number, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, market_now()
  FROM next_invoice($3, $2) AS n RETURNING )sql" + kInvoiceHead};

constexpr Statement kHasInvoice{"invoice.of_part",
                                "SELECT 1 FROM invoice WHERE seller_order_id = $1 AND kind = 'INVOICE'"};
constexpr ComposedStatement kFindInvoice{"invoice.find", "SELECT " + kInvoice + R"sql( FROM invoice i
  WHERE i.id = $1 AND (($2::uuid IS NULL AND $3::uuid[] IS NULL) OR i.buyer_id = $2 OR i.seller_id = ANY ($3)))sql"};
constexpr Statement kPartInScope{"invoice.part_in_scope", R"sql(
  SELECT 1 FROM seller_order s JOIN orders o ON o.id = s.order_id
  WHERE s.id = $1 AND (($2::uuid IS NULL AND $3::uuid[] IS NULL) OR o.buyer_id = $2 OR s.seller_id = ANY ($3)))sql"};
constexpr ComposedStatement kListInvoicesOfPart{"invoice.list_of_part",
                                                "SELECT " + kListedInvoice + R"sql( FROM invoice i
  WHERE i.seller_order_id = $1 AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3)sql"};
constexpr ComposedStatement kListInvoicesOfSeller{"invoice.list_of_seller",
                                                  "SELECT " + kListedInvoice + R"sql( FROM invoice i
  WHERE i.seller_id = $1 AND ($2::timestamptz IS NULL OR i.issued_at >= $2) AND ($3::timestamptz IS NULL OR i.issued_at < $3)
    AND ($4::timestamptz IS NULL OR (i.issued_at, i.id) < ($4, $5::uuid))
  ORDER BY i.issued_at DESC, i.id DESC LIMIT $6)sql"};
constexpr ComposedStatement kListInvoicesForBooks{"invoice.list_for_books",
                                                  "SELECT " + kInvoice + R"sql( FROM invoice i
  WHERE i.seller_id = $1 AND i.issued_at >= $2 AND i.issued_at < $3
    AND ($4::timestamptz IS NULL OR (i.issued_at, i.id) > ($4, $5::uuid))
  ORDER BY i.issued_at, i.id LIMIT $6)sql"};

// One more of a part.
Task<Invoice> Insert(Tx& tx, const Billed& billed, domain::SellerOrderId part, domain::InvoiceContent content,
                     std::optional<Uuid> refund) {
  const auto sum = domain::SumOf(content.taxes);
  const auto kind = refund ? InvoiceKind::kCreditNote : InvoiceKind::kInvoice;
  const auto corrects = content.corrects ? std::optional(content.corrects->id) : std::nullopt;
  auto issued = kInvoiceHead.ReadOne(co_await tx.Execute(
      kIssue, domain::InvoiceId::New(), kind, billed.seller, billed.order, part, billed.buyer, refund,
      corrects, billed.currency, sum.net_minor, sum.tax_minor, sum.Gross(), InvoiceContentToJson(content)));
  issued.content = std::move(content);
  co_return issued;
}

// What a credit note says besides its amounts is what its invoice says.
domain::InvoiceContent CreditOf(const Invoice& invoice, std::vector<domain::TaxAmount> taxes) {
  return {.seller = invoice.content.seller,
          .buyer = invoice.content.buyer,
          .order_number = invoice.content.order_number,
          .ordered_at = invoice.content.ordered_at,
          .supplied_at = invoice.content.supplied_at,
          .taxes = std::move(taxes),
          .untaxed = invoice.content.untaxed,
          .corrects = domain::CorrectedInvoice{invoice.id, invoice.number, invoice.issued_at}};
}

}  // namespace

Task<bool> Invoices::Has(Work work, domain::SellerOrderId part) {
  co_return !(co_await database_.Read(work, kHasInvoice, part)).empty();
}

Task<std::vector<Invoice>> Invoices::Issue(Work work, domain::SellerOrderId part,
                                           std::optional<domain::InvoiceContent> content) {
  auto body = [&](Tx& tx) -> Task<std::vector<Invoice>> {
    const auto billed = kBilled.ReadAtMostOne(co_await tx.Execute(kLockBilled, part));
    if (!billed) co_return std::vector<Invoice>();
    // Behind the lock: what others have issued until now is seen.
    Batch read("invoice.of_part");
    read.Add(kIssuedOfPart, part).Add(kRefundsOfPart, part);
    const auto found = co_await tx.Execute(std::move(read));
    auto all = kInvoice.ReadAll(found[0]);
    const auto before = all.size();
    if (all.empty() && content) all.push_back(co_await Insert(tx, *billed, part, *content, std::nullopt));
    if (all.empty()) co_return std::vector<Invoice>();

    const auto invoice = all.front();
    auto left = invoice.content.taxes;
    std::int64_t credited = 0;
    for (const auto& note : all) {
      if (note.kind != InvoiceKind::kCreditNote) continue;
      left = domain::LeftOf(left, note.content.taxes);
      credited += note.total_minor;
    }
    const auto cancelled = billed->total_minor - invoice.total_minor;
    for (const auto& credit : domain::CreditsDue(kHeardRefund.ReadAll(found[1]), cancelled, credited)) {
      auto taxes = domain::SplitCredit(left, credit.amount_minor);
      left = domain::LeftOf(left, taxes);
      all.push_back(co_await Insert(tx, *billed, part, CreditOf(invoice, std::move(taxes)), credit.refund));
    }
    std::vector<Invoice> issued(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    if (issued.empty()) co_return issued;
    Batch told("invoice.issued");
    for (const auto& one : issued) events::Append(told, work, InvoiceEvent(one));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return issued;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<std::optional<Invoice>> Invoices::Find(Work work, domain::InvoiceId id, Scope scope) {
  co_return kInvoice.ReadAtMostOne(
      co_await database_.Read(work, kFindInvoice, id, scope.BuyerId(), scope.SellerIds()));
}

Task<std::optional<std::vector<Invoice>>> Invoices::ListOfPart(Work work, domain::SellerOrderId part,
                                                               Scope scope,
                                                               std::optional<domain::InvoiceId> before,
                                                               std::int64_t limit) {
  Batch read("invoice.list_of_part");
  read.Add(kPartInScope, part, scope.BuyerId(), scope.SellerIds())
      .Add(kListInvoicesOfPart, part, before, limit);
  const auto found = co_await database_.List(work, std::move(read));
  if (found[0].empty()) co_return std::nullopt;
  co_return kListedInvoice.ReadAll(found[1]);
}

Task<std::vector<Invoice>> Invoices::ListOfSeller(Work work, SellerId seller, std::optional<Month> month,
                                                  std::optional<InvoicePosition> before, std::int64_t limit) {
  const auto from = month ? std::optional(month->from) : std::nullopt;
  const auto until = month ? std::optional(month->until) : std::nullopt;
  const auto time = before ? std::optional(before->issued_at) : std::nullopt;
  const auto id = before ? std::optional(before->id) : std::nullopt;
  co_return kListedInvoice.ReadAll(
      co_await database_.List(work, kListInvoicesOfSeller, seller, from, until, time, id, limit));
}

Task<std::vector<Invoice>> Invoices::ListForBooks(Work work, SellerId seller, Month month,
                                                  std::optional<InvoicePosition> after, std::int64_t limit) {
  const auto time = after ? std::optional(after->issued_at) : std::nullopt;
  const auto id = after ? std::optional(after->id) : std::nullopt;
  co_return kInvoice.ReadAll(
      co_await database_.List(work, kListInvoicesForBooks, seller, month.from, month.until, time, id, limit));
}

}  // namespace market::order::storage
