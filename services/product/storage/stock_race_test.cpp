// Many buyers at once, over several Database objects as several replicas have them, and broken connections:
// whatever happens, the stock adds up.
#include <gmock/gmock.h>

#include <random>

#include "platform/testing/seeds.hpp"
#include "platform/testing/tcp_gate.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

class Replicas {
 public:
  Replicas(boost::asio::io_context& io, std::size_t count, std::chrono::milliseconds hold_for) {
    for (std::size_t i = 0; i < count; ++i)
      replicas_.push_back(std::make_unique<Stores>(io, Settings(), hold_for));
  }
  Task<> Open() {
    for (auto& replica : replicas_) co_await replica->database.Open(Soon());
  }
  Task<> Close() {
    for (auto& replica : replicas_) co_await replica->database.Close(Soon());
  }
  Stores& Any(std::size_t number) { return *replicas_[number % replicas_.size()]; }

 private:
  std::vector<std::unique_ptr<Stores>> replicas_;
};

// Runs body(replicas, group) and joins the group.
template <class Body>
void WithReplicas(std::chrono::milliseconds hold_for, Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Replicas replicas(io, 3, hold_for);
    co_await replicas.Open();
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    co_await body(replicas, group);
    co_await group.Join(After(50s));
    co_await replicas.Close();
  });
}

Task<> Buy(Stores& stores, std::vector<domain::Line> lines, int& sold) {
  const auto outcome = co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), std::move(lines));
  if (std::holds_alternative<storage::Reserved>(outcome)) ++sold;
}

TEST(StockRace_SixtyBuyersForTwentyUnits, SellsExactlyTwenty) {
  domain::OfferId offer;
  int sold = 0;
  WithReplicas(15min, [&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 20);
    for (std::size_t i = 0; i < 60; ++i) group.Spawn("buyer", Buy(replicas.Any(i), {{offer, 1}}, sold));
  });
  EXPECT_EQ(sold, 20);
  EXPECT_EQ(StockOf(offer), "20/20");
  EXPECT_EQ(BrokenInvariants(), "0");
}

// The lines come in opposite orders, and holds of an earlier crowd are due:
// nobody deadlocks, nobody is turned away.
TEST(StockRace_HoldsAreDue, AreTakenOverExactlyInEitherOrderOfLines) {
  domain::OfferId a;
  domain::OfferId b;
  int sold = 0;
  WithReplicas(15min, [&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    const auto shop = co_await OpenShop(replicas.Any(0));
    a = co_await PutOffer(replicas.Any(0), shop, 20);
    b = co_await PutOffer(replicas.Any(0), shop, 20);
    int held = 0;
    for (std::size_t i = 0; i < 20; ++i) co_await Buy(replicas.Any(i), {{a, 1}, {b, 1}}, held);
    Sql("UPDATE reservation SET expires_at = market_now() WHERE state = 'HELD' AND offer_id IN ('" +
        a.ToString() + "', '" + b.ToString() + "')");
    for (std::size_t i = 0; i < 60; ++i) {
      auto lines =
          i % 2 == 0 ? std::vector<domain::Line>{{a, 1}, {b, 1}} : std::vector<domain::Line>{{b, 1}, {a, 1}};
      group.Spawn("buyer", Buy(replicas.Any(i), std::move(lines), sold));
    }
  });
  EXPECT_EQ(sold, 20);
  EXPECT_EQ(StockOf(a), "20/20");
  EXPECT_EQ(StockOf(b), "20/20");
  EXPECT_EQ(BrokenInvariants(), "0");
}

Task<> ReserveOnce(Stores& stores, domain::OrderId order, std::vector<domain::Line> lines) {
  EXPECT_TRUE(std::holds_alternative<storage::Reserved>(
      co_await stores.reservations.Reserve(Soon(), order, std::move(lines))));
}

TEST(StockRace_OneOrderReservesThirtyTimes, HoldsOnce) {
  domain::OfferId offer;
  WithReplicas(15min, [&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 100);
    const auto order = domain::OrderId::New();
    for (std::size_t i = 0; i < 30; ++i) {
      group.Spawn("driver", ReserveOnce(replicas.Any(i), order, {{offer, 7}}));
    }
  });
  EXPECT_EQ(StockOf(offer), "100/7");
}

Task<> ReserveOrBeBarred(Stores& stores, domain::OrderId order, domain::OfferId offer) {
  const auto outcome = co_await stores.reservations.Reserve(Soon(), order, {{offer, 1}});
  EXPECT_TRUE(std::holds_alternative<storage::Reserved>(outcome) ||
              std::holds_alternative<storage::AlreadyReleased>(outcome));
}

Task<> ReleaseAll(Stores& stores, domain::OrderId order) {
  co_await stores.reservations.Release(Soon(), order, {});
}

TEST(StockRace_ReleaseAgainstReserve, NeverLeavesUnitsHeld) {
  domain::OfferId offer;
  WithReplicas(15min, [&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 100);
    for (std::size_t i = 0; i < 30; ++i) {
      const auto order = domain::OrderId::New();
      group.Spawn("reserve", ReserveOrBeBarred(replicas.Any(i), order, offer));
      group.Spawn("release", ReleaseAll(replicas.Any(i + 1), order));
    }
  });
  EXPECT_EQ(StockOf(offer), "100/0");
  EXPECT_EQ(BrokenInvariants(), "0");
}

Task<> AdjustOnce(Stores& stores, storage::StockAdjustment adjustment, storage::SellerScope scope) {
  co_await stores.catalogue.AdjustStock(Soon(), std::move(adjustment), std::move(scope));
}

TEST(StockRace_OneAdjustmentTwentyTimes, MovesOnce) {
  domain::OfferId offer;
  WithReplicas(15min, [&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    const auto shop = co_await OpenShop(replicas.Any(0));
    offer = co_await PutOffer(replicas.Any(0), shop, 1);
    const storage::StockAdjustment adjustment{.operation_id = Uuid::NewV7(),
                                              .offer = offer,
                                              .delta = 5,
                                              .reason = "once",
                                              .account = AccountId::New()};
    for (std::size_t i = 0; i < 20; ++i) {
      group.Spawn("seller", AdjustOnce(replicas.Any(i), adjustment, shop.Scope()));
    }
  });
  EXPECT_EQ(StockOf(offer), "6/0");
  EXPECT_EQ(BrokenInvariants(), "0");
}

// One order's life with every step chosen by chance; other walkers use the same offers.
Task<> Walk(Replicas& replicas, std::vector<domain::OfferId> offers, storage::SellerScope scope,
            unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  domain::OrderId order = domain::OrderId::New();
  for (int step = 0; step < 25; ++step) {
    auto& stores = replicas.Any(pick(3));
    const auto some = [&] { return std::vector{offers[pick(offers.size())]}; };
    switch (pick(8)) {
      case 0:
      case 1:
        order = domain::OrderId::New();
        [[fallthrough]];
      case 2: {
        const domain::Line lines[] = {{offers[pick(offers.size())], static_cast<std::int64_t>(1 + pick(3))},
                                      {offers[pick(offers.size())], 1}};
        co_await stores.reservations.Reserve(Soon(), order, {lines[0], lines[1]});
        break;
      }
      case 3:
      case 4:
        co_await stores.reservations.Commit(Soon(), order);
        break;
      case 5:
        co_await stores.reservations.Release(Soon(), order,
                                             pick(2) == 0 ? some() : std::vector<domain::OfferId>());
        break;
      case 6:
        co_await stores.reservations.Consume(Soon(), order, some());
        break;
      case 7:
        co_await stores.reservations.ExpireDue(Soon(), 5);
        co_await ReasonOf(stores.catalogue.AdjustStock(Soon(),
                                                       {.operation_id = Uuid::NewV7(),
                                                        .offer = offers[pick(offers.size())],
                                                        .delta = pick(2) == 0 ? 3 : -1,
                                                        .reason = "storm",
                                                        .account = AccountId()},
                                                       scope));
        break;
    }
  }
}

// Holds last a few milliseconds, so expiry meets every other step.
TEST(StockRace_StormOfSteps, KeepsEveryInvariant) {
  for (const unsigned seed : testing::Seeds(1, 1)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<domain::OfferId> offers;
    WithReplicas(3ms, [&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
      const auto shop = co_await OpenShop(replicas.Any(0));
      for (int i = 0; i < 4; ++i) offers.push_back(co_await PutOffer(replicas.Any(0), shop, 12));
      for (unsigned i = 0; i < 60; ++i) {
        group.Spawn("walker", Walk(replicas, offers, shop.Scope(), seed * 60 + i));
      }
    });
    EXPECT_EQ(BrokenInvariants(), "0");
    if (::testing::Test::HasFailure()) break;
  }
}

// What became of a step whose connection may break: it is repeated until it answers, as the order saga does.
Task<std::string> UntilAnswered(Stores& stores, domain::OrderId order, std::vector<domain::Line> lines) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    try {
      const auto outcome = co_await stores.reservations.Reserve(Soon(), order, lines);
      co_return std::holds_alternative<storage::Reserved>(outcome) ? "reserved" : "refused";
    } catch (const Error& error) {
      if (error.code != Code::kUnavailable && error.code != Code::kDeadlineExceeded) throw;
    }
    co_await runtime::SleepFor(20ms);
  }
  co_return "gave up";
}

Task<> BuyThroughBreaks(Stores& stores, domain::OfferId offer, int& reserved) {
  const auto outcome = co_await UntilAnswered(stores, domain::OrderId::New(), {{offer, 1}});
  EXPECT_NE(outcome, "gave up");
  if (outcome == "reserved") ++reserved;
}

TEST(StockRace_ConnectionsBreak, EveryAnsweredReservationExistsOnce) {
  domain::OfferId offer;
  int reserved = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto gate = testing::TcpGate::ToPostgres(io);
    auto options = Settings();
    options.conninfo = Disk().ConninfoVia("127.0.0.1", gate.Port());
    Stores stores(io, options);
    co_await stores.database.Open(Soon());
    offer = co_await PutOffer(stores, co_await OpenShop(stores), 1000);
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (std::size_t round = 0; round < 8; ++round) {
      gate.CutAfter(testing::TcpGate::Direction::kReplies, 40 + 61 * round);
      for (int i = 0; i < 5; ++i) group.Spawn("buyer", BuyThroughBreaks(stores, offer, reserved));
      co_await runtime::SleepFor(5ms);
      gate.Pass();
      co_await group.Join(Soon());
    }
    co_await stores.database.Close(Soon());
  });
  EXPECT_EQ(reserved, 40);
  EXPECT_EQ(StockOf(offer), "1000/40");
  EXPECT_EQ(BrokenInvariants(), "0");
}

}  // namespace
}  // namespace market::product
