#include "services/order/storage/invoices.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "marketplace/order/v1/events.pb.h"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "services/order/storage/invoice_content.hpp"
#include "services/order/storage/personal_data.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::Invoice;
using domain::InvoiceKind;
using domain::State;
using testing::MovingStore;
using testing::SharedDatabase;
using testing::Soon;
using testing::Sql;
using testing::WithStore;

struct InvoiceStore : MovingStore {
  using MovingStore::MovingStore;
  storage::Invoices invoices{database};

  Task<domain::SellerOrder> Shipped(const domain::SellerOrder& part) {
    co_await Move(part, State::kAccepted, part.seller);
    co_return co_await Move(part, State::kShipped, part.seller);
  }
  // As the message of the shipment says.
  Task<domain::InvoiceContent> ContentOf(const domain::Order& order, const domain::SellerOrder& part) {
    for (const auto& command : co_await Commands(order.id, "invoice", InvoiceCommandFrom)) {
      if (command.seller_order_id() != part.id.ToString() || !command.has_issue()) continue;
      std::vector<domain::Units> units;
      for (const auto& line : command.issue().lines())
        units.push_back({domain::LineId::From(line.line_id()), line.quantity()});
      co_return domain::MakeInvoice(order, part, units, {.name = "Engines Ltd"}, testing::Now());
    }
    throw std::runtime_error("no message of the shipment");
  }
  Task<std::vector<Invoice>> Issue(const domain::Order& order, const domain::SellerOrder& part) {
    co_return co_await invoices.Issue(Soon(), part.id, co_await ContentOf(order, part));
  }
  Task<> Refunded(const domain::Order& order, const domain::SellerOrder& part, std::int64_t amount_minor,
                  Uuid refund = Uuid::NewV7()) {
    co_await transitions.Refunded(Soon(),
                                  {.refund = refund,
                                   .amount_minor = amount_minor,
                                   .order = order.id,
                                   .captured_minor = order.total.minor,
                                   .refunded_minor = amount_minor,
                                   .of_part = {part.id, amount_minor}},
                                  "");
  }
};

std::string YearNow() { return Sql("SELECT extract(year FROM now() AT TIME ZONE 'UTC')"); }

Task<> ExpectOneOfAShipment(InvoiceStore& store) {
  const auto order = co_await store.Placed();
  const auto part = co_await store.Shipped(order.parts[0]);
  EXPECT_FALSE(co_await store.invoices.Has(Soon(), part.id));
  const auto issued = co_await store.Issue(order, part);
  EXPECT_EQ(issued.size(), 1u);
  const auto& invoice = issued.at(0);
  EXPECT_EQ(invoice.kind, InvoiceKind::kInvoice);
  EXPECT_EQ(invoice.number, YearNow() + "-000001");
  EXPECT_EQ(invoice.total_minor, part.total.minor);
  EXPECT_EQ(invoice.buyer, order.buyer);
  EXPECT_TRUE(co_await store.invoices.Has(Soon(), part.id));
  EXPECT_TRUE((co_await store.Issue(order, part)).empty()) << "a repetition";

  const auto read = (co_await store.invoices.Find(Soon(), invoice.id, Scope::Everything())).value();
  EXPECT_EQ(read.content, invoice.content);
  EXPECT_EQ(read.number, invoice.number);
  EXPECT_EQ(read.content.lines.at(0).title, part.lines.at(0).title);
  EXPECT_EQ(events::Told(SharedDatabase(), "invoice/" + invoice.id.ToString()), "order.InvoiceIssued 1");
  const auto told =
      events::LastTold<api::order::InvoiceIssued>(SharedDatabase(), "invoice/" + invoice.id.ToString());
  EXPECT_EQ(told.number(), invoice.number);
  EXPECT_EQ(told.seller_order_number(), part.number);
  EXPECT_EQ(told.total().amount(), part.total.minor);
}
TEST(Invoices, OfAPart_AreIssuedOnce) { WithStore<InvoiceStore>(ExpectOneOfAShipment); }

Task<> ExpectUnitsOfTheShipment(InvoiceStore& store) {
  const auto order = co_await store.Placed();
  const auto& placed = order.parts[0];
  co_await store.CancelUnits(order, {{placed.lines[0].id, 1}});
  const auto part = co_await store.Shipped(placed);
  const auto issued = co_await store.Issue(order, part);
  EXPECT_EQ(issued.at(0).content.lines.at(0).quantity, 1);
  EXPECT_EQ(issued.at(0).total_minor, part.total.minor - 1999);
  // What was cancelled before is not on it, and goes back without a note; what goes back after that does not.
  co_await store.Refunded(order, part, 1999);
  EXPECT_TRUE((co_await store.invoices.Issue(Soon(), part.id, std::nullopt)).empty());
  const auto refund = Uuid::NewV7();
  for (const bool again : {false, true}) {
    co_await store.Refunded(order, part, 300, refund);
    const auto notes = co_await store.invoices.Issue(Soon(), part.id, std::nullopt);
    EXPECT_EQ(notes.size(), again ? 0u : 1u);
    if (again) continue;
    EXPECT_EQ(notes.at(0).kind, InvoiceKind::kCreditNote);
    EXPECT_EQ(notes.at(0).number, "CN-" + YearNow() + "-000001");
    EXPECT_EQ(notes.at(0).total_minor, 300);
    EXPECT_EQ(notes.at(0).refund, refund);
    EXPECT_EQ(notes.at(0).content.corrects.value().number, issued.at(0).number);
    EXPECT_EQ(events::Told(SharedDatabase(), "invoice/" + notes.at(0).id.ToString()),
              "order.CreditNoteIssued 1");
  }
  co_await store.Refunded(order, part, 0);
  EXPECT_TRUE((co_await store.invoices.Issue(Soon(), part.id, std::nullopt)).empty())
      << "nothing was left to give back";
  co_await store.Refunded(order, part, 1699);
  const auto last = co_await store.invoices.Issue(Soon(), part.id, std::nullopt);
  EXPECT_EQ(last.at(0).total_minor, 1699);
  EXPECT_EQ(last.at(0).number, "CN-" + YearNow() + "-000002");
  const auto all =
      (co_await store.invoices.ListOfPart(Soon(), part.id, Scope::Buyer(order.buyer), std::nullopt, 9))
          .value();
  EXPECT_EQ(all.size(), 3u);
  EXPECT_EQ(all.at(0).id, last.at(0).id) << "newest first";
  EXPECT_EQ(all.at(0).content.corrects.value().id, issued.at(0).id);
  EXPECT_TRUE(all.at(2).content.lines.empty()) << "lists are short";
}
TEST(Invoices, BillWhatIsSent_AndCreditNotesWhatGoesBackOfIt) {
  WithStore<InvoiceStore>(ExpectUnitsOfTheShipment);
}

// An operator gave something back before anything was sent, and the message of it comes first.
Task<> ExpectEarlierRefunds(InvoiceStore& store) {
  const auto order = co_await store.Placed();
  co_await store.Refunded(order, order.parts[0], 100);
  EXPECT_TRUE((co_await store.invoices.Issue(Soon(), order.parts[0].id, std::nullopt)).empty());
  const auto part = co_await store.Shipped(order.parts[0]);
  const auto issued = co_await store.Issue(order, part);
  EXPECT_EQ(issued.size(), 2u) << "the price is on it whole";
  EXPECT_EQ(issued.at(1).total_minor, 100);
}
TEST(Invoices, OfWhatWentBackWithoutACancellation_HaveTheirNoteAtOnce) {
  WithStore<InvoiceStore>(ExpectEarlierRefunds);
}

Task<> ExpectScopes(InvoiceStore& store) {
  const auto order = co_await store.Placed();
  const auto part = co_await store.Shipped(order.parts[0]);
  const auto id = (co_await store.Issue(order, part)).at(0).id;
  const auto sees = [&](Scope scope) -> Task<bool> {
    const auto found = co_await store.invoices.Find(Soon(), id, scope);
    const auto list = co_await store.invoices.ListOfPart(Soon(), part.id, scope, std::nullopt, 1);
    EXPECT_EQ(found.has_value(), list.has_value());
    co_return found.has_value();
  };
  EXPECT_TRUE(co_await sees(Scope::Everything()));
  EXPECT_TRUE(co_await sees(Scope::Buyer(order.buyer)));
  EXPECT_TRUE(co_await sees(Scope::Sellers({part.seller})));
  EXPECT_TRUE(co_await sees(Scope::BuyerOrSellers(AccountId::New(), {part.seller})));
  EXPECT_FALSE(co_await sees(Scope::Sellers({order.parts[1].seller})));
  EXPECT_FALSE(co_await sees(Scope::Buyer(AccountId::New())));
  EXPECT_FALSE(co_await sees(Scope::BuyerOrSellers(AccountId::New(), {})));
}
TEST(Invoices, AreOfTheBuyerTheShopAndOperators) { WithStore<InvoiceStore>(ExpectScopes); }

// Twenty parts of one shop at once, and every one of them twice.
Task<> ExpectNoGap(InvoiceStore& store) {
  const auto seller = SellerId::New();
  std::vector<std::pair<domain::Order, domain::SellerOrder>> parts;
  for (int i = 0; i < 20; ++i) {
    auto draft = testing::AnOrder();
    draft.parts.pop_back();
    draft.parts[0].seller = seller;
    draft.total = draft.parts[0].total;
    auto order = co_await store.Placed(draft);
    auto part = co_await store.Shipped(order.parts[0]);
    parts.emplace_back(std::move(order), std::move(part));
  }
  int issued = 0;
  co_await market::testing::AtOnce(40, [&](int i) -> Task<> {
    const auto& [order, part] = parts[static_cast<std::size_t>(i) / 2];
    issued += static_cast<int>((co_await store.Issue(order, part)).size());
  });
  EXPECT_EQ(issued, 20);
  const auto all = co_await store.invoices.ListOfSeller(Soon(), seller, std::nullopt, std::nullopt, 100);
  std::vector<std::int64_t> positions;
  for (const auto& invoice : all) positions.push_back(invoice.position);
  std::ranges::sort(positions);
  std::vector<std::int64_t> expected;
  for (int i = 1; i <= 20; ++i) expected.push_back(i);
  EXPECT_EQ(positions, expected);

  // In pages, both ways.
  std::vector<domain::InvoiceId> seen;
  std::optional<InvoicePosition> at;
  for (int page = 0; page < 3; ++page) {
    const auto found = co_await store.invoices.ListOfSeller(Soon(), seller, std::nullopt, at, 8);
    for (const auto& invoice : found) seen.push_back(invoice.id);
    if (!found.empty()) at = {found.back().issued_at, found.back().id};
  }
  const Month ever{.from = Time(), .until = testing::Now() + std::chrono::hours(1)};
  at = {};
  for (int page = 0; page < 3; ++page) {
    const auto found = co_await store.invoices.ListForBooks(Soon(), seller, ever, at, 8);
    for (const auto& invoice : found) {
      EXPECT_EQ(invoice.id, seen.empty() ? domain::InvoiceId() : seen.back());
      EXPECT_EQ(invoice.content.taxes.size(), 1u);
      if (!seen.empty()) seen.pop_back();
    }
    if (!found.empty()) at = {found.back().issued_at, found.back().id};
  }
  EXPECT_TRUE(seen.empty());
  const Month before{.from = Time(), .until = Time(std::chrono::days(1))};
  EXPECT_TRUE((co_await store.invoices.ListOfSeller(Soon(), seller, before, std::nullopt, 8)).empty());
  EXPECT_TRUE((co_await store.invoices.ListForBooks(Soon(), seller, before, std::nullopt, 8)).empty());
}
TEST(Invoices, AreNumberedWithoutAGap_WhoeverIsIssuedAtOnce) { WithStore<InvoiceStore>(ExpectNoGap); }

Task<> ExpectFrozen(InvoiceStore& store) {
  const auto order = co_await store.Placed();
  const auto part = co_await store.Shipped(order.parts[0]);
  const auto id = (co_await store.Issue(order, part)).at(0).id.ToString();
  EXPECT_ANY_THROW(
      Sql("UPDATE invoice SET total_minor = 1, net_minor = 1, tax_minor = 0 WHERE id = '" + id + "'"));
  EXPECT_ANY_THROW(Sql("DELETE FROM invoice WHERE id = '" + id + "'"));
}
TEST(Invoices, ThatAreIssued_NeverChange) { WithStore<InvoiceStore>(ExpectFrozen); }

// What tax law asks to be kept stays as it was issued, and its buyer is told of it.
Task<> ExpectKeptOfAClosedAccount(InvoiceStore& store) {
  const auto order = co_await store.Placed();
  for (const auto& part : order.parts) {
    const auto shipped = co_await store.Shipped(part);
    co_await store.Issue(order, shipped);
    co_await store.Move(part, State::kDelivered, part.seller);
  }
  PersonalData personal_data(store.database);
  market::personal_data::Request ask;
  ask.set_account_id(order.buyer.ToString());
  int told = 0;
  for (const auto& record : co_await personal_data.Export(Soon(), ask)) {
    if (record.kind != "invoice") continue;
    ++told;
    EXPECT_TRUE(
        std::ranges::any_of(record.values, [](const std::string& value) { return value.contains("Ada"); }));
  }
  EXPECT_EQ(told, 2);
  const auto read = "SELECT string_agg(i::text, ',' ORDER BY id) FROM invoice i WHERE buyer_id = '" +
                    order.buyer.ToString() + "'";
  const auto before = Sql(read);
  EXPECT_EQ(co_await personal_data.Erase(Soon(), order.buyer), PersonalData::Erased::kDone);
  EXPECT_EQ(Sql(read), before);
  EXPECT_TRUE(before.contains("Ada"));
}
TEST(Invoices, OfAClosedAccount_StayAsTheyWereIssued) { WithStore<InvoiceStore>(ExpectKeptOfAClosedAccount); }

TEST(Invoices, BeyondAMillion_KeepTheirNumbers) {
  const auto seller = SellerId::New().ToString();
  WithStore<InvoiceStore>([](InvoiceStore&) -> Task<> { co_return; });
  Sql("INSERT INTO invoice_counter VALUES ('" + seller + "', 'INVOICE', " + YearNow() + ", 999999)");
  EXPECT_EQ(Sql("SELECT number FROM next_invoice('" + seller + "', 'INVOICE')"), YearNow() + "-1000000");
}

TEST(InvoiceContent, IsReadAsItWasWritten) {
  domain::InvoiceContent content{.seller = {.name = "Zażółć \"Gęślą\" <GmbH> & Söhne",
                                            .lines = {"1", "2"},
                                            .city = "上海",
                                            .region = "r",
                                            .postal_code = "p",
                                            .country_code = "DE",
                                            .vat_number = "DE1",
                                            .register_number = "HRB 1"},
                                 .buyer = {.name = "Ада"},
                                 .order_number = "1-1",
                                 .ordered_at = Time(std::chrono::microseconds(1)),
                                 .supplied_at = Time(std::chrono::microseconds(2))};
  content.lines.push_back({.line = domain::LineId::New(),
                           .title = "t",
                           .sku = "s",
                           .options = {{"a", "b"}},
                           .quantity = 2,
                           .unit_price_minor = 3,
                           .price = {.base_minor = 6,
                                     .discounts = {{"coupon/A", domain::Funder::kMarketplace, 1}},
                                     .tax = {.rate_ppm = 190'000,
                                             .mode = domain::TaxMode::kAdded,
                                             .amount_minor = 1,
                                             .rate = domain::TaxRateId::New()},
                                     .total_minor = 6}});
  content.delivery = {.name = "Parcel", .price = {.tax = {.none = domain::NoTax::kNoRate}}};
  content.coupons = {{"A", 1}};
  content.taxes = {{190'000, 5, 1}};
  content.untaxed = {domain::NoTax::kNoRate, domain::NoTax::kZeroRated};
  EXPECT_EQ(InvoiceContentFromJson(InvoiceContentToJson(content)), content);
  content.delivery.reset();
  content.lines.clear();
  content.corrects = {domain::InvoiceId::New(), "2026-000001", Time(std::chrono::seconds(5))};
  EXPECT_EQ(InvoiceContentFromJson(InvoiceContentToJson(content)), content);
}

}  // namespace
}  // namespace market::order::storage
