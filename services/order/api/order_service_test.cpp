#include "services/order/api/order_service.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "platform/rpc/page.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;
using testing::Soon;

Task<> ExpectRefusals(Operations& o) {
  Call call(o.buyer);
  auto request = o.Wish({o.anna});
  request.set_shipping_address_id("nowhere");
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, request)), "ADDRESS_NOT_FOUND");
  request = o.Wish({o.anna});
  request.set_quote_hash("of other things");
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, request)), "INVALID_ARGUMENT");
  request = o.Wish({o.anna});
  o.stock.offers[request.items(0).offer_id()].set_for_sale(false);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, request)), "OFFER_UNAVAILABLE");
  request = o.Wish({o.anna, o.bob});
  o.stock.offers[request.items(1).offer_id()].set_available(0);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, request)), "OUT_OF_STOCK");
  api::order::ListMyOrdersRequest mine;
  EXPECT_EQ((co_await o.api.ListMyOrders(call.context, mine)).orders_size(), 0) << "nothing was inserted";

  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, o.Wish({o.anna}, "declined"))),
            "PAYMENT_DECLINED");
  const auto orders = co_await o.api.ListMyOrders(call.context, mine);
  EXPECT_EQ(orders.orders_size(), 1) << "it waits for another method";
  EXPECT_EQ(orders.orders(0).state(), api::order::PENDING_PAYMENT);
  EXPECT_EQ(orders.orders(0).failure_reason(), "");
  EXPECT_EQ(orders.orders(0).payment().state(), "DECLINED");
  EXPECT_TRUE(orders.orders(0).has_pay_until());
}
TEST(OrderService_PlaceOrder, Refusals_NameTheirReason) { testing::WithStore<Operations>(ExpectRefusals); }

Task<> ExpectVerifiedBuyers(Operations& o) {
  OrderService strict(o.DepsWith(identity::PeopleNeed::kVerifiedEmail));
  Call unknown(o.buyer);
  EXPECT_EQ(co_await ReasonOf(strict.PlaceOrder(unknown.context, o.Wish({o.anna}))), "EMAIL_NOT_VERIFIED");
  EXPECT_EQ((co_await o.api.ListMyOrders(unknown.context, {})).orders_size(), 0) << "nothing was inserted";
  Call known(o.buyer);
  rpc::CallContextBuilder(known.context).Caller({.account = o.buyer, .email_verified = true});
  EXPECT_EQ((co_await strict.PlaceOrder(known.context, o.Wish({o.anna}))).state(), api::order::PLACED);
}
TEST(OrderService_PlaceOrder, WhereBuyersNeedAVerifiedEmail_OthersAreRefused) {
  testing::WithStore<Operations>(ExpectVerifiedBuyers);
}

Task<> ExpectRepetition(Operations& o) {
  const auto operation = Uuid::NewV7();
  const auto request = o.Wish({o.anna, o.bob});
  std::string id;
  for (int i = 0; i < 3; ++i) {  // the last run's twin is still there
    Call call(o.buyer, {}, operation);
    if (i == 1) call.key.fence = 2;  // the first run died before it was answered
    const auto order = co_await o.api.PlaceOrder(call.context, request);
    if (i > 0) EXPECT_EQ(order.id(), id);
    id = order.id();
    EXPECT_EQ(order.state(), api::order::PLACED);
    EXPECT_EQ(order.etag(), "2");
    EXPECT_EQ(order.payment().state(), "AUTHORIZED");
    EXPECT_EQ(order.payment().authorized().amount(), 2 * 1999);
    EXPECT_EQ(order.seller_orders(1).etag(), "2");
  }
  // A failed one is refused the same way again, with the items that were short.
  Operations& sold_out = o;
  Call first(o.buyer, {}, Uuid::NewV7());
  Call again(o.buyer, {}, first.context.OperationId());
  testing::FakeStock empty(o.faults, 0);
  empty.offers = sold_out.stock.offers;
  Checkout checkout(o.checkouts, empty, o.payments, o.clock, o.metrics);
  OrderService api(o.DepsWith(identity::PeopleNeed::kNothing, checkout, empty, o.terms));
  for (Call* call : {&first, &again}) {
    try {
      co_await api.PlaceOrder(call->context, request);
      ADD_FAILURE() << "placed";
    } catch (const Error& error) {
      EXPECT_EQ(error.reason, "OUT_OF_STOCK");
      EXPECT_EQ(error.fields.at(1).field, "items[1].offerId");
      EXPECT_EQ(error.fields.at(1).detail, "0 left");
    }
  }
}
TEST(OrderService_PlaceOrder, ARepetition_AnswersAsBefore) {
  testing::WithStore<Operations>(ExpectRepetition);
}

Task<> ExpectExplained(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  EXPECT_EQ(order.net().amount(), 2 * 1999);
  EXPECT_EQ(order.seller_orders(0).net().amount(), 1999);
  const auto& line = order.seller_orders(0).lines(0);
  EXPECT_FALSE(line.id().empty());
  EXPECT_EQ(line.tax().mode(), "INCLUDED");
  Call call(o.buyer);
  api::order::ExplainOrderRequest request;
  request.set_order_id(order.id());
  const auto explained = co_await o.api.ExplainOrder(call.context, request);
  EXPECT_TRUE(explained.matches());
  EXPECT_EQ(explained.amounts_size(), 5);
  EXPECT_EQ(explained.amounts(0).id(), line.id());
  EXPECT_EQ(explained.amounts(0).formula(), "1 x 1999");
  EXPECT_EQ(explained.amounts(4).formula(), "1999 + 1999");
  EXPECT_EQ(explained.amounts(4).computed().amount(), order.total().amount());
  Call stranger(AccountId::New());
  EXPECT_EQ(co_await ReasonOf(o.api.ExplainOrder(stranger.context, request)), "NOT_FOUND");
  Call operating(AccountId::New(), {.everything = true});
  EXPECT_TRUE((co_await o.api.ExplainOrder(operating.context, request)).matches());
}
TEST(OrderService_ExplainOrder, EveryAmountIsComputedAgain) {
  testing::WithStore<Operations>(ExpectExplained);
}

// The provider has no answer yet: the answer is not the last word, and shows what a look shows.
Task<> ExpectPending(Operations& o) {
  Call call(o.buyer);
  const auto pending = co_await o.api.PlaceOrder(call.context, o.Wish({o.anna}, "slow_yes"));
  EXPECT_EQ(pending.state(), api::order::PENDING_PAYMENT);
  EXPECT_FALSE(call.context.Settled());
  api::order::GetOrderRequest look;
  look.set_order_id(pending.id());
  const auto seen = co_await o.api.GetOrder(call.context, look);
  EXPECT_EQ(seen.payment().state(), pending.payment().state());
  EXPECT_EQ(seen.etag(), pending.etag());
}
TEST(OrderService_PlaceOrder, WhileNothingIsDecided_StaysOpen) {
  testing::WithStore<Operations>(ExpectPending);
}

Task<> ExpectMoves(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  Call anna(AccountId::New(), Of(o.anna));
  Call bob(AccountId::New(), Of(o.bob));
  api::order::AcceptSellerOrderRequest accept;
  accept.set_seller_order_id(order.seller_orders(0).id());
  EXPECT_EQ(co_await ReasonOf(o.api.AcceptSellerOrder(bob.context, accept)), "NOT_FOUND");
  api::order::ShipSellerOrderRequest ship;
  ship.set_seller_order_id(accept.seller_order_id());
  ship.set_carrier("Royal Mail");
  ship.set_tracking_number("RM1");
  EXPECT_EQ(co_await ReasonOf(o.api.ShipSellerOrder(anna.context, ship)), "ILLEGAL_TRANSITION");
  auto part = co_await o.api.AcceptSellerOrder(anna.context, accept);
  EXPECT_EQ(part.state(), api::order::ACCEPTED);
  EXPECT_EQ(part.etag(), "3");
  Call shipping(AccountId::New(), Of(o.anna));
  part = co_await o.api.ShipSellerOrder(shipping.context, ship);
  api::order::GetSellerOrderRequest look;
  look.set_seller_order_id(accept.seller_order_id());
  EXPECT_EQ((co_await o.api.GetSellerOrder(anna.context, look)).SerializeAsString(),
            part.SerializeAsString());
  EXPECT_EQ(part.parcels(0).tracking_number(), "RM1");
  EXPECT_EQ(part.shipping_address().recipient(), "Ada");
  EXPECT_EQ(part.lines(0).title(), "Engine");

  api::order::ListSellerOrdersRequest list;
  list.set_seller_id(o.anna.ToString());
  list.add_state(api::order::SHIPPED);
  EXPECT_EQ((co_await o.api.ListSellerOrders(anna.context, list)).seller_orders_size(), 1);
  list.set_state(0, api::order::PLACED);
  EXPECT_EQ((co_await o.api.ListSellerOrders(anna.context, list)).seller_orders_size(), 0);
}
TEST(OrderService, ASellersMove_AnswersAsALookDoes) { testing::WithStore<Operations>(ExpectMoves); }

Task<> ExpectParties(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  CallContext notification(testing::Soon());
  api::order::GetPartiesRequest request;
  for (const auto& part : order.seller_orders()) {
    request.set_seller_order_id(part.id());
    const auto parties = co_await o.api.GetParties(notification, request);
    EXPECT_EQ(parties.buyer_id(), o.buyer.ToString());
    EXPECT_EQ(parties.seller_id(), part.seller_id());
    EXPECT_EQ(parties.number(), part.number());
  }
  request.set_seller_order_id(Uuid::NewV7().ToString());
  EXPECT_EQ(co_await ReasonOf(o.api.GetParties(notification, request)), "NOT_FOUND");
}
TEST(OrderService, Parties_AreTheBuyerAndTheShopOfAPart) { testing::WithStore<Operations>(ExpectParties); }

Task<> ExpectCancelled(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  api::order::CancelOrderRequest cancel;
  cancel.set_order_id(order.id());
  cancel.add_seller_order_ids(order.seller_orders(1).id());
  cancel.set_reason("ordered twice");
  Call stranger(AccountId::New());
  EXPECT_EQ(co_await ReasonOf(o.api.CancelOrder(stranger.context, cancel)), "NOT_FOUND");
  Call buyer(o.buyer);
  const auto cancelled = co_await o.api.CancelOrder(buyer.context, cancel);
  EXPECT_EQ(cancelled.state(), api::order::PLACED);
  EXPECT_EQ(cancelled.seller_orders(1).state(), api::order::CANCELLED);
  EXPECT_EQ((co_await o.api.CancelOrder(buyer.context, cancel)).SerializeAsString(),
            cancelled.SerializeAsString());
  Call operator_call(AccountId::New(), {.everything = true});
  cancel.clear_seller_order_ids();
  EXPECT_EQ((co_await o.api.CancelOrder(operator_call.context, cancel)).state(), api::order::CANCELLED);

  api::order::ListOrderEventsRequest history;
  history.set_order_id(order.id());
  const auto events = co_await o.api.ListOrderEvents(buyer.context, history);
  EXPECT_EQ(events.events_size(), 6);
  EXPECT_EQ(events.events(0).from(), api::order::ORDER_STATE_UNSPECIFIED);
  EXPECT_EQ(events.events(0).to(), api::order::PENDING_PAYMENT);
  EXPECT_EQ(events.events(0).actor(), "buyer");
  EXPECT_EQ(events.events(4).reason(), "ordered twice");
  EXPECT_EQ(events.events(5).actor(), "operator");
  EXPECT_FALSE(events.has_next_page_token());
  history.set_page_size(4);
  const auto first = co_await o.api.ListOrderEvents(buyer.context, history);
  EXPECT_EQ(first.events_size(), 4);
  history.set_page_token(first.next_page_token());
  EXPECT_EQ(co_await ReasonOf(o.api.ListOrderEvents(operator_call.context, history)), "INVALID_PAGE_TOKEN");
  const auto rest = co_await o.api.ListOrderEvents(buyer.context, history);
  EXPECT_EQ(rest.events_size(), 2);
  EXPECT_EQ(rest.events(1).SerializeAsString(), events.events(5).SerializeAsString());
  EXPECT_FALSE(rest.has_next_page_token());
  history.clear_page_token();
  EXPECT_EQ(co_await ReasonOf(o.api.ListOrderEvents(stranger.context, history)), "NOT_FOUND");
}
TEST(OrderService_CancelOrder, AnswersWhatIsLeftOfTheOrder) {
  testing::WithStore<Operations>(ExpectCancelled);
}

Task<> ExpectPages(Operations& o) {
  for (int i = 0; i < 3; ++i) co_await o.Placed(o.buyer, {o.anna});
  Call buyer(o.buyer);
  api::order::ListMyOrdersRequest request;
  request.set_page_size(2);
  auto page = co_await o.api.ListMyOrders(buyer.context, request);
  EXPECT_EQ(page.orders_size(), 2);
  request.set_page_token(page.next_page_token());
  auto other = request;
  other.add_state(api::order::PLACED);
  EXPECT_EQ(co_await ReasonOf(o.api.ListMyOrders(buyer.context, other)), "INVALID_PAGE_TOKEN");
  page = co_await o.api.ListMyOrders(buyer.context, request);
  EXPECT_EQ(page.orders_size(), 1);
  EXPECT_EQ(page.next_page_token(), "");
  Call stranger(AccountId::New());
  EXPECT_NE(co_await ReasonOf(o.api.ListMyOrders(stranger.context, request)), "")
      << "the token of somebody else's list";
}
TEST(OrderService_ListMyOrders, PagesAreTheirBuyersOnly) { testing::WithStore<Operations>(ExpectPages); }

// Seven of a hundred lines each, every one with options as large as they may be.
Task<> ExpectLargeOrdersToFit(Operations& o) {
  for (int i = 0; i < 7; ++i) {
    auto request = o.Wish({});
    for (int line = 0; line < 100; ++line) {
      const auto offer = o.AnOfferOf(o.anna);
      (*o.stock.offers[offer].mutable_options())["note"] = std::string(2'000, 'x');
      auto& item = *request.add_items();
      item.set_offer_id(offer);
      item.set_quantity(1);
    }
    Call call(o.buyer);
    co_await o.api.PlaceOrder(call.context, request);
  }
  const auto read_all = [](auto& request, auto list, auto rows) -> Task<> {
    request.set_page_size(100);
    std::set<std::string> seen;
    int pages = 0;
    do {
      const auto page = co_await list(request);
      EXPECT_LE(page.ByteSizeLong(), rpc::kPageBytes + 1000);
      for (const auto& row : rows(page)) seen.insert(row.id());
      request.set_page_token(page.next_page_token());
      ++pages;
    } while (!request.page_token().empty() && pages < 10);
    EXPECT_EQ(seen.size(), 7u);
    EXPECT_EQ(pages, 2);
  };
  Call buyer(o.buyer);
  api::order::ListMyOrdersRequest mine;
  co_await read_all(
      mine, [&](const auto& request) { return o.api.ListMyOrders(buyer.context, request); },
      [](const auto& page) { return page.orders(); });
  Call seller(AccountId::New(), {.sellers = {o.anna}});
  api::order::ListSellerOrdersRequest sold;
  sold.set_seller_id(o.anna.ToString());
  co_await read_all(
      sold, [&](const auto& request) { return o.api.ListSellerOrders(seller.context, request); },
      [](const auto& page) { return page.seller_orders(); });
}
TEST(OrderService_LargeOrders, EndTheirPageAtItsBudget) {
  testing::WithStore<Operations>(ExpectLargeOrdersToFit);
}

// Nobody knows yet whether the payment is held: the order is undone once the provider has said so.
Task<> ExpectUnpaidCancelled(Operations& o) {
  Call placing(o.buyer);
  const auto wish = o.Wish({o.anna, o.bob}, "slow_yes");
  const auto pending = co_await o.api.PlaceOrder(placing.context, wish);
  EXPECT_EQ(pending.state(), api::order::PENDING_PAYMENT);
  api::order::CancelOrderRequest cancel;
  cancel.set_order_id(pending.id());
  cancel.add_seller_order_ids(pending.seller_orders(0).id());
  Call first(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.CancelOrder(first.context, cancel)), "ILLEGAL_TRANSITION");
  cancel.clear_seller_order_ids();
  cancel.set_reason("changed my mind");
  Call stranger(AccountId::New());
  EXPECT_EQ(co_await ReasonOf(o.api.CancelOrder(stranger.context, cancel)), "NOT_FOUND");
  EXPECT_EQ((co_await o.api.CancelOrder(first.context, cancel)).state(), api::order::PENDING_PAYMENT);
  EXPECT_FALSE(first.context.Settled()) << "asked again with the same key";
  EXPECT_EQ(o.payments.orders[pending.id()].state(), testing::FakePayments::Payment::UNKNOWN);
  EXPECT_EQ(o.stock.Available(), 99) << "the payment first";

  Call again(o.buyer, {}, first.context.OperationId());
  const auto failed = co_await o.api.CancelOrder(again.context, cancel);
  EXPECT_TRUE(again.context.Settled());
  EXPECT_EQ(failed.state(), api::order::FAILED);
  EXPECT_EQ(failed.failure_reason(), "CANCELLED_BY_BUYER");
  EXPECT_EQ(failed.payment().state(), "VOIDED");
  EXPECT_EQ(o.stock.Available(), 100);
  Call third(o.buyer);
  EXPECT_EQ((co_await o.api.CancelOrder(third.context, cancel)).SerializeAsString(),
            failed.SerializeAsString());
  Call replaced(o.buyer, {}, placing.context.OperationId());
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(replaced.context, wish)), "ILLEGAL_TRANSITION");
  EXPECT_EQ(o.payments.orders[pending.id()].captured().amount(), 0);
}
TEST(OrderService_CancelOrder, OfAnUnpaidOrder_GivesBackThePaymentFirst) {
  testing::WithStore<Operations>(ExpectUnpaidCancelled);
}

// Some units of a line, by its buyer and by its shop; then the rest.
Task<> ExpectUnitsCancelled(Operations& o) {
  Call placing(o.buyer);
  auto wish = o.Wish({o.anna, o.bob});
  wish.mutable_items(0)->set_quantity(4);
  const auto order = co_await o.api.PlaceOrder(placing.context, wish);
  const auto& part = order.seller_orders(0);
  api::order::CancelOrderRequest cancel;
  cancel.set_order_id(order.id());
  auto& units = *cancel.add_lines();
  units.set_line_id(part.lines(0).id());
  units.set_quantity(5);
  Call refused(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.CancelOrder(refused.context, cancel)), "ILLEGAL_TRANSITION");
  units.set_quantity(1);
  cancel.add_seller_order_ids(part.id());
  EXPECT_EQ(co_await ReasonOf(o.api.CancelOrder(refused.context, cancel)), "INVALID_ARGUMENT");
  cancel.clear_seller_order_ids();
  Call buyer(o.buyer);
  const auto less = co_await o.api.CancelOrder(buyer.context, cancel);
  EXPECT_EQ(less.seller_orders(0).state(), api::order::PLACED);
  EXPECT_EQ(less.seller_orders(0).lines(0).cancelled_quantity(), 1);

  api::order::CancelBySellerRequest by_shop;
  by_shop.set_seller_order_id(part.id());
  *by_shop.add_lines() = units;
  Call anna(AccountId::New(), Of(o.anna));
  EXPECT_EQ((co_await o.api.CancelBySeller(anna.context, by_shop)).lines(0).cancelled_quantity(), 2);
  by_shop.mutable_lines(0)->set_quantity(2);
  Call last(AccountId::New(), Of(o.anna));
  EXPECT_EQ((co_await o.api.CancelBySeller(last.context, by_shop)).state(), api::order::CANCELLED);

  api::order::ListOrderEventsRequest look;
  look.set_order_id(order.id());
  const auto history = co_await o.api.ListOrderEvents(buyer.context, look);
  const auto& event = history.events(history.events_size() - 1);
  EXPECT_EQ(event.to(), api::order::CANCELLED);
  EXPECT_EQ(event.lines(0).line_id(), part.lines(0).id());
  EXPECT_EQ(event.lines(0).quantity(), 2);
}
TEST(OrderService_Cancel, UnitsOfALine_UntilNoneIsLeft) {
  testing::WithStore<Operations>(ExpectUnitsCancelled);
}

Task<> ExpectEnds(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  Call anna(AccountId::New(), Of(o.anna));
  Call bob(AccountId::New(), Of(o.bob));
  Call buyer(o.buyer);
  api::order::RejectSellerOrderRequest reject;
  reject.set_seller_order_id(order.seller_orders(0).id());
  reject.set_reason("sold in the shop");
  EXPECT_EQ(co_await ReasonOf(o.api.RejectSellerOrder(bob.context, reject)), "NOT_FOUND");
  EXPECT_EQ((co_await o.api.RejectSellerOrder(anna.context, reject)).state(), api::order::REJECTED);

  const auto& part = order.seller_orders(1).id();
  api::order::ConfirmReceiptRequest receipt;
  receipt.set_seller_order_id(part);
  EXPECT_EQ(co_await ReasonOf(o.api.ConfirmReceipt(anna.context, receipt)), "NOT_FOUND");
  EXPECT_EQ(co_await ReasonOf(o.api.ConfirmReceipt(buyer.context, receipt)), "ILLEGAL_TRANSITION");
  api::order::AcceptSellerOrderRequest accept;
  accept.set_seller_order_id(part);
  co_await o.api.AcceptSellerOrder(bob.context, accept);
  api::order::ShipSellerOrderRequest ship;
  ship.set_seller_order_id(part);
  ship.set_carrier("Royal Mail");
  ship.set_tracking_number("RM123456785GB");
  Call shipping(AccountId::New(), Of(o.bob));
  co_await o.api.ShipSellerOrder(shipping.context, ship);
  api::order::CancelBySellerRequest cancel;
  cancel.set_seller_order_id(part);
  Call cancelling(AccountId::New(), Of(o.bob));
  EXPECT_EQ(co_await ReasonOf(o.api.CancelBySeller(cancelling.context, cancel)), "ILLEGAL_TRANSITION");
  const auto received = co_await o.api.ConfirmReceipt(buyer.context, receipt);
  EXPECT_EQ(received.state(), api::order::COMPLETED);
  EXPECT_EQ((co_await o.api.ConfirmReceipt(buyer.context, receipt)).SerializeAsString(),
            received.SerializeAsString());
  for (const auto* line :
       {"order_transitions_total{state=\"REJECTED\"} 1", "order_transitions_total{state=\"DELIVERED\"} 1",
        "order_transitions_total{state=\"COMPLETED\"} 1"}) {
    EXPECT_TRUE(o.registry.Exposition().contains(line)) << line;
  }
  const auto counts = co_await o.api.CountMyOrders(buyer.context, {});
  EXPECT_EQ(counts.counts_size(), 1);
  EXPECT_EQ(counts.counts(0).state(), api::order::COMPLETED);
  api::order::CountSellerOrdersRequest sold;
  sold.set_seller_id(o.anna.ToString());
  EXPECT_EQ((co_await o.api.CountSellerOrders(anna.context, sold)).counts(0).state(), api::order::REJECTED);
}
TEST(OrderService, Parts_EndByTheirShopOrTheirBuyer) { testing::WithStore<Operations>(ExpectEnds); }

Task<> ExpectOperators(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna});
  Call by_operator(AccountId::New(), {.everything = true});
  api::order::GetOrderRequest look;
  look.set_order_id(order.id());
  EXPECT_EQ((co_await o.api.GetOrder(by_operator.context, look)).number(), order.number());
  Call stranger(AccountId::New());
  EXPECT_EQ(co_await ReasonOf(o.api.GetOrder(stranger.context, look)), "NOT_FOUND");

  api::order::ListOrdersRequest list;
  list.set_seller_id(o.anna.ToString());
  list.set_number(order.number());
  *list.mutable_create_time_from() = order.create_time();
  auto page = co_await o.api.ListOrders(by_operator.context, list);
  EXPECT_EQ(page.orders_size(), 1);
  EXPECT_EQ(page.next_page_token(), "");
  *list.mutable_create_time_to() = order.create_time();
  EXPECT_EQ(co_await ReasonOf(o.api.ListOrders(by_operator.context, list)), "INVALID_ARGUMENT");
  list.Clear();
  co_await o.Placed(o.buyer, {o.anna});
  list.set_buyer_id(o.buyer.ToString());
  list.set_page_size(1);
  page = co_await o.api.ListOrders(by_operator.context, list);
  EXPECT_NE(page.orders(0).id(), order.id()) << "newest first";
  list.set_page_token(page.next_page_token());
  EXPECT_EQ((co_await o.api.ListOrders(by_operator.context, list)).orders(0).id(), order.id());
  list.add_state(api::order::PLACED);
  EXPECT_EQ(co_await ReasonOf(o.api.ListOrders(by_operator.context, list)), "INVALID_PAGE_TOKEN");
}
TEST(OrderService, Operators_SeeEverybodysOrders) { testing::WithStore<Operations>(ExpectOperators); }

Task<> ExpectAdvanced(Operations& o) {
  Call placing(o.buyer);
  const auto pending = co_await o.api.PlaceOrder(placing.context, o.Wish({o.anna}, "slow_yes"));
  testing::SharedDatabase().Execute(
      "UPDATE checkout SET parked_at = market_now(), failures = 3"
      " WHERE order_id = '" +
      pending.id() + "'");
  Call by_operator(AccountId::New(), {.everything = true});
  const auto stuck = [&]() -> Task<bool> {
    api::order::ListStuckCheckoutsRequest request;
    request.set_page_size(100);
    const auto page = co_await o.api.ListStuckCheckouts(by_operator.context, request);
    co_return std::ranges::any_of(page.checkouts(),
                                  [&](const auto& one) { return one.order_id() == pending.id(); });
  };
  EXPECT_TRUE(co_await stuck());
  api::order::AdvanceCheckoutRequest advance;
  advance.set_order_id(domain::OrderId::New().ToString());
  EXPECT_EQ(co_await ReasonOf(o.api.AdvanceCheckout(by_operator.context, advance)), "NOT_FOUND");
  advance.set_order_id(pending.id());
  auto checkout = co_await o.api.AdvanceCheckout(by_operator.context, advance);
  EXPECT_EQ(checkout.state(), api::order::PENDING_PAYMENT) << "the provider does not know yet";
  EXPECT_EQ(checkout.step(), api::order::Checkout::FORWARD);
  EXPECT_FALSE(checkout.has_parked_time());
  EXPECT_FALSE(by_operator.context.Settled());
  EXPECT_FALSE(co_await stuck());
  Call again(AccountId::New(), {.everything = true});
  for (int run = 0; run < 2; ++run) {
    checkout = co_await o.api.AdvanceCheckout(again.context, advance);
    EXPECT_EQ(checkout.state(), api::order::PLACED);
    EXPECT_EQ(checkout.step(), api::order::Checkout::DONE);
    EXPECT_FALSE(checkout.driven());
  }
  EXPECT_TRUE(again.context.Settled());
  EXPECT_EQ(testing::SharedDatabase().Execute("SELECT count(*) FROM audit_event WHERE target_id = '" +
                                              pending.id() + "'"),
            "2")
      << "what only looked is no act";
}
TEST(OrderService_AdvanceCheckout, DrivesWhatIsStuck) { testing::WithStore<Operations>(ExpectAdvanced); }

}  // namespace
}  // namespace market::order
