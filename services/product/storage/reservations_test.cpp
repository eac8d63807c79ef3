#include "services/product/storage/reservations.hpp"

#include <gmock/gmock.h>

#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

// "RESERVED", "OUT_OF_STOCK" and so on.
std::string Word(const storage::ReserveOutcome& outcome) {
  static constexpr std::array kWords = {"RESERVED", "OUT_OF_STOCK", "NOT_FOR_SALE", "ALREADY_RELEASED",
                                        "OTHER_LINES"};
  return kWords[outcome.index()];
}

Task<std::string> Reserve(Stores& stores, domain::OrderId order, std::vector<domain::Line> lines) {
  co_return Word(co_await stores.reservations.Reserve(Soon(), order, std::move(lines)));
}

std::string StatesOf(const domain::OrderId& order) {
  return Sql("SELECT string_agg(state, ',' ORDER BY offer_id) FROM reservation WHERE order_id = '" +
             order.ToString() + "'");
}

// Makes the order's holds due.
void LetHoldsRunOut(const domain::OrderId& order) {
  Sql("UPDATE reservation SET expires_at = market_now() - interval '1 second' WHERE state = 'HELD' AND "
      "order_id = "
      "'" +
      order.ToString() + "'");
}

struct Offers {
  domain::OfferId a;
  domain::OfferId b;
};

Task<Offers> PutTwo(Stores& stores, std::int64_t stock) {
  const auto shop = co_await OpenShop(stores);
  auto a = co_await PutOffer(stores, shop, stock);
  auto b = co_await PutOffer(stores, shop, stock);
  if (b < a) std::swap(a, b);
  co_return Offers{a, b};
}

TEST(Reserve_Enough, HoldsAllLinesSummedByOffer) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    EXPECT_EQ(co_await Reserve(stores, order, {{b, 1}, {a, 2}, {b, 3}}), "RESERVED");
    EXPECT_EQ(StockOf(a), "5/2");
    EXPECT_EQ(StockOf(b), "5/4");
    EXPECT_EQ(StatesOf(order), "HELD,HELD");
    EXPECT_EQ(Sql("SELECT count(*) FROM reservation WHERE order_id = '" + order.ToString() +
                  "' AND expires_at - market_now() BETWEEN interval '14 min' AND interval '15 min'"),
              "2");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Reserve_TooFewOfOne, HoldsNothingAndSaysWhatIsLeft) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    const auto outcome = co_await stores.reservations.Reserve(Soon(), order, {{a, 2}, {b, 6}});
    EXPECT_EQ(Word(outcome), "OUT_OF_STOCK");
    EXPECT_EQ(std::get<storage::OutOfStock>(outcome).shortages, (std::vector<storage::Shortage>{{b, 5}}));
    EXPECT_EQ(StockOf(a), "5/0");
    EXPECT_EQ(StatesOf(order), "");
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 2}, {b, 5}}), "RESERVED");  // a refusal leaves no trace
  });
}

TEST(Reserve_Repeated, ChangesNothing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 2}}), "RESERVED");
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 1}, {a, 1}}), "RESERVED");
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 3}}), "OTHER_LINES");
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 2}, {b, 1}}), "OTHER_LINES");
    EXPECT_EQ(StockOf(a), "5/2");
    EXPECT_EQ(StockOf(b), "5/0");
  });
}

TEST(Reserve_OffersNotForSale, AreNamed) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto unknown = domain::OfferId::New();
    Sql("UPDATE offer SET state = 'ARCHIVED' WHERE id = '" + b.ToString() + "'");
    const auto outcome =
        co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {{a, 1}, {b, 1}, {unknown, 1}});
    EXPECT_EQ(Word(outcome), "NOT_FOR_SALE");
    EXPECT_THAT(std::get<storage::NotForSale>(outcome).offers, ::testing::UnorderedElementsAre(b, unknown));
    EXPECT_EQ(StockOf(a), "5/0");
    Sql("UPDATE product SET state = 'ARCHIVED' WHERE id = (SELECT product_id FROM offer WHERE id = '" +
        a.ToString() + "')");
    EXPECT_EQ(co_await Reserve(stores, domain::OrderId::New(), {{a, 1}}), "NOT_FOR_SALE");
  });
}

TEST(Reserve_HoldsAreDue, TakesThemOver) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto slow = domain::OrderId::New();
    const auto quick = domain::OrderId::New();
    EXPECT_EQ(co_await Reserve(stores, slow, {{a, 4}, {b, 1}}), "RESERVED");
    EXPECT_EQ(co_await Reserve(stores, quick, {{a, 3}, {b, 1}}), "OUT_OF_STOCK");
    LetHoldsRunOut(slow);
    EXPECT_EQ(co_await Reserve(stores, quick, {{a, 3}, {b, 1}}), "RESERVED");
    EXPECT_EQ(StatesOf(slow), "EXPIRED,EXPIRED");
    EXPECT_EQ(StockOf(a), "5/3");
    EXPECT_EQ(StockOf(b), "5/1");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Commit_Held, StaysForGood) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    co_await Reserve(stores, order, {{a, 2}, {b, 1}});
    LetHoldsRunOut(order);  // due, but nobody has ended them yet
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kDone);
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kDone);
    co_await stores.reservations.ExpireDue(Soon(), 1000);
    EXPECT_EQ(StatesOf(order), "COMMITTED,COMMITTED");
    EXPECT_EQ(StockOf(a), "5/2");
  });
}

TEST(Commit_Expired, TakesTheUnitsAgainOrIsGone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto late = domain::OrderId::New();
    co_await Reserve(stores, late, {{a, 3}, {b, 1}});
    LetHoldsRunOut(late);
    co_await stores.reservations.ExpireDue(Soon(), 1000);
    EXPECT_EQ(StatesOf(late), "EXPIRED,EXPIRED");
    EXPECT_EQ(StockOf(a), "5/0");
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), late), storage::Step::kDone);
    EXPECT_EQ(StockOf(a), "5/3");

    const auto later = domain::OrderId::New();
    const auto rival = domain::OrderId::New();
    co_await Reserve(stores, later, {{a, 2}, {b, 1}});
    LetHoldsRunOut(later);
    EXPECT_EQ(co_await Reserve(stores, rival, {{a, 2}}), "RESERVED");
    EXPECT_EQ(StatesOf(later), "EXPIRED,HELD");
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), later), storage::Step::kGone);
    EXPECT_EQ(StatesOf(later), "EXPIRED,HELD");
    LetHoldsRunOut(rival);  // in the way, but due
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), later), storage::Step::kDone);
    EXPECT_EQ(StatesOf(later), "COMMITTED,COMMITTED");
    EXPECT_EQ(StatesOf(rival), "EXPIRED");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Commit_UnknownOrReleased, IsGone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), domain::OrderId::New()), storage::Step::kGone);
    const auto order = domain::OrderId::New();
    co_await Reserve(stores, order, {{a, 1}, {b, 1}});
    co_await stores.reservations.Release(Soon(), order, {});
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kGone);
  });
}

TEST(Release_Whole, GivesBackOnceAndForGood) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    co_await Reserve(stores, order, {{a, 2}, {b, 3}});
    for (int i = 0; i < 2; ++i) {
      co_await stores.reservations.Release(Soon(), order, {});
      EXPECT_EQ(StatesOf(order), "RELEASED,RELEASED");
      EXPECT_EQ(StockOf(a), "5/0");
      EXPECT_EQ(StockOf(b), "5/0");
    }
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 2}, {b, 3}}), "ALREADY_RELEASED");
    EXPECT_EQ(StockOf(a), "5/0");
  });
}

TEST(Release_BeforeTheReservation, BarsIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    co_await stores.reservations.Release(Soon(), order, {});
    co_await stores.reservations.Release(Soon(), order, {});
    EXPECT_EQ(co_await Reserve(stores, order, {{a, 2}, {b, 3}}), "ALREADY_RELEASED");
    EXPECT_EQ(StockOf(a), "5/0");
  });
}

TEST(Release_SomeOffers, ClosesTheOrderWithTheLast) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    co_await Reserve(stores, order, {{a, 2}, {b, 3}});
    co_await stores.reservations.Commit(Soon(), order);
    co_await stores.reservations.Release(Soon(), order, {b});
    EXPECT_EQ(StatesOf(order), "COMMITTED,RELEASED");
    EXPECT_EQ(StockOf(b), "5/0");
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kDone);
    EXPECT_EQ(StatesOf(order), "COMMITTED,RELEASED");
    co_await stores.reservations.Release(Soon(), order, {a, b});
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kGone);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Consume_Committed, LeavesTheStockOnce) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    co_await Reserve(stores, order, {{a, 2}, {b, 3}});
    EXPECT_EQ(co_await stores.reservations.Consume(Soon(), order, {a}),
              storage::Step::kGone);  // not committed yet
    co_await stores.reservations.Commit(Soon(), order);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await stores.reservations.Consume(Soon(), order, {a}), storage::Step::kDone);
      EXPECT_EQ(StockOf(a), "3/0");
      EXPECT_EQ(StatesOf(order), "CONSUMED,COMMITTED");
    }
    EXPECT_EQ(co_await stores.reservations.Consume(Soon(), order, {domain::OfferId::New()}),
              storage::Step::kGone);
    co_await stores.reservations.Release(Soon(), order, {});  // what is shipped stays shipped
    EXPECT_EQ(StatesOf(order), "CONSUMED,RELEASED");
    EXPECT_EQ(StockOf(a), "3/0");
    EXPECT_EQ(StockOf(b), "5/0");
    EXPECT_EQ(co_await stores.reservations.Consume(Soon(), order, {b}), storage::Step::kGone);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(ExpireDue_ManyHolds, GoesByChunks) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 10);
    while (co_await stores.reservations.ExpireDue(Soon(), 1000) > 0) continue;
    for (int i = 0; i < 5; ++i) co_await Reserve(stores, domain::OrderId::New(), {{a, 1}, {b, 2}});
    EXPECT_EQ(co_await stores.reservations.ExpireDue(Soon(), 4), 0u);
    Sql("UPDATE reservation SET expires_at = market_now() WHERE state = 'HELD' AND offer_id IN ('" +
        a.ToString() + "', '" + b.ToString() + "')");
    EXPECT_EQ(co_await stores.reservations.ExpireDue(Soon(), 4), 4u);
    EXPECT_EQ(co_await stores.reservations.ExpireDue(Soon(), 4), 4u);
    EXPECT_EQ(co_await stores.reservations.ExpireDue(Soon(), 4), 2u);
    EXPECT_EQ(StockOf(a), "10/0");
    EXPECT_EQ(StockOf(b), "10/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Reservation_Schema, RefusesToReviveOrRewrite) {
  WithStores([](Stores& stores) -> Task<> {
    const auto [a, b] = co_await PutTwo(stores, 5);
    const auto order = domain::OrderId::New();
    co_await Reserve(stores, order, {{a, 2}, {b, 1}});
    const auto where = " WHERE order_id = '" + order.ToString() + "'";
    EXPECT_THROW(Sql("UPDATE reservation SET quantity = 1" + where), std::exception);
    EXPECT_THROW(Sql("DELETE FROM reservation" + where), std::exception);
    co_await stores.reservations.Release(Soon(), order, {});
    EXPECT_THROW(Sql("UPDATE reservation SET state = 'COMMITTED'" + where), std::exception);
    EXPECT_THROW(Sql("UPDATE reservation_order SET state = 'OPEN'" + where), std::exception);
  });
}

}  // namespace
}  // namespace market::product
