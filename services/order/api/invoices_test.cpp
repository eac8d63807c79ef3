#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/order/messages.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;
using testing::Soon;
using testing::Sql;

constexpr const char* kEngines = "Analytical Engines Ltd";

// Anna tells who her trader is.
void TellTrader(Operations& o) {
  auto& shop = o.users.traders[o.anna.ToString()];
  shop.set_display_name("Anna's");
  shop.mutable_trader()->set_legal_name(kEngines);
  shop.mutable_trader()->add_lines("12 St James's Square");
  shop.mutable_trader()->set_city("London");
  shop.mutable_trader()->set_country_code("GB");
  shop.mutable_trader()->set_vat_number("GB123456789");
}

Task<> Ship(Operations& o, const api::order::SellerOrder& part) {
  Call accept(AccountId::New(), Of(SellerId::From(part.seller_id())));
  api::order::AcceptSellerOrderRequest accepted;
  accepted.set_seller_order_id(part.id());
  co_await o.api.AcceptSellerOrder(accept.context, accepted);
  Call ship(AccountId::New(), Of(SellerId::From(part.seller_id())));
  api::order::ShipSellerOrderRequest shipped;
  shipped.set_seller_order_id(part.id());
  shipped.set_carrier("Royal Mail");
  shipped.set_tracking_number("RM1");
  co_await o.api.ShipSellerOrder(ship.context, shipped);
}

// What waits to be issued, as the relay would do it.
Task<> IssueAll(Operations& o, const std::string& order) {
  static constexpr postgres::Statement kRead{
      "test.invoice_messages", "SELECT id, topic, payload FROM outbox WHERE key = $1 ORDER BY seq"};
  const auto rows = co_await o.database.Read(Soon(), kRead, order + "/invoice");
  for (const auto row : rows) {
    Call call(AccountId::New());
    co_await o.invoicing.Do(call.context, InvoiceCommandFrom({.id = row.GetUuid(0),
                                                              .topic = std::string(row.Text(1)),
                                                              .payload = row.GetBytes(2)}));
  }
}

Task<api::order::ListSellerOrderInvoicesResponse> ListAs(Operations& o, const api::order::SellerOrder& part,
                                                         AccountId account, rpc::Reach reach = {},
                                                         int size = 0, std::string token = "") {
  Call call(account, std::move(reach));
  api::order::ListSellerOrderInvoicesRequest request;
  request.set_seller_order_id(part.id());
  request.set_page_size(size);
  request.set_page_token(std::move(token));
  co_return co_await o.api.ListSellerOrderInvoices(call.context, request);
}

Task<api::order::Invoice> GetAs(Operations& o, const std::string& id, AccountId account,
                                rpc::Reach reach = {}) {
  Call call(account, std::move(reach));
  api::order::GetInvoiceRequest request;
  request.set_invoice_id(id);
  co_return co_await o.api.GetInvoice(call.context, request);
}

Task<> ExpectInvoice(Operations& o) {
  TellTrader(o);
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  const auto& part = order.seller_orders(0);
  EXPECT_EQ((co_await ListAs(o, part, o.buyer)).invoices_size(), 0) << "nothing is sent yet";
  co_await Ship(o, part);
  co_await IssueAll(o, order.id());
  co_await IssueAll(o, order.id());  // the messages again
  const auto list = co_await ListAs(o, part, o.buyer);
  EXPECT_EQ(list.invoices_size(), 1);
  EXPECT_FALSE(list.invoices(0).has_content());

  const auto invoice = co_await GetAs(o, list.invoices(0).id(), o.buyer);
  EXPECT_EQ(invoice.kind(), api::order::Invoice::INVOICE);
  EXPECT_EQ(invoice.number().substr(4), "-000001");
  EXPECT_EQ(invoice.total().amount(), part.total().amount());
  const auto& content = invoice.content();
  EXPECT_EQ(content.seller().name(), kEngines);
  EXPECT_EQ(content.seller().vat_number(), "GB123456789");
  EXPECT_FALSE(content.seller().has_register_number());
  EXPECT_EQ(content.buyer().name(), "Ada");
  EXPECT_EQ(content.buyer().country_code(), "GB");
  EXPECT_EQ(content.order_number(), part.number());
  EXPECT_EQ(content.lines_size(), 1);
  EXPECT_EQ(content.lines(0).title(), "Engine");
  EXPECT_EQ(content.lines(0).total().amount(), part.lines(0).total().amount());
  EXPECT_EQ(content.delivery().name(), "Free delivery");
  EXPECT_GT(content.supply_time().seconds(), content.order_time().seconds() - 1);

  // Who may see it: its buyer, its shop, operators.
  EXPECT_EQ((co_await GetAs(o, invoice.id(), AccountId::New(), Of(o.anna))).id(), invoice.id());
  EXPECT_EQ((co_await GetAs(o, invoice.id(), AccountId::New(), {.everything = true})).id(), invoice.id());
  EXPECT_EQ(co_await ReasonOf(GetAs(o, invoice.id(), AccountId::New(), Of(o.bob))), "NOT_FOUND");
  EXPECT_EQ(co_await ReasonOf(GetAs(o, invoice.id(), AccountId::New())), "NOT_FOUND");
  EXPECT_EQ(co_await ReasonOf(ListAs(o, part, AccountId::New(), Of(o.bob))), "NOT_FOUND");
  EXPECT_EQ(co_await ReasonOf(GetAs(o, Uuid::NewV7().ToString(), o.buyer)), "NOT_FOUND");
}
TEST(OrderService_Invoices, AreOfTheBuyerTheShopAndOperators) {
  testing::WithStore<Operations>(ExpectInvoice);
}

Task<> ExpectShopWithoutTrader(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.bob});
  co_await Ship(o, order.seller_orders(0));
  o.users.down = true;
  EXPECT_EQ(co_await ReasonOf(IssueAll(o, order.id())), "UNAVAILABLE") << "it comes again";
  o.users.down = false;
  co_await IssueAll(o, order.id());
  const auto list = co_await ListAs(o, order.seller_orders(0), o.buyer);
  const auto content = (co_await GetAs(o, list.invoices(0).id(), o.buyer)).content();
  EXPECT_EQ(content.seller().name(), "Shop");
  EXPECT_EQ(content.seller().country_code(), "DE");
  EXPECT_EQ(content.seller().lines_size(), 0);
}
TEST(OrderService_Invoices, OfAShopThatHasToldNothing_HaveItsName) {
  testing::WithStore<Operations>(ExpectShopWithoutTrader);
}

Task<std::string> Printed(Operations& o, const std::string& id, std::string media_type, std::string language,
                          std::string& file_name) {
  Call call(o.buyer);
  api::order::PrintInvoiceRequest request;
  request.set_invoice_id(id);
  request.set_media_type(std::move(media_type));
  request.set_language(std::move(language));
  const auto piece = co_await o.api.PrintInvoice(call.context, request);
  EXPECT_FALSE(piece.has_next());
  file_name = piece.file_name() + " " + piece.media_type();
  // From the middle, as the gateway goes on with a large one.
  request.set_after("10");
  Call again(o.buyer);
  EXPECT_EQ((co_await o.api.PrintInvoice(again.context, request)).content(), piece.content().substr(10));
  co_return piece.content();
}

Task<> ExpectDocuments(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna});
  co_await Ship(o, order.seller_orders(0));
  co_await IssueAll(o, order.id());
  const auto invoice = (co_await ListAs(o, order.seller_orders(0), o.buyer)).invoices(0);
  std::string name;
  const auto page = co_await Printed(o, invoice.id(), "text/html", "ru-RU", name);
  EXPECT_EQ(name, invoice.number() + ".html text/html; charset=utf-8");
  EXPECT_TRUE(page.contains("Счёт-фактура " + invoice.number()));
  const auto pdf = co_await Printed(o, invoice.id(), "", "", name);
  EXPECT_EQ(name, invoice.number() + ".pdf application/pdf");
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
}
TEST(OrderService_Invoices, ArePrinted) { testing::WithStore<Operations>(ExpectDocuments); }

Task<> ExpectBooks(Operations& o) {
  std::vector<api::order::Order> orders;
  for (int i = 0; i < 3; ++i) {
    orders.push_back(co_await o.Placed(o.buyer, {o.anna}));
    co_await Ship(o, orders.back().seller_orders(0));
    co_await IssueAll(o, orders.back().id());
  }
  const auto month = Sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')");
  api::order::ListSellerInvoicesRequest request;
  request.set_seller_id(o.anna.ToString());
  request.set_month(month);
  request.set_page_size(2);
  std::vector<std::string> numbers;
  do {
    Call call(AccountId::New(), Of(o.anna));
    const auto page = co_await o.api.ListSellerInvoices(call.context, request);
    for (const auto& invoice : page.invoices()) numbers.push_back(invoice.number().substr(5));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(numbers, (std::vector<std::string>{"000003", "000002", "000001"}));
  request.set_month("2020-02");
  Call other(AccountId::New(), Of(o.anna));
  EXPECT_EQ((co_await o.api.ListSellerInvoices(other.context, request)).invoices_size(), 0);
  request.set_page_token("x");
  EXPECT_EQ(co_await ReasonOf(o.api.ListSellerInvoices(other.context, request)), "INVALID_PAGE_TOKEN");

  api::order::ExportSellerInvoicesRequest books;
  books.set_seller_id(o.anna.ToString());
  books.set_month(month);
  const auto file = co_await o.api.ExportSellerInvoices(other.context, books);
  EXPECT_EQ(file.file_name(), "invoices-" + month + ".csv");
  EXPECT_FALSE(file.has_next());
  EXPECT_TRUE(file.content().starts_with("kind,number,"));
  EXPECT_LT(file.content().find("-000001,"), file.content().find("-000003,"));
  books.clear_month();
  EXPECT_EQ((co_await o.api.ExportSellerInvoices(other.context, books)).content(), file.content())
      << "of this month";
  books.set_month("2020-02");
  EXPECT_EQ((co_await o.api.ExportSellerInvoices(other.context, books)).content().find("INVOICE,"),
            std::string::npos);
}
TEST(OrderService_Invoices, AreTheBooksOfAShopByMonth) { testing::WithStore<Operations>(ExpectBooks); }

}  // namespace
}  // namespace market::order
