#include <limits>

#include "marketplace/order/v1/events.pb.h"
#include "platform/conversions/conversions.hpp"
#include "services/payment/testing/operations_fixture.hpp"
#include "services/payment/testing/sales_fixture.hpp"

namespace market::payment {
namespace {

namespace order = ::marketplace::order::v1;

// The operations, and a shop that sold the second part of a payment.
struct Earning : Operations {
  Earning(boost::asio::io_context& io, Service& s, World& world) : Operations(io, s, world), service(s) {}

  template <class Message>
  Task<> Tell(const Message& what, Time at) {
    marketplace::type::v1::DeliverRequest request;
    request.set_subscriber("payment");
    const auto told = events::Of(what, {.aggregate = "seller_order/x"});
    auto& event = *request.mutable_event();
    event = AnEvent();
    event.set_type(told.type);
    event.set_version(told.version);
    event.set_payload(told.payload);
    event.set_seller_id(sale.seller.ToString());
    *event.mutable_time() = conversions::ToProto(at);
    rpc::CallContext call(Soon());
    co_await api.Deliver(call, request);
    co_await api.Deliver(call, std::move(request));  // it may be told twice
  }

  // As order tells of it: two lines of 12.00 and 7.00, of which a marketplace's coupon paid 1.00, and 1.00 for the delivery.
  Task<> Place(Time at) {
    payment = co_await service.Authorize(Soon(), ADraft());
    co_await service.charges.Capture(Soon(), payment.order);
    sale = SaleOf(payment, 1);
    const auto fill = [](marketplace::type::v1::Money* out, std::int64_t minor) {
      out->set_amount(minor);
      out->set_currency("EUR");
    };
    order::SellerOrderPlaced placed;
    placed.set_seller_order_id(sale.id.ToString());
    placed.set_order_id(sale.order.ToString());
    placed.set_number("261130-ABCDEFGH-2");
    fill(placed.mutable_total(), 2000);
    fill(placed.mutable_delivery(), 100);
    fill(placed.mutable_delivery_funded(), 0);
    for (const auto& line : sale.lines) {
      auto& told = *placed.add_lines();
      told.set_line_id(line.id.ToString());
      told.set_product_id(line.product.ToString());
      for (const auto& category : line.categories) told.add_category_ids(category.ToString());
      told.set_quantity(line.quantity);
      fill(told.mutable_unit_price(), 1 + line.paid_minor / 2);
      fill(told.mutable_total(), line.paid_minor);
      fill(told.mutable_tax(), line.paid_minor / 10);
      fill(told.mutable_funded(), &line == &sale.lines[1] ? 100 : 0);
    }
    co_await Tell(placed, at);
  }
  template <class Message>
  Task<> Became(Time at) {
    Message what;
    what.set_seller_order_id(sale.id.ToString());
    what.set_order_id(sale.order.ToString());
    co_await Tell(what, at);
    co_await sales.Settle(Soon(), sale.id, {});
  }

  Service& service;
  domain::Payment payment;
  domain::Sale sale;
};

template <class Body>
void WithEarning(Body body) {
  WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
    Earning earning(io, s, world);
    co_await body(earning);
    co_await earning.group.Join(Soon());
  });
}

template <class Request>
Request OfShop(const Earning& e) {
  Request request;
  request.set_seller_id(e.sale.seller.ToString());
  return request;
}

TEST(PaymentService_Sales, AShopSeesWhatItEarnsOfItsSales) {
  WithEarning([](Earning& e) -> Task<> {
    rpc::CallContext call(After(1min));
    const auto now = e.service.clock.Now();
    co_await e.Place(now);
    const auto wanted = OfShop<api::payment::ListSellerSalesRequest>(e);
    const auto placed = co_await e.api.ListSellerSales(call, wanted);
    EXPECT_EQ(placed.sales_size(), 1);
    const auto& sale = placed.sales(0);
    EXPECT_EQ(sale.state(), api::payment::Sale::PLACED);
    EXPECT_EQ(sale.gross().amount(), 2000);
    EXPECT_EQ(sale.funded().amount(), 100);
    EXPECT_EQ(sale.commission().amount(), 120 + 80) << "10 % of 12.00, and of 7.00 and what a coupon paid";
    EXPECT_EQ(sale.net().amount(), 2000 + 100 - 200);
    EXPECT_EQ(sale.lines(1).commission_rule_id(), "00000000-0000-7000-8000-000000000c01");
    EXPECT_EQ(sale.lines(1).commission_rule_version(), 1);
    EXPECT_FALSE(sale.has_earn_time());
    EXPECT_EQ((co_await e.api.GetSellerBalance(call, OfShop<api::payment::GetSellerBalanceRequest>(e)))
                  .balances_size(),
              0);

    co_await e.Became<order::SellerOrderDelivered>(now);
    const auto pending =
        co_await e.api.GetSellerBalance(call, OfShop<api::payment::GetSellerBalanceRequest>(e));
    EXPECT_EQ(pending.balances(0).pending().amount(), 1900);
    EXPECT_EQ(pending.balances(0).available().amount(), 0);
    co_await e.Became<order::SellerOrderCompleted>(now);
    const auto available =
        co_await e.api.GetSellerBalance(call, OfShop<api::payment::GetSellerBalanceRequest>(e));
    EXPECT_EQ(available.balances(0).currency(), "EUR");
    EXPECT_EQ(available.balances(0).pending().amount(), 0);
    EXPECT_EQ(available.balances(0).available().amount(), 1900);
    auto released = wanted;
    released.set_state(api::payment::Sale::RELEASED);
    EXPECT_EQ((co_await e.api.ListSellerSales(call, released)).sales(0).has_available_time(), true);
    released.set_state(api::payment::Sale::EARNED);
    EXPECT_EQ((co_await e.api.ListSellerSales(call, released)).sales_size(), 0);
  });
}

TEST(PaymentService_Sales, AShopSeesItsOwnPostingsInPages) {
  WithEarning([](Earning& e) -> Task<> {
    rpc::CallContext call(After(1min));
    const auto now = e.service.clock.Now();
    co_await e.Place(now);
    co_await e.Became<order::SellerOrderCompleted>(now);
    auto wanted = OfShop<api::payment::ListSellerLedgerEntriesRequest>(e);
    wanted.set_page_size(1);
    const auto newest = co_await e.api.ListSellerLedgerEntries(call, wanted);
    EXPECT_EQ(newest.entries(0).cause(), "RELEASE");
    EXPECT_EQ(newest.entries(0).seller_order_id(), e.sale.id.ToString());
    EXPECT_EQ(newest.entries(0).changes_size(), 2);
    EXPECT_EQ(newest.entries(0).changes(0).account(), "seller_pending");
    EXPECT_EQ(newest.entries(0).changes(0).amount().amount(), -1900);
    EXPECT_EQ(newest.entries(0).changes(1).amount().amount(), 1900);
    wanted.set_page_token(newest.next_page_token());
    const auto older = co_await e.api.ListSellerLedgerEntries(call, wanted);
    EXPECT_EQ(older.entries(0).cause(), "EARNING");
    EXPECT_EQ(older.entries(0).changes_size(), 1) << "what the marketplace keeps is not the shop's";
    EXPECT_FALSE(older.has_next_page_token());
    wanted.set_currency("EUR");
    EXPECT_EQ(co_await ReasonOf(e.api.ListSellerLedgerEntries(call, wanted)), "INVALID_PAGE_TOKEN");

    api::payment::ListLedgerEntriesRequest operators;
    operators.set_owner_id(e.sale.seller.ToString());
    const auto booked = co_await e.api.ListLedgerEntries(call, operators);
    EXPECT_EQ(booked.entries_size(), 2);
    EXPECT_EQ(booked.entries(1).cause(), api::payment::LedgerEntry::EARNING);
    EXPECT_EQ(booked.entries(1).postings_size(), 4) << "operators see all of it";
    EXPECT_EQ(booked.entries(1).seller_order_id(), e.sale.id.ToString());
    operators.set_account("seller_available");
    EXPECT_EQ((co_await e.api.ListLedgerEntries(call, operators)).entries_size(), 1);
    operators.set_payment_id(Uuid::NewV7().ToString());
    EXPECT_EQ((co_await e.api.ListLedgerEntries(call, operators)).entries_size(), 0);
  });
}

// A line keeps the terms of when it was placed, whenever that is heard.
TEST(PaymentService_Deliver, TheRuleIsThatOfTheEventsTime) {
  WithEarning([](Earning& e) -> Task<> {
    rpc::CallContext call(After(1min));
    const auto now = e.service.clock.Now();
    const auto rule = Uuid::NewV7().ToString();
    const auto price = "601";  // of one unit of the first line, as it is told
    Sql("INSERT INTO commission_rule (id, version, state, name, currency, price_from_minor, "
        "price_below_minor, percentage_ppm,"
        " valid_from) VALUES ('" +
        rule + "', 3, 'PUBLISHED', 'A band', 'EUR', " + price + ", " + price +
        " + 1, 500000, market_now() - interval '1 hour')");
    co_await e.Place(now - 2h);
    const auto of_rule = [&](const std::string& id) {
      return Sql("SELECT count(*) FROM sale_line WHERE seller_order_id = '" + e.sale.id.ToString() +
                 "' AND rule_id = '" + id + "'");
    };
    EXPECT_EQ(of_rule(rule), "0") << "it came later";
    co_await e.Place(now);
    EXPECT_EQ(of_rule(rule), "1");
    EXPECT_EQ(
        Sql("SELECT commission_minor || ' ' || rule_version FROM sale_line WHERE rule_id = '" + rule + "'"),
        "600 3");
    Sql("UPDATE commission_rule SET valid_until = market_now() WHERE id = '" + rule + "'");
  });
}

TEST(PaymentService_Deliver, WhatItDoesNotKnow_IsRefused) {
  WithEarning([](Earning& e) -> Task<> {
    order::SellerOrderShipped shipped;
    EXPECT_EQ(co_await ReasonOf(e.Tell(shipped, e.service.clock.Now())), "INVALID_ARGUMENT");
  });
}

TEST(PaymentService_RefundForOrder, OfLines_IsOfTheseLines) {
  WithEarning([](Earning& e) -> Task<> {
    rpc::CallContext call(After(1min));
    co_await e.Place(e.service.clock.Now());
    api::payment::RefundForOrderRequest request;
    request.set_order_id(e.sale.order.ToString());
    request.set_refund_id(Uuid::NewV7().ToString());
    request.set_seller_order_id(e.sale.id.ToString());
    request.mutable_amount()->set_amount(350);
    request.mutable_amount()->set_currency("EUR");
    auto& line = *request.add_lines();
    line.set_line_id(e.sale.lines[1].id.ToString());
    line.set_quantity(1);
    line.mutable_amount()->set_amount(350);
    line.mutable_amount()->set_currency("EUR");
    co_await e.api.RefundForOrder(call, request);
    co_await e.sales.Settle(Soon(), e.sale.id, {});
    const auto sold = co_await e.api.ListSellerSales(call, OfShop<api::payment::ListSellerSalesRequest>(e));
    EXPECT_EQ(sold.sales(0).refunded().amount(), 350);
    EXPECT_EQ(sold.sales(0).lines(0).refunded().amount(), 0);
    EXPECT_EQ(sold.sales(0).lines(1).refunded().amount(), 350);
    EXPECT_EQ(sold.sales(0).funded().amount(), 50);
  });
}

TEST(PaymentService_TrialBalance, IsOfNowOrOfWhatWasBookedByThen) {
  WithEarning([](Earning& e) -> Task<> {
    rpc::CallContext call(After(1min));
    const auto escrow = [&](std::optional<Time> at) -> Task<std::int64_t> {
      api::payment::TrialBalanceRequest request;
      if (at) *request.mutable_as_of() = conversions::ToProto(*at);
      std::int64_t sum = 0;
      std::int64_t escrow = 0;
      for (const auto& balance : (co_await e.api.TrialBalance(call, request)).balances()) {
        sum += balance.amount();
        if (balance.account() == "order_escrow") escrow = balance.amount();
      }
      EXPECT_EQ(sum, 0);
      co_return escrow;
    };
    const auto before = co_await escrow({});
    const auto then = e.service.clock.Now();
    co_await e.Place(then);
    EXPECT_EQ(co_await escrow({}), before - 3000);
    co_await e.service.ledger.Fold(Soon(), 100'000);
    EXPECT_EQ(co_await escrow({}), before - 3000);
    EXPECT_EQ(co_await escrow(then), before);
    EXPECT_EQ(co_await escrow(e.service.clock.Now()), before - 3000);
    api::payment::TrialBalanceRequest never;
    never.mutable_as_of()->set_seconds(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(co_await ReasonOf(e.api.TrialBalance(call, never)), "INVALID_ARGUMENT");
  });
}

}  // namespace
}  // namespace market::payment
