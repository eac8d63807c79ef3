// Statements for people, commission invoices, and what operators book by hand, as the edge calls them.
#include <string>
#include <utility>

#include "services/payment/testing/commission_fixture.hpp"
#include "services/payment/testing/operations_fixture.hpp"
#include "services/payment/testing/payouts_fixture.hpp"

namespace market::payment {
namespace {

struct MoneyCall {
  MoneyCall(std::string_view method, rpc::Reach reach) {
    rpc::CallContextBuilder(context)
        .Caller({.account = AccountId::New()})
        .Reach(std::move(reach))
        .OperationId(Uuid::NewV7())
        .Method(api::PaymentMethods().Find(method));
  }
  CallContext context{After(8s)};
};

std::string ThisMonth() { return Sql("SELECT to_char(market_now() AT TIME ZONE 'UTC', 'YYYY-MM')"); }

api::payment::CreateSellerLedgerEntryRequest ByHand(const SellerId& shop, const std::string& cause,
                                                    std::int64_t minor) {
  api::payment::CreateSellerLedgerEntryRequest request;
  request.set_seller_id(shop.ToString());
  request.set_cause(cause);
  request.mutable_amount()->set_amount(minor);
  request.mutable_amount()->set_currency("EUR");
  request.set_reason("ten orders late");
  return request;
}

TEST(PaymentService_ByHand, AFineIsBookedOnce_AndTheShopSeesWhy) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto shop = SellerId::New();
    o.users.Open(shop, "Ada's");
    MoneyCall operators("CreateSellerLedgerEntry", {.everything = true});
    const auto fine = co_await o.api.CreateSellerLedgerEntry(operators.context, ByHand(shop, "FINE", 2'500));
    EXPECT_EQ(fine.cause(), "FINE");
    EXPECT_EQ(fine.changes(0).account(), "seller_available");
    EXPECT_EQ(fine.changes(0).amount().amount(), -2'500);
    EXPECT_EQ((co_await o.api.CreateSellerLedgerEntry(operators.context, ByHand(shop, "FINE", 2'500))).id(),
              fine.id())
        << "the same operation";
    MoneyCall again("CreateSellerLedgerEntry", {.everything = true});
    const auto given = co_await o.api.CreateSellerLedgerEntry(again.context, ByHand(shop, "GOODWILL", 700));
    EXPECT_EQ(given.changes(0).amount().amount(), 700);
    MoneyCall owner("ListSellerLedgerEntries", {.sellers = {shop}});
    api::payment::ListSellerLedgerEntriesRequest list;
    list.set_seller_id(shop.ToString());
    const auto entries = co_await o.api.ListSellerLedgerEntries(owner.context, list);
    EXPECT_EQ(entries.entries_size(), 2);
    EXPECT_EQ(entries.entries(1).ShortDebugString(), fine.ShortDebugString());
    EXPECT_EQ(entries.entries(0).reason(), "ten orders late");
    api::payment::GetStatementRequest get;
    get.set_seller_id(shop.ToString());
    get.set_month(ThisMonth());
    const auto statement = co_await o.api.GetStatement(owner.context, get);
    EXPECT_EQ(statement.balances(0).closing().amount(), -1'800) << "what it earns next nets that";
    EXPECT_EQ(statement.balances(0).sums_size(), 2);
  });
}

TEST(PaymentService_ByHand, OverTheLimit_OrOfNoShop_IsRefused) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto shop = SellerId::New();
    MoneyCall call("CreateSellerLedgerEntry", {.everything = true});
    EXPECT_EQ(co_await ReasonOf(o.api.CreateSellerLedgerEntry(call.context, ByHand(shop, "FINE", 100))),
              "NOT_FOUND");
    o.users.Open(shop, "Ada's");
    EXPECT_EQ(co_await ReasonOf(o.api.CreateSellerLedgerEntry(
                  call.context, ByHand(shop, "GOODWILL", kOperatorEntryLimit + 1))),
              "AMOUNT_OVER_LIMIT");
    EXPECT_EQ(Sql("SELECT count(*) FROM ledger_posting WHERE owner_id = '" + shop.ToString() + "'"), "0");
  });
}

TEST(PaymentService_Statements, AreShownAsPageAndPdf) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto shop = SellerId::New();
    o.users.Open(shop, "Ada's <shop>");
    Book(Disk(), shop, 123'456);
    MoneyCall owner("ExportStatement", {.sellers = {shop}});
    api::payment::ExportStatementRequest request;
    request.set_seller_id(shop.ToString());
    request.set_month(ThisMonth());
    EXPECT_EQ((co_await o.api.ExportStatement(owner.context, request)).media_type(),
              "text/csv; charset=utf-8")
        << "where nothing is said";
    request.set_media_type("text/html");
    request.set_language("ru");
    const auto page = co_await o.api.ExportStatement(owner.context, request);
    EXPECT_EQ(page.media_type(), "text/html; charset=utf-8");
    EXPECT_EQ(page.file_name(), "statement-" + request.month() + ".html");
    EXPECT_TRUE(page.content().contains("1\u00a0234,56") &&
                page.content().contains("Ada&#39;s &lt;shop&gt;"));
    request.set_media_type("application/pdf");
    const auto pdf = co_await o.api.ExportStatement(owner.context, request);
    EXPECT_TRUE(pdf.content().starts_with("%PDF-"));
    EXPECT_EQ(pdf.file_name(), "statement-" + request.month() + ".pdf");
    EXPECT_EQ((co_await o.api.ExportStatement(owner.context, request)).content(), pdf.content());
    o.users.down = true;
    EXPECT_EQ(co_await ReasonOf(o.api.ExportStatement(owner.context, request)), "UNAVAILABLE");
  });
}

TEST(PaymentService_CommissionInvoices, AreListedReadAndPrintedByTheirShop) {
  WithOperations([](Operations& o, Service&) -> Task<> {
    const auto shop = SellerId::New();
    std::vector<domain::CommissionInvoice> issued;
    for (const auto* month : {"2026-04", "2026-05"}) {
      ChargeCommission(Disk(), shop, month, 1'000, 190);
      issued.push_back(*co_await o.commission_invoices.Issue(Soon(), {month, shop, Currency::Parse("EUR")},
                                                             {.name = "Market Ltd"},
                                                             {.name = "Ada", .country_code = "DE"}));
    }
    MoneyCall owner("ListCommissionInvoices", {.sellers = {shop}});
    MoneyCall stranger("GetCommissionInvoice", {.sellers = {SellerId::New()}});
    MoneyCall operators("GetCommissionInvoice", {.everything = true});
    api::payment::ListCommissionInvoicesRequest list;
    list.set_seller_id(shop.ToString());
    list.set_page_size(1);
    const auto first = co_await o.api.ListCommissionInvoices(owner.context, list);
    EXPECT_EQ(first.commission_invoices(0).month(), "2026-05");
    EXPECT_FALSE(first.commission_invoices(0).has_content());
    list.set_page_token(first.next_page_token());
    const auto last = co_await o.api.ListCommissionInvoices(owner.context, list);
    EXPECT_EQ(last.commission_invoices(0).id(), issued[0].id.ToString());
    EXPECT_FALSE(last.has_next_page_token());
    api::payment::GetCommissionInvoiceRequest get;
    get.set_commission_invoice_id(issued[0].id.ToString());
    const auto shown = co_await o.api.GetCommissionInvoice(owner.context, get);
    EXPECT_EQ(shown.total().amount(), 1'190);
    EXPECT_EQ(shown.kind(), api::payment::CommissionInvoice::INVOICE);
    EXPECT_EQ(shown.content().lines(0).rate_ppm(), 190'000);
    EXPECT_EQ(shown.content().shop().country_code(), "DE");
    EXPECT_FALSE(shown.content().shop().has_city());
    EXPECT_EQ((co_await o.api.GetCommissionInvoice(operators.context, get)).number(), shown.number());
    EXPECT_EQ(co_await ReasonOf(o.api.GetCommissionInvoice(stranger.context, get)), "NOT_FOUND");
    api::payment::PrintCommissionInvoiceRequest print;
    print.set_commission_invoice_id(get.commission_invoice_id());
    const auto pdf = co_await o.api.PrintCommissionInvoice(owner.context, print);
    EXPECT_TRUE(pdf.content().starts_with("%PDF-"));
    EXPECT_EQ(pdf.file_name(), shown.number() + ".pdf");
    print.set_media_type("text/html");
    EXPECT_TRUE((co_await o.api.PrintCommissionInvoice(owner.context, print)).content().contains("11.90"));
    EXPECT_EQ(co_await ReasonOf(o.api.PrintCommissionInvoice(stranger.context, print)), "NOT_FOUND");
  });
}

}  // namespace
}  // namespace market::payment
