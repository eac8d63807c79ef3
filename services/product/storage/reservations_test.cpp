#include "services/product/storage/reservations.hpp"

#include <gmock/gmock.h>

#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using domain::CauseId;
using domain::OrderId;
using Lines = std::vector<domain::Line>;
using Units = std::vector<domain::Units>;

// "RESERVED", "OUT_OF_STOCK" and so on.
std::string Word(const storage::ReserveOutcome& outcome) {
  static constexpr std::array kWords = {"RESERVED", "OUT_OF_STOCK", "NOT_FOR_SALE", "ALREADY_RELEASED",
                                        "OTHER_LINES"};
  return kWords[outcome.index()];
}

Task<std::string> Reserve(Stores& stores, OrderId order, Lines lines) {
  co_return Word(co_await stores.reservations.Reserve(Soon(), order, std::move(lines)));
}

// "done" or "gone".
Task<std::string> Commit(Stores& stores, OrderId order) {
  co_return co_await stores.reservations.Commit(Soon(), order) == storage::Step::kDone ? "done" : "gone";
}
Task<std::string> Consume(Stores& stores, OrderId order, CauseId cause, Units units) {
  const auto step = co_await stores.reservations.Consume(Soon(), order, cause, std::move(units));
  co_return step == storage::Step::kDone ? "done" : "gone";
}
Task<std::string> Restock(Stores& stores, OrderId order, CauseId cause, Units units) {
  const auto step = co_await stores.reservations.Restock(Soon(), order, cause, std::move(units));
  co_return step == storage::Step::kDone ? "done" : "gone";
}
Task<> Release(Stores& stores, OrderId order, CauseId cause = CauseId::New(), Units units = {}) {
  co_await stores.reservations.Release(Soon(), order, cause, std::move(units));
}

// "held/committed/released/consumed" of each line, in the order of their ids.
std::string UnitsOf(const OrderId& order) {
  return Sql(
      "SELECT string_agg(concat_ws('/', held, committed, released, consumed), ' ' ORDER BY line_id)"
      " FROM reservation WHERE order_id = '" +
      order.ToString() + "'");
}

struct Offers {
  domain::OfferId a;
  domain::OfferId b;
};

Task<Offers> PutTwo(Stores& stores, std::int64_t stock) {
  const auto shop = co_await OpenShop(stores);
  const auto a = co_await PutOffer(stores, shop, stock);
  co_return Offers{a, co_await PutOffer(stores, shop, stock)};
}

// An order that holds lines of these units, committed.
struct Bought {
  OrderId order = OrderId::New();
  Lines lines;
};
Task<Bought> Buy(Stores& stores, Lines lines) {
  Bought bought{.lines = std::move(lines)};
  EXPECT_EQ(co_await Reserve(stores, bought.order, bought.lines), "RESERVED");
  EXPECT_EQ(co_await Commit(stores, bought.order), "done");
  co_return bought;
}

TEST(Reserve_Enough, HoldsAllLines) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    EXPECT_EQ(co_await Reserve(stores, order, {LineOf(b, 1), LineOf(a, 2), LineOf(b, 3)}), "RESERVED");
    EXPECT_EQ(StockOf(a), "5/2");
    EXPECT_EQ(StockOf(b), "5/4");
    EXPECT_EQ(UnitsOf(order), "1/0/0/0 2/0/0/0 3/0/0/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Reserve_TooFewOfOne, HoldsNothingAndSaysWhatIsLeft) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    const auto outcome = co_await stores.reservations.Reserve(
        Soon(), order, {LineOf(a, 2), LineOf(b, 3), LineOf(b, 3), LineOf(a, 3)});
    EXPECT_EQ(Word(outcome), "OUT_OF_STOCK");
    EXPECT_EQ(std::get<storage::OutOfStock>(outcome).shortages, (std::vector<domain::Shortage>{{b, 5}}));
    EXPECT_EQ(StockOf(a), "5/0");
    EXPECT_EQ(UnitsOf(order), "");
    EXPECT_EQ(co_await Reserve(stores, order, {LineOf(a, 2), LineOf(b, 5)}), "RESERVED")
        << "a refusal leaves no trace";
  });
}

TEST(Reserve_Repeated, ChangesNothing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    const auto one = LineOf(a, 2);
    const auto two = LineOf(a, 1);
    EXPECT_EQ(co_await Reserve(stores, order, {one, two}), "RESERVED");
    EXPECT_EQ(co_await Reserve(stores, order, {two, one}), "RESERVED");
    EXPECT_EQ(co_await Reserve(stores, order, {one}), "OTHER_LINES");
    EXPECT_EQ(co_await Reserve(stores, order, {one, {two.id, b, 1}}), "OTHER_LINES");
    EXPECT_EQ(co_await Reserve(stores, order, {one, LineOf(a, 1)}), "OTHER_LINES");
    EXPECT_EQ(StockOf(a), "5/3");
    EXPECT_EQ(StockOf(b), "5/0");
  });
}

TEST(Reserve_OffersNotForSale, AreNamed) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto unknown = domain::OfferId::New();
    Sql("UPDATE offer SET state = 'ARCHIVED' WHERE id = '" + b.ToString() + "'");
    const auto outcome = co_await stores.reservations.Reserve(
        Soon(), OrderId::New(), {LineOf(a, 1), LineOf(b, 1), LineOf(unknown, 1)});
    EXPECT_EQ(Word(outcome), "NOT_FOR_SALE");
    EXPECT_THAT(std::get<storage::NotForSale>(outcome).offers, ::testing::UnorderedElementsAre(b, unknown));
    EXPECT_EQ(StockOf(a), "5/0");
    Sql("UPDATE product SET state = 'ARCHIVED' WHERE id = (SELECT product_id FROM offer WHERE id = '" +
        a.ToString() + "')");
    EXPECT_EQ(co_await Reserve(stores, OrderId::New(), {LineOf(a, 1)}), "NOT_FOR_SALE");
  });
}

TEST(Reserve_UnitsInTwoPlaces, TakesThemWhereThereAreEnough) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 2);
    PutStock(offer, "SECOND", 5);
    const auto order = OrderId::New();
    EXPECT_EQ(co_await Reserve(stores, order, {LineOf(offer, 4), LineOf(offer, 1)}), "RESERVED");
    EXPECT_EQ(co_await Reserve(stores, OrderId::New(), {LineOf(offer, 2)}), "RESERVED");
    EXPECT_EQ(StockOf(offer), "7/7");
    const auto outcome = co_await stores.reservations.Reserve(Soon(), OrderId::New(), {LineOf(offer, 1)});
    EXPECT_EQ(std::get<storage::OutOfStock>(outcome).shortages, (std::vector<domain::Shortage>{{offer, 0}}));
    co_await Release(stores, order);
    EXPECT_EQ(Sql("SELECT string_agg(on_hand || '/' || reserved, ' ' ORDER BY location) FROM stock "
                  "WHERE offer_id = '" +
                  offer.ToString() + "'"),
              "2/2 5/0");
    EXPECT_EQ((co_await stores.offers.GetMany(Soon(), {offer}, kEur)).offers(0).available(), 5);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Commit_Held, StaysForGood) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    co_await Reserve(stores, order, {LineOf(a, 2), LineOf(b, 1)});
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await Commit(stores, order), "done");
      EXPECT_EQ(UnitsOf(order), "0/2/0/0 0/1/0/0");
    }
    EXPECT_EQ(StockOf(a), "5/2");
  });
}

TEST(Commit_UnknownOrReleased, IsGone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    EXPECT_EQ(co_await Commit(stores, OrderId::New()), "gone");
    const auto order = OrderId::New();
    co_await Reserve(stores, order, {LineOf(a, 1), LineOf(b, 1)});
    co_await Release(stores, order);
    EXPECT_EQ(co_await Commit(stores, order), "gone");
  });
}

TEST(Commit_SomeReleasedBefore, SellsTheRest) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    const Lines lines{LineOf(a, 3), LineOf(b, 2)};
    co_await Reserve(stores, order, lines);
    co_await Release(stores, order, CauseId::New(), {{lines[0].id, 1}, {lines[1].id, 2}});
    EXPECT_EQ(co_await Commit(stores, order), "done");
    EXPECT_EQ(UnitsOf(order), "0/2/1/0 0/0/2/0");
    EXPECT_EQ(StockOf(a), "5/2");
    EXPECT_EQ(StockOf(b), "5/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Commit_RepeatedAfterShipping, IsDone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto bought = co_await Buy(stores, {LineOf(a, 2)});
    EXPECT_EQ(co_await Consume(stores, bought.order, CauseId::New(), {{bought.lines[0].id, 2}}), "done");
    EXPECT_EQ(co_await Commit(stores, bought.order), "done");
    EXPECT_EQ(UnitsOf(bought.order), "0/0/0/2");
  });
}

TEST(Release_Whole, GivesBackOnceAndForGood) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    const Lines lines{LineOf(a, 2), LineOf(b, 3)};
    co_await Reserve(stores, order, lines);
    for (int i = 0; i < 2; ++i) {
      co_await Release(stores, order);
      EXPECT_EQ(UnitsOf(order), "0/0/2/0 0/0/3/0");
      EXPECT_EQ(StockOf(a), "5/0");
      EXPECT_EQ(StockOf(b), "5/0");
    }
    EXPECT_EQ(co_await Reserve(stores, order, lines), "ALREADY_RELEASED");
    EXPECT_EQ(StockOf(a), "5/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Release_BeforeTheReservation, BarsIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = OrderId::New();
    for (int i = 0; i < 2; ++i) co_await Release(stores, order);
    EXPECT_EQ(co_await Reserve(stores, order, {LineOf(a, 2), LineOf(b, 3)}), "ALREADY_RELEASED");
    EXPECT_EQ(co_await Commit(stores, order), "gone");
    EXPECT_EQ(StockOf(a), "5/0");
  });
}

TEST(Release_SomeUnits, OncePerCauseAndNeverMoreThanIsLeft) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 9);
    const auto [order, lines] = co_await Buy(stores, {LineOf(a, 7), LineOf(b, 3)});
    const auto first = CauseId::New();
    for (int i = 0; i < 2; ++i) {
      co_await Release(stores, order, first, {{lines[0].id, 2}});
      EXPECT_EQ(UnitsOf(order), "0/5/2/0 0/3/0/0");
    }
    co_await Release(stores, order, CauseId::New(), {{lines[0].id, 2}, {domain::LineId::New(), 1}});
    EXPECT_EQ(UnitsOf(order), "0/3/4/0 0/3/0/0") << "another cause, and a line that is none of the order's";
    co_await Release(stores, order, first, {{lines[1].id, 1}});
    EXPECT_EQ(UnitsOf(order), "0/3/4/0 0/2/1/0") << "one cause may give back line by line";
    co_await Release(stores, order, CauseId::New(), {{lines[0].id, 99}, {lines[1].id, 2}});
    EXPECT_EQ(UnitsOf(order), "0/0/7/0 0/0/3/0");
    EXPECT_EQ(StockOf(a), "9/0");
    EXPECT_EQ(StockOf(b), "9/0");
    EXPECT_EQ(co_await Commit(stores, order), "gone");
    EXPECT_EQ(co_await Reserve(stores, order, lines), "ALREADY_RELEASED") << "it has given back all";
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Consume_Committed, LeavesTheStockOncePerCause) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 9);
    const auto order = OrderId::New();
    const Lines lines{LineOf(a, 5), LineOf(b, 3)};
    co_await Reserve(stores, order, lines);
    const auto parcel = CauseId::New();
    EXPECT_EQ(co_await Consume(stores, order, parcel, {{lines[0].id, 2}}), "gone") << "not committed yet";
    co_await Commit(stores, order);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await Consume(stores, order, parcel, {{lines[0].id, 2}, {lines[1].id, 3}}), "done");
      EXPECT_EQ(UnitsOf(order), "0/3/0/2 0/0/0/3");
      EXPECT_EQ(StockOf(a), "7/3");
      EXPECT_EQ(StockOf(b), "6/0");
    }
    EXPECT_EQ(co_await Consume(stores, order, CauseId::New(), {{lines[0].id, 1}}), "done");
    co_await Release(stores, order);
    EXPECT_EQ(UnitsOf(order), "0/0/2/3 0/0/0/3") << "what is shipped stays shipped";
    EXPECT_EQ(StockOf(a), "6/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Consume_MoreThanIsCommitted, IsGoneAndChangesNothing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 9);
    const auto [order, lines] = co_await Buy(stores, {LineOf(a, 5), LineOf(b, 3)});
    const auto parcel = CauseId::New();
    EXPECT_EQ(co_await Consume(stores, order, parcel, {{lines[0].id, 2}, {lines[1].id, 4}}), "gone");
    EXPECT_EQ(co_await Consume(stores, order, parcel, {{lines[0].id, 2}, {domain::LineId::New(), 1}}),
              "gone");
    EXPECT_EQ(co_await Consume(stores, OrderId::New(), parcel, {{lines[0].id, 2}}), "gone");
    EXPECT_EQ(UnitsOf(order), "0/5/0/0 0/3/0/0");
    EXPECT_EQ(StockOf(a), "9/5");
    EXPECT_EQ(co_await Consume(stores, order, parcel, {{lines[0].id, 2}}), "done")
        << "a refusal leaves no trace";
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Reservation_Schema, RefusesToReviveOrRewrite) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto [order, lines] = co_await Buy(stores, {LineOf(a, 2), LineOf(b, 1)});
    const auto where = " WHERE order_id = '" + order.ToString() + "'";
    const auto refused = [&](const std::string& act) {
      EXPECT_THROW(Sql(act + where), std::exception) << act;
    };
    refused("UPDATE reservation SET quantity = quantity + 1, committed = committed + 1");
    refused("UPDATE reservation SET stock_id = gen_random_uuid()");
    refused("UPDATE reservation SET committed = committed - 1");
    refused("UPDATE reservation SET committed = -1, held = quantity + 1");
    refused("DELETE FROM reservation");
    refused("UPDATE reservation_order SET created_at = market_now()");
    refused("DELETE FROM reservation_order");
    co_await Release(stores, order);
    refused("UPDATE reservation SET released = 0, committed = quantity");
    EXPECT_THROW(Sql("DELETE FROM stock WHERE offer_id = '" + a.ToString() + "'"), std::exception);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Restock_WhatWasShipped, IsForSaleAgain) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto bought = co_await Buy(stores, {LineOf(a, 3), LineOf(b, 1)});
    const auto& line = bought.lines[0].id;
    co_await Consume(stores, bought.order, CauseId::New(), {{line, 2}});
    EXPECT_EQ(StockOf(a), "3/1");
    const auto cause = CauseId::New();
    for (int run = 0; run < 2; ++run) {
      EXPECT_EQ(co_await Restock(stores, bought.order, cause, {{line, 1}}), "done");
      EXPECT_EQ(StockOf(a), "4/1") << "once";
    }
    EXPECT_EQ(co_await Restock(stores, bought.order, CauseId::New(), {{line, 2}}), "gone")
        << "one is back, and one was never shipped";
    EXPECT_EQ(co_await Restock(stores, bought.order, CauseId::New(), {{line, 1}, {bought.lines[1].id, 1}}),
              "gone")
        << "all or none";
    EXPECT_EQ(co_await Restock(stores, bought.order, CauseId::New(), {{domain::LineId::New(), 1}}), "gone");
    EXPECT_EQ(co_await Restock(stores, OrderId::New(), CauseId::New(), {{line, 1}}), "gone");
    EXPECT_EQ(StockOf(a), "4/1");
    EXPECT_EQ(co_await Restock(stores, bought.order, CauseId::New(), {{line, 1}}), "done");
    EXPECT_EQ(StockOf(a), "5/1");
    EXPECT_EQ(
        Sql("SELECT string_agg(concat_ws('/', kind, on_hand, reserved), ' ' ORDER BY id) FROM stock_movement"
            " WHERE order_id = '" +
            bought.order.ToString() + "'"),
        "SHIPMENT/-2/-2 RETURN/1/0 RETURN/1/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

}  // namespace
}  // namespace market::product
