// Many buyers at once, over several Database objects as several replicas have them, and broken connections:
// whatever happens, the stock adds up.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "platform/testing/seeds.hpp"
#include "platform/testing/tcp_gate.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

class Replicas {
 public:
  Replicas(boost::asio::io_context& io, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) replicas_.push_back(std::make_unique<Stores>(io, Settings()));
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
void WithReplicas(Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Replicas replicas(io, 3);
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

// Of one replica: they are settled together, not one after another.
TEST(StockRace_ACrowdForOneOffer, IsSettledInFewUpdates) {
  domain::OfferId offer;
  int sold = 0;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 150);
    for (std::int64_t i = 0; i < 200; ++i)
      group.Spawn("buyer", Buy(replicas.Any(0), {LineOf(offer, 1 + i % 3 / 2)}, sold));
  });
  const auto reserved =
      Sql("SELECT coalesce(sum(held), 0) FROM reservation WHERE offer_id = '" + offer.ToString() + "'");
  EXPECT_EQ(StockOf(offer), "150/" + reserved) << "what is reserved is what lines hold";
  EXPECT_GE(std::stoi(reserved), 149);
  EXPECT_EQ(std::to_string(sold),
            Sql("SELECT count(*) FROM reservation WHERE offer_id = '" + offer.ToString() + "'"));
  EXPECT_LT(std::stoi(Sql("SELECT version FROM stock WHERE offer_id = '" + offer.ToString() + "'")), 20);
  EXPECT_EQ(BrokenInvariants(), "0");
}

TEST(StockRace_OneOrderManyTimesInACrowd, IsReservedOnce) {
  domain::OfferId offer;
  std::map<std::string, int> outcomes;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 40);
    const auto buy = [](Stores& stores, domain::OrderId order, domain::Line line,
                        std::map<std::string, int>& outcomes) -> Task<> {
      const auto outcome = co_await stores.reservations.Reserve(Soon(), order, {line});
      ++outcomes[std::holds_alternative<storage::Reserved>(outcome) ? "reserved" : "not"];
    };
    for (int i = 0; i < 10; ++i) {
      const auto order = domain::OrderId::New();
      const auto line = LineOf(offer, 2);
      for (std::size_t times = 0; times < 5; ++times)
        group.Spawn("buyer", buy(replicas.Any(times / 3), order, line, outcomes));
    }
  });
  EXPECT_EQ(outcomes["reserved"], 50);
  EXPECT_EQ(StockOf(offer), "40/20");
  EXPECT_EQ(BrokenInvariants(), "0");
}

TEST(StockRace_SixtyBuyersForTwentyUnits, SellsExactlyTwenty) {
  domain::OfferId offer;
  int sold = 0;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 20);
    for (std::size_t i = 0; i < 60; ++i) group.Spawn("buyer", Buy(replicas.Any(i), {LineOf(offer, 1)}, sold));
  });
  EXPECT_EQ(sold, 20);
  EXPECT_EQ(StockOf(offer), "20/20");
  EXPECT_EQ(BrokenInvariants(), "0");
}

// The lines come in opposite orders: nobody deadlocks, nobody is turned away.
TEST(StockRace_LinesInEitherOrder, SellsExactlyTwentyOfEach) {
  domain::OfferId a;
  domain::OfferId b;
  int sold = 0;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    const auto shop = co_await OpenShop(replicas.Any(0));
    a = co_await PutOffer(replicas.Any(0), shop, 20);
    b = co_await PutOffer(replicas.Any(0), shop, 20);
    for (std::size_t i = 0; i < 60; ++i) {
      std::vector lines{LineOf(a, 1), LineOf(b, 1)};
      if (i % 2 == 0) std::ranges::reverse(lines);
      group.Spawn("buyer", Buy(replicas.Any(i), std::move(lines), sold));
    }
  });
  EXPECT_EQ(sold, 20);
  EXPECT_EQ(StockOf(a), "20/20");
  EXPECT_EQ(StockOf(b), "20/20");
  EXPECT_EQ(BrokenInvariants(), "0");
}

TEST(StockRace_UnitsInTwoPlaces, NeverSellsMoreThanThereIs) {
  domain::OfferId offer;
  int sold = 0;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 10);
    PutStock(offer, "SECOND", 10);
    for (std::size_t i = 0; i < 60; ++i) group.Spawn("buyer", Buy(replicas.Any(i), {LineOf(offer, 1)}, sold));
  });
  EXPECT_GT(sold, 10);
  EXPECT_EQ(StockOf(offer), "20/" + std::to_string(sold));
  EXPECT_EQ(BrokenInvariants(), "0");
}

Task<> ReserveOnce(Stores& stores, domain::OrderId order, std::vector<domain::Line> lines) {
  EXPECT_TRUE(std::holds_alternative<storage::Reserved>(
      co_await stores.reservations.Reserve(Soon(), order, std::move(lines))));
}

TEST(StockRace_OneOrderReservesThirtyTimes, HoldsOnce) {
  domain::OfferId offer;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 100);
    const auto order = domain::OrderId::New();
    const auto line = LineOf(offer, 7);
    for (std::size_t i = 0; i < 30; ++i) group.Spawn("driver", ReserveOnce(replicas.Any(i), order, {line}));
  });
  EXPECT_EQ(StockOf(offer), "100/7");
}

Task<> ReserveOrBeBarred(Stores& stores, domain::OrderId order, domain::OfferId offer) {
  const auto outcome = co_await stores.reservations.Reserve(Soon(), order, {LineOf(offer, 1)});
  EXPECT_TRUE(std::holds_alternative<storage::Reserved>(outcome) ||
              std::holds_alternative<storage::AlreadyReleased>(outcome));
}

Task<> ReleaseAll(Stores& stores, domain::OrderId order) {
  co_await stores.reservations.Release(Soon(), order, domain::CauseId::New(), {});
}

TEST(StockRace_ReleaseAgainstReserve, NeverLeavesUnitsHeld) {
  domain::OfferId offer;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
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

// An order and what it asks for.
struct Purchase {
  domain::OrderId order = domain::OrderId::New();
  std::vector<domain::Line> lines;
};

Task<> CommitOnce(Stores& stores, domain::OrderId order) {
  EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kDone);
}

Task<> ReleaseSome(Stores& stores, domain::OrderId order, domain::CauseId cause,
                   std::vector<domain::Units> units) {
  co_await stores.reservations.Release(Soon(), order, cause, std::move(units));
}

Task<> ConsumeSome(Stores& stores, domain::OrderId order, domain::CauseId cause,
                   std::vector<domain::Units> units, int& shipped) {
  if (co_await stores.reservations.Consume(Soon(), order, cause, std::move(units)) == storage::Step::kDone)
    ++shipped;
}

// A parcel is packed and a part is cancelled by messages that each come three times.
TEST(StockRace_OneCauseManyTimes, ActsOnce) {
  domain::OfferId offer;
  int shipped = 0;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    offer = co_await PutOffer(replicas.Any(0), co_await OpenShop(replicas.Any(0)), 1000);
    for (std::size_t i = 0; i < 10; ++i) {
      const auto order = domain::OrderId::New();
      const auto line = LineOf(offer, 10);
      co_await ReserveOnce(replicas.Any(i), order, {line});
      co_await CommitOnce(replicas.Any(i), order);
      const auto parcel = domain::CauseId::New();
      const auto cancelled = domain::CauseId::New();
      for (std::size_t twin = 0; twin < 3; ++twin) {
        group.Spawn("ship", ConsumeSome(replicas.Any(twin), order, parcel, {{line.id, 4}}, shipped));
        group.Spawn("cancel", ReleaseSome(replicas.Any(twin + 1), order, cancelled, {{line.id, 5}}));
      }
    }
  });
  EXPECT_EQ(shipped, 30) << "what is repeated is done";
  EXPECT_EQ(StockOf(offer), "960/10");
  EXPECT_EQ(BrokenInvariants(), "0");
}

// Lines are named in either order, so that steps of one order would wait for each other in a circle.
TEST(StockRace_CommitReleaseAndConsumeAtOnce, AccountForEachUnit) {
  domain::OfferId a;
  domain::OfferId b;
  int shipped = 0;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
    const auto shop = co_await OpenShop(replicas.Any(0));
    a = co_await PutOffer(replicas.Any(0), shop, 1000);
    b = co_await PutOffer(replicas.Any(0), shop, 1000);
    for (std::size_t i = 0; i < 10; ++i) {
      const auto order = domain::OrderId::New();
      const std::vector lines{LineOf(a, 5), LineOf(b, 5)};
      co_await ReserveOnce(replicas.Any(i), order, lines);
      const std::vector<domain::Units> there{{lines[0].id, 3}, {lines[1].id, 3}};
      const std::vector<domain::Units> back{there[1], there[0]};
      group.Spawn("commit", CommitOnce(replicas.Any(i), order));
      group.Spawn("cancel", ReleaseSome(replicas.Any(i + 1), order, domain::CauseId::New(), there));
      group.Spawn("ship", ConsumeSome(replicas.Any(i + 2), order, domain::CauseId::New(), back, shipped));
      group.Spawn("ship", ConsumeSome(replicas.Any(i), order, domain::CauseId::New(), there, shipped));
    }
  });
  for (const auto& offer : {a, b}) {
    const auto left = 1000 - 3 * shipped;
    EXPECT_THAT(StockOf(offer), ::testing::StartsWith(std::to_string(left) + "/"));
    EXPECT_EQ(Sql("SELECT count(*) FROM reservation WHERE offer_id = '" + offer.ToString() +
                  "' AND (released = 0 OR held > 0)"),
              "0");
  }
  EXPECT_EQ(BrokenInvariants(), "0");
}

Task<> AdjustOnce(Stores& stores, storage::StockAdjustment adjustment, storage::SellerScope scope) {
  co_await stores.stock.Adjust(Soon(), std::move(adjustment), std::move(scope));
}

TEST(StockRace_OneAdjustmentTwentyTimes, MovesOnce) {
  domain::OfferId offer;
  WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
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

// What all walkers have in common.
struct Market {
  std::vector<domain::OfferId> offers;
  storage::SellerScope scope;
  std::vector<Purchase> orders;
};

// Who loses races for the same rows for too long is told so, on a busy machine; what must hold holds all the same.
template <class T>
Task<> TakeStep(Task<T> step) {
  const auto reason = co_await ReasonOf(std::move(step));
  EXPECT_TRUE(reason.empty() || reason == "UNAVAILABLE") << reason;
}

// Steps of orders, each chosen by chance; other walkers go through the same orders.
Task<> Walk(Replicas& replicas, Market& market, unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  const auto some = [&](std::size_t most) { return static_cast<std::int64_t>(1 + pick(most)); };
  for (int step = 0; step < 25; ++step) {
    auto& reservations = replicas.Any(pick(3)).reservations;
    if (market.orders.empty() || pick(4) == 0) {
      Purchase bought;
      for (auto lines = some(3); lines > 0; --lines)
        bought.lines.push_back(LineOf(market.offers[pick(market.offers.size())], some(3)));
      market.orders.push_back(bought);
      co_await TakeStep(reservations.Reserve(Soon(), bought.order, bought.lines));
      continue;
    }
    const auto [order, lines] = market.orders[pick(market.orders.size())];
    const std::vector<domain::Units> units{{lines[pick(lines.size())].id, some(2)}};
    switch (pick(6)) {
      case 0:
        co_await TakeStep(reservations.Reserve(Soon(), order, lines));
        break;
      case 1:
        co_await TakeStep(reservations.Commit(Soon(), order));
        break;
      case 2:
        co_await TakeStep(reservations.Release(Soon(), order, domain::CauseId::New(), units));
        break;
      case 3:
        co_await TakeStep(reservations.Release(Soon(), order, domain::CauseId::New(), {}));
        break;
      case 4:
        co_await TakeStep(reservations.Consume(Soon(), order, domain::CauseId::New(), units));
        break;
      case 5:
        co_await ReasonOf(replicas.Any(0).stock.Adjust(Soon(),
                                                       {.operation_id = Uuid::NewV7(),
                                                        .offer = market.offers[pick(market.offers.size())],
                                                        .delta = pick(2) == 0 ? 3 : -1,
                                                        .reason = "storm",
                                                        .account = AccountId()},
                                                       market.scope));
        break;
    }
  }
}

TEST(StockRace_StormOfSteps, KeepsEveryInvariant) {
  for (const unsigned seed : testing::Seeds(1, 1)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Market market;
    WithReplicas([&](Replicas& replicas, runtime::TaskGroup& group) -> Task<> {
      const auto shop = co_await OpenShop(replicas.Any(0));
      market.scope = shop.Scope();
      for (int i = 0; i < 4; ++i) market.offers.push_back(co_await PutOffer(replicas.Any(0), shop, 12));
      PutStock(market.offers[0], "SECOND", 12);
      for (unsigned i = 0; i < 60; ++i) group.Spawn("walker", Walk(replicas, market, seed * 60 + i));
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
  const auto outcome = co_await UntilAnswered(stores, domain::OrderId::New(), {LineOf(offer, 1)});
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
