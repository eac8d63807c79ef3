#include "services/order/workers/timers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "platform/testing/run_loop.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order {
namespace {

using namespace std::chrono_literals;
using domain::State;
using testing::MovingStore;
using testing::Soon;
using testing::Sql;
using testing::ToldOf;

// The timers of one process, over parts whose time the tests let pass.
struct TimedStore : MovingStore {
  using MovingStore::MovingStore;

  // All of its parts have been in their states for as long.
  static void LetPass(const domain::Order& order, const std::string& time) {
    Sql("UPDATE seller_order SET moved_at = market_now() - interval '" + time + "' WHERE order_id = '" +
        order.id.ToString() + "'");
  }
  static std::string Of(const domain::SellerOrder& part, const std::string& columns) {
    return Sql("SELECT " + columns + " FROM seller_order WHERE id = '" + part.id.ToString() + "'");
  }
  // "PLACED>REJECTED system, …", without the beginning.
  static std::string History(const domain::SellerOrder& part) {
    return Sql(
        "SELECT string_agg(from_state || '>' || to_state || ' ' || actor, ', ' ORDER BY sequence) FROM"
        " order_event WHERE from_state <> 'PENDING_PAYMENT' AND seller_order_id = '" +
        part.id.ToString() + "'");
  }
  Task<> MoveTo(const domain::SellerOrder& part, State to) {
    for (const auto step : {State::kAccepted, State::kShipped, State::kDelivered}) {
      if (step <= to) co_await Move(part, step, part.seller);
    }
  }
  // Until nothing is due.
  Task<> Run() {
    while (co_await timers.Moving().RunOnce() > 0) {
    }
  }

  telemetry::Tracer tracer;
  outbox::Relay relay{database, tracer, {}};
  SystemClock clock;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  storage::Timers due{database, {}};
  storage::Returns returns{database, std::chrono::hours(14 * 24)};
  PartTimers timers{
      due,    transitions, returns, relay,
      tracer, clock,       metrics, {.patience = {.tries = 2, .backoff = {.initial = 1ms, .max = 2ms}}}};
};

template <class Body>
void WithTimers(Body body) {
  testing::WithStore<TimedStore>(std::move(body));
}

TEST(PartTimers, WhatItsShopDoesNotAccept_IsRejectedAndPaidBack) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& [late, other] = std::pair(order.parts[0], order.parts[1]);
    co_await store.Move(other, State::kAccepted, other.seller);
    TimedStore::LetPass(order, "71 hours 59 minutes");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(late, "state"), "PLACED");

    TimedStore::LetPass(order, "72 hours 1 second");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(late, "state"), "REJECTED");
    EXPECT_EQ(TimedStore::History(late), "PLACED>REJECTED system");
    EXPECT_EQ(TimedStore::Of(other, "state"), "ACCEPTED") << "who has accepted may take his time";
    const auto told = events::LastTold<api::order::SellerOrderRejected>(testing::SharedDatabase(),
                                                                        "seller_order/" + late.id.ToString());
    EXPECT_EQ(told.actor(), "system");
    EXPECT_EQ(
        Sql("SELECT count(*) FROM outbox WHERE topic = 'order.payment' AND key LIKE '" + order.id.ToString() +
            "%' AND position(convert_to('" + late.id.ToString() + "', 'UTF8') IN payload) > 0"),
        "1")
        << "its money goes back";
    EXPECT_EQ(Sql("SELECT count(*) FROM part_timer"), "0");
  });
}

TEST(PartTimers, WhatWasSent_ArrivesAndIsCompletedInTheEnd) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    co_await store.MoveTo(part, State::kShipped);
    TimedStore::LetPass(order, "13 days 23 hours");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(part, "state"), "SHIPPED");
    TimedStore::LetPass(order, "14 days 1 second");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(part, "state"), "DELIVERED") << "and its time begins anew";
    TimedStore::LetPass(order, "14 days 1 second");
    co_await store.Run();
    EXPECT_EQ(TimedStore::History(part),
              "PLACED>ACCEPTED seller, ACCEPTED>SHIPPED seller, SHIPPED>DELIVERED system,"
              " DELIVERED>COMPLETED system");
    EXPECT_TRUE(ToldOf(part).ends_with("order.SellerOrderDelivered 5, order.SellerOrderCompleted 6"));
    TimedStore::LetPass(order, "1000 days");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(part, "state"), "COMPLETED");
  });
}

TEST(PartTimers, UnitsThatAreCancelled_GiveNoMoreTime) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    TimedStore::LetPass(order, "73 hours");
    co_await store.CancelUnits(order, {{order.parts[0].lines[0].id, 1}});
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(order.parts[0], "state"), "REJECTED");
  });
}

// It is found overdue, and accepted before it is moved.
TEST(PartTimers, WhatWasAcceptedMeanwhile_StaysSo) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    co_await store.Move(part, State::kAccepted, part.seller);
    storage::Ending ending;
    ending.to = State::kRejected;
    ending.from = State::kPlaced;
    const auto reject = [&]() -> Task<> {
      co_await store.transitions.End(Soon(), part.id, storage::Scope::Everything(), ending, Uuid::NewV7(), "",
                                     testing::Now());
    };
    EXPECT_EQ(co_await testing::ReasonOf(reject()), "ILLEGAL_TRANSITION");
    EXPECT_EQ(TimedStore::Of(part, "state"), "ACCEPTED");
  });
}

TEST(PartTimers, SeveralProcesses_MoveEachPartOnce) {
  WithTimers([](TimedStore& store) -> Task<> {
    std::vector<domain::Order> orders;
    for (int i = 0; i < 10; ++i) {
      orders.push_back(co_await store.Placed());
      TimedStore::LetPass(orders.back(), "73 hours");
    }
    PartTimers others(store.due, store.transitions, store.returns, store.relay, store.tracer, store.clock,
                      store.metrics, {});
    const auto run = [](PartTimers& timers) -> Task<> {
      while (co_await timers.Moving().RunOnce() > 0) {
      }
    };
    std::vector<Task<>> both;
    both.push_back(run(store.timers));
    both.push_back(run(others));
    co_await market::testing::AtOnce(std::move(both));
    for (const auto& order : orders) {
      for (const auto& part : order.parts) {
        EXPECT_EQ(TimedStore::History(part), "PLACED>REJECTED system");
      }
    }
  });
}

TEST(PartTimers, APartThatBreaks_IsParkedAndStopsNoOther) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& [broken, other] = std::pair(order.parts[0], order.parts[1]);
    TimedStore::LetPass(order, "73 hours");
    Sql("ALTER TABLE seller_order ADD CONSTRAINT test_refuses CHECK (id <> '" + broken.id.ToString() +
        "' OR state = 'PLACED')");
    const auto parked = [&] {
      return Sql(
          "SELECT failures || ' ' || (parked_at IS NOT NULL) || ' ' || (last_error LIKE '%test_refuses%')"
          " FROM part_timer WHERE seller_order_id = '" +
          broken.id.ToString() + "'");
    };
    while (parked() != "2 true true") co_await store.timers.Moving().RunOnce();
    EXPECT_EQ(TimedStore::Of(other, "state"), "REJECTED");
    EXPECT_EQ(store.timers.Moving().Rounds().Now().parked.value_or(0) +
                  static_cast<std::int64_t>(co_await store.timers.Moving().RunOnce()),
              0);
    EXPECT_EQ(store.timers.Moving().Rounds().Now().parked, 1);

    Sql("ALTER TABLE seller_order DROP CONSTRAINT test_refuses");
    Sql("UPDATE part_timer SET parked_at = NULL, failures = 0, next_run_at = market_now()");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(broken, "state"), "REJECTED");
  });
}

// A return of one unit of the first part, which has arrived.
Task<domain::Return> Coming(TimedStore& store, const domain::Order& order) {
  const auto& part = order.parts[0];
  if (TimedStore::Of(part, "state") == "PLACED") co_await store.MoveTo(part, State::kDelivered);
  co_return co_await store.returns.Request(
      Soon(),
      {.id = domain::ReturnId::New(), .order = order.id, .part = part.id, .units = {{part.lines[0].id, 1}}},
      order.buyer, testing::Now());
}

Task<> StepTo(TimedStore& store, const domain::Return& coming, domain::ReturnState to) {
  co_await store.returns.Move(Soon(), coming.id, storage::Scope::Everything(),
                              {.to = to, .actor = {domain::ActorRole::kSeller, AccountId::New()}},
                              Uuid::NewV7(), "", testing::Now());
}

void LetPass(const domain::Return& coming, const std::string& time) {
  Sql("UPDATE order_return SET moved_at = market_now() - interval '" + time + "' WHERE id = '" +
      coming.id.ToString() + "'");
}

// "REQUESTED buyer, APPROVED system".
std::string StepsOf(const domain::Return& coming) {
  return Sql(
      "SELECT string_agg(state || ' ' || actor, ', ' ORDER BY sequence) FROM order_return_step WHERE "
      "return_id = '" +
      coming.id.ToString() + "'");
}

Task<> ExpectReturnsMoveOn(TimedStore& store) {
  const auto order = co_await store.Placed();
  const auto unsent = co_await Coming(store, order);
  const auto looked = co_await Coming(store, order);
  LetPass(unsent, "71 hours 59 minutes");
  LetPass(looked, "72 hours 1 second");
  co_await store.Run();
  EXPECT_EQ(StepsOf(unsent), "REQUESTED buyer");
  EXPECT_EQ(StepsOf(looked), "REQUESTED buyer, APPROVED system");
  LetPass(unsent, "72 hours 1 second");
  co_await store.Run();
  co_await StepTo(store, looked, domain::ReturnState::kReceived);
  for (const auto* time : {"13 days 23 hours", "14 days 1 second"}) {
    LetPass(unsent, time);
    LetPass(looked, time);
    co_await store.Run();
  }
  EXPECT_EQ(StepsOf(unsent), "REQUESTED buyer, APPROVED system, REJECTED system");
  EXPECT_EQ(StepsOf(looked), "REQUESTED buyer, APPROVED system, RECEIVED seller, CLOSED system");
  const auto rejected =
      (co_await store.returns.Find(Soon(), unsent.id, storage::Scope::Everything())).value();
  EXPECT_EQ(rejected.rejected_reason, "it was not sent in time");
  const auto payment = co_await store.PaymentCommands(order.id);
  EXPECT_EQ(payment.back().refund().reason(), "returned");
  EXPECT_EQ(payment.back().refund().amount().amount(), 1999);
  EXPECT_EQ(Sql("SELECT count(*) FROM return_timer"), "0");
}
TEST(ReturnTimers, WhatNobodyMoves_MovesOn) { WithTimers(ExpectReturnsMoveOn); }

TEST(ReturnTimers, OnItsWay_WaitsForTheShop) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto coming = co_await Coming(store, co_await store.Placed());
    co_await StepTo(store, coming, domain::ReturnState::kApproved);
    co_await StepTo(store, coming, domain::ReturnState::kInTransit);
    LetPass(coming, "1000 days");
    co_await store.Run();
    EXPECT_EQ(StepsOf(coming), "REQUESTED buyer, APPROVED seller, IN_TRANSIT seller");
  });
}

TEST(ReturnTimers, WhatIsToComeBack_IsNotCompletedMeanwhile) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto coming = co_await Coming(store, order);
    TimedStore::LetPass(order, "1000 days");
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(order.parts[0], "state"), "DELIVERED");
    co_await StepTo(store, coming, domain::ReturnState::kRejected);
    co_await store.Run();
    EXPECT_EQ(TimedStore::Of(order.parts[0], "state"), "COMPLETED");
  });
}

// It is found overdue, and received before it is moved: the shop is no more too late.
TEST(ReturnTimers, WhatWasReceivedMeanwhile_IsNotRejected) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto coming = co_await Coming(store, co_await store.Placed());
    co_await StepTo(store, coming, domain::ReturnState::kApproved);
    co_await StepTo(store, coming, domain::ReturnState::kReceived);
    const storage::ReturnMove late{.to = domain::ReturnState::kRejected,
                                   .from = domain::ReturnState::kApproved};
    EXPECT_EQ(co_await testing::ReasonOf(store.returns.Move(Soon(), coming.id, storage::Scope::Everything(),
                                                            late, Uuid::NewV7(), "", testing::Now())),
              "ILLEGAL_TRANSITION");
  });
}

TEST(ReturnTimers, SeveralProcesses_MoveEachOnce) {
  WithTimers([](TimedStore& store) -> Task<> {
    std::vector<domain::Return> all;
    for (int i = 0; i < 10; ++i) {
      all.push_back(co_await Coming(store, co_await store.Placed()));
      co_await StepTo(store, all.back(), domain::ReturnState::kApproved);
      co_await StepTo(store, all.back(), domain::ReturnState::kReceived);
      LetPass(all.back(), "15 days");
    }
    PartTimers others(store.due, store.transitions, store.returns, store.relay, store.tracer, store.clock,
                      store.metrics, {});
    const auto run = [](PartTimers& timers) -> Task<> {
      while (co_await timers.Moving().RunOnce() > 0) {
      }
    };
    std::vector<Task<>> both;
    both.push_back(run(store.timers));
    both.push_back(run(others));
    co_await market::testing::AtOnce(std::move(both));
    for (const auto& coming : all) {
      EXPECT_EQ(StepsOf(coming), "REQUESTED buyer, APPROVED seller, RECEIVED seller, CLOSED system");
      EXPECT_EQ((co_await store.PaymentCommands(coming.order)).size(), 2u);
    }
  });
}

TEST(ReturnTimers, OneThatBreaks_IsParked) {
  WithTimers([](TimedStore& store) -> Task<> {
    const auto coming = co_await Coming(store, co_await store.Placed());
    LetPass(coming, "73 hours");
    Sql("ALTER TABLE order_return ADD CONSTRAINT test_refuses CHECK (id <> '" + coming.id.ToString() +
        "' OR state = 'REQUESTED')");
    const auto parked = [&] {
      return Sql("SELECT failures || ' ' || (parked_at IS NOT NULL) FROM return_timer WHERE return_id = '" +
                 coming.id.ToString() + "'");
    };
    while (parked() != "2 true") co_await store.timers.Moving().RunOnce();
    Sql("ALTER TABLE order_return DROP CONSTRAINT test_refuses");
    Sql("UPDATE return_timer SET parked_at = NULL, failures = 0, next_run_at = market_now()");
    co_await store.Run();
    EXPECT_EQ(StepsOf(coming), "REQUESTED buyer, APPROVED system");
  });
}

}  // namespace
}  // namespace market::order
