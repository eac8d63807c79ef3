// What comes back, by lines and quantities: who is refused what, what it costs, what it makes true elsewhere.
#include "services/order/storage/returns.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/picture_claims/claims.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/order/domain/price.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::Return;
using domain::ReturnState;
using domain::State;
using testing::Now;
using testing::ReasonOf;
using testing::SharedDatabase;
using testing::Soon;
using testing::Sql;

constexpr std::int64_t kDeliveryMinor = 490;

// Two units of 1999 each and 490 for their delivery; and another shop's part.
domain::Order AnOrderWithDelivery() {
  auto order = testing::AnOrder();
  auto& part = order.parts[0];
  part.delivery.price = domain::MakePrice(kDeliveryMinor, {}, {}, domain::TaxMode::kIncluded);
  part.total.minor += kDeliveryMinor;
  order.total.minor += kDeliveryMinor;
  return order;
}

struct ReturningStore : testing::MovingStore {
  using MovingStore::MovingStore;

  Task<domain::Order> Sent(State to = State::kDelivered) {
    auto order = co_await Placed(AnOrderWithDelivery());
    co_await SendOn(order.parts[0], to);
    co_return order;
  }
  Task<> SendOn(const domain::SellerOrder& part, State to) {
    for (const auto step : {State::kAccepted, State::kShipped, State::kDelivered}) {
      if (step <= to) co_await Move(part, step, part.seller);
    }
  }
  Task<Return> Request(const domain::Order& order, std::int64_t units, Uuid operation = Uuid::NewV7()) {
    const auto& part = order.parts[0];
    NewReturn wanted{.id = domain::ReturnId(operation),
                     .order = order.id,
                     .part = part.id,
                     .units = {{part.lines[0].id, units}},
                     .reason = domain::ReturnReason::kDamaged,
                     .text = "The box was wet."};
    return returns.Request(Soon(), std::move(wanted), order.buyer, Now());
  }
  Task<Return> Step(const Return& coming, ReturnMove move, Uuid operation = Uuid::NewV7()) {
    return returns.Move(Soon(), coming.id, Scope::Everything(), std::move(move), operation, "", Now());
  }
  Task<Return> Step(const Return& coming, ReturnState to) {
    return Step(coming, {.to = to, .actor = {domain::ActorRole::kSeller, AccountId::New()}});
  }
  static std::string LineOf(const domain::Order& order) {
    return Sql("SELECT cancelled || ' ' || shipped || ' ' || returned FROM order_line WHERE id = '" +
               order.parts[0].lines[0].id.ToString() + "'");
  }
  static std::string ToldOf(const Return& coming) {
    return events::Told(SharedDatabase(), "return/" + coming.id.ToString());
  }

  Returns returns{database, std::chrono::hours(14 * 24)};
};

void WithReturns(auto body) { testing::WithStore<ReturningStore>(std::move(body)); }

Task<> ExpectTheWholeWay(ReturningStore& store) {
  const auto order = co_await store.Sent();
  const auto before = co_await store.Read(order);
  const auto asked = co_await store.Request(order, 1);
  EXPECT_EQ(asked.number, order.parts[0].number + "-R1");
  EXPECT_EQ(asked.seller, order.parts[0].seller);
  EXPECT_EQ(asked.amount_minor, 1999);
  EXPECT_EQ(asked.lines.at(0).title, order.parts[0].lines[0].title);
  EXPECT_EQ(ReturningStore::LineOf(order), "0 2 0");
  const ReturnMove ship{.to = ReturnState::kInTransit,
                        .actor = {domain::ActorRole::kBuyer, order.buyer},
                        .shipment = Shipment{"Royal Mail", "RM2"}};
  co_await store.Step(asked, ReturnState::kApproved);
  co_await store.Step(asked, ship);
  const auto received = co_await store.Step(asked, ReturnState::kReceived);
  EXPECT_EQ(received.tracking_number, "RM2");
  EXPECT_EQ((co_await store.PaymentCommands(order.id)).size(), 1u) << "the capture: no money with the parcel";
  const ReturnMove close{.to = ReturnState::kClosed,
                         .actor = {domain::ActorRole::kSeller, AccountId::New()},
                         .restock = {.what = Restock::What::kAll}};
  const auto closed = co_await store.Step(asked, close);
  EXPECT_EQ(closed.amount_minor, 1999);
  EXPECT_EQ(closed.lines.at(0).restocked, 1);
  EXPECT_EQ(closed.version, 5);
  std::string steps;
  for (const auto& step : closed.steps) steps.append(Name(step.state)).append(" ");
  EXPECT_EQ(steps, "REQUESTED APPROVED IN_TRANSIT RECEIVED CLOSED ");
  EXPECT_EQ(ReturningStore::LineOf(order), "0 2 1");
  const auto refund = (co_await store.PaymentCommands(order.id)).back().refund();
  EXPECT_EQ(refund.amount().amount(), 1999);
  EXPECT_EQ(refund.reason(), "returned");
  const auto restock = (co_await store.StockCommands(order.id)).back().restock();
  EXPECT_EQ(restock.lines(0).line_id(), order.parts[0].lines[0].id.ToString());
  EXPECT_EQ(restock.lines(0).quantity(), 1);
  EXPECT_EQ(ReturningStore::ToldOf(asked),
            "order.ReturnRequested 1, order.ReturnApproved 2, order.ReturnShipped 3, order.ReturnReceived 4, "
            "order.ReturnClosed 5");
  const auto after = co_await store.Read(order);
  EXPECT_EQ(after.version, before.version + 1) << "whoever shows it asks again";
  EXPECT_EQ(after.parts.at(0).version, before.parts.at(0).version + 1);
}
TEST(Returns, FromTheRequest_ToItsRefund) { WithReturns(ExpectTheWholeWay); }

// The last unit brings back what is left of the part, its delivery too, whichever way the others went.
Task<> ExpectTheLastUnitBringsAll(ReturningStore& store) {
  for (const bool cancelled_before : {false, true}) {
    auto order = co_await store.Placed(AnOrderWithDelivery());
    if (cancelled_before) co_await store.CancelUnits(order, {{order.parts[0].lines[0].id, 1}});
    co_await store.SendOn(order.parts[0], State::kDelivered);
    if (!cancelled_before) {
      const auto first = co_await store.Request(order, 1);
      co_await store.Step(first, ReturnState::kApproved);
      co_await store.Step(first, ReturnState::kClosed);
    }
    const auto last = co_await store.Request(order, 1);
    EXPECT_EQ(last.amount_minor, 1999 + kDeliveryMinor);
    co_await store.Step(last, ReturnState::kApproved);
    const auto closed = co_await store.Step(last, ReturnState::kClosed);
    EXPECT_EQ(closed.amount_minor, 1999 + kDeliveryMinor);
    EXPECT_FALSE((co_await store.PaymentCommands(order.id)).back().refund().has_amount())
        << "all that is left";
    EXPECT_FALSE((co_await store.StockCommands(order.id)).back().has_restock()) << "nobody said so";
  }
}
TEST(Returns, TheLastUnit_BringsBackAllThatIsLeft) { WithReturns(ExpectTheLastUnitBringsAll); }

Task<> ExpectRefusals(ReturningStore& store) {
  const auto order = co_await store.Sent(State::kAccepted);
  const auto& part = order.parts[0];
  EXPECT_EQ(co_await ReasonOf(store.Request(order, 1)), "ILLEGAL_TRANSITION") << "nothing was sent";
  co_await store.Move(part, State::kShipped, part.seller);
  EXPECT_EQ(co_await ReasonOf(store.Request(order, 3)), "ILLEGAL_TRANSITION");
  const auto first = co_await store.Request(order, 1);
  EXPECT_EQ(co_await ReasonOf(store.Request(order, 2)), "ILLEGAL_TRANSITION") << "one is on its way";
  const auto request = [&](domain::OrderId of, domain::SellerOrderId which, AccountId as) {
    return ReasonOf(store.returns.Request(
        Soon(), {.id = domain::ReturnId::New(), .order = of, .part = which, .units = {{part.lines[0].id, 1}}},
        as, Now()));
  };
  EXPECT_EQ(co_await request(order.id, part.id, AccountId::New()), "NOT_FOUND");
  EXPECT_EQ(co_await request(domain::OrderId::New(), part.id, order.buyer), "NOT_FOUND");
  EXPECT_EQ(co_await request(order.id, order.parts[1].id, order.buyer), "NOT_FOUND")
      << "a line of another part";
  // What was rejected may be asked for again; what is back may not.
  co_await store.Step(first, ReturnState::kRejected);
  const auto again = co_await store.Request(order, 2);
  EXPECT_EQ(again.number, part.number + "-R2");
  co_await store.Step(again, ReturnState::kApproved);
  co_await store.Step(again, ReturnState::kClosed);
  EXPECT_EQ(co_await ReasonOf(store.Request(order, 1)), "ILLEGAL_TRANSITION");
  const auto strangers = Scope::Sellers({order.parts[1].seller});
  EXPECT_EQ(co_await ReasonOf(store.returns.Move(Soon(), again.id, strangers, {}, Uuid::NewV7(), "", Now())),
            "NOT_FOUND");
}
TEST(Returns, WhatIsNotThere_IsRefused) { WithReturns(ExpectRefusals); }

TEST(Returns, TheirWindow_BeginsWhenItIsDelivered) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto late = [](const domain::Order& order, const std::string& by) {
      const auto of = " WHERE seller_order_id = '" + order.parts[0].id.ToString() + "'";
      Sql("ALTER TABLE order_event DISABLE TRIGGER USER; UPDATE order_event SET at = at - interval '" + by +
          "'" + of + "; ALTER TABLE order_event ENABLE TRIGGER USER");
    };
    const auto shipped = co_await store.Sent(State::kShipped);
    late(shipped, "100 days");
    co_await store.Request(shipped, 1);
    const auto delivered = co_await store.Sent();
    late(delivered, "13 days 23 hours");
    co_await store.Request(delivered, 1);
    late(delivered, "2 hours");
    EXPECT_EQ(co_await ReasonOf(store.Request(delivered, 1)), "RETURN_WINDOW_OVER");
    co_await store.transitions.Move(Soon(), delivered.parts[0].id, Scope::Buyer(delivered.buyer),
                                    State::kCompleted, {domain::ActorRole::kBuyer, delivered.buyer},
                                    Uuid::NewV7(), "", Now());
    EXPECT_EQ(co_await ReasonOf(store.Request(delivered, 1)), "RETURN_WINDOW_OVER");
  });
}

// Whatever the code says, and whoever says it.
TEST(Returns, TheSchema_KnowsTheSameMoves) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto order = co_await store.Sent();
    const auto coming = co_await store.Request(order, 1);
    const auto row = " WHERE id = '" + coming.id.ToString() + "'";
    for (const auto from : domain::kReturnStates.words) {
      for (const auto to : domain::kReturnStates.words) {
        if (from == to) continue;
        const auto amount = to == "REJECTED" ? "NULL" : "1";
        const auto set = [&](std::string_view state, const std::string& what) {
          return "UPDATE order_return SET state = '" + std::string(state) + "', amount_minor = " + what + row;
        };
        std::string refusal;
        Sql("ALTER TABLE order_return DISABLE TRIGGER USER");
        Sql(set(from, from == "REJECTED" ? "NULL" : "1"));
        Sql("ALTER TABLE order_return ENABLE TRIGGER USER");
        try {
          Sql(set(to, amount));
        } catch (const std::exception& error) {
          refusal = error.what();
        }
        EXPECT_EQ(refusal.empty(),
                  MayMove(domain::kReturnStates.Require(from), domain::kReturnStates.Require(to)))
            << from << " to " << to << ": " << refusal;
      }
    }
  });
}

Task<> ExpectRepetitionsChangeNothing(ReturningStore& store) {
  const auto order = co_await store.Sent();
  const auto operation = Uuid::NewV7();
  const auto asked = co_await store.Request(order, 1, operation);
  EXPECT_EQ((co_await store.Request(order, 1, operation)).id, asked.id);
  co_await store.Step(asked, ReturnState::kApproved);
  const auto closing = Uuid::NewV7();
  const ReturnMove close{.to = ReturnState::kClosed,
                         .actor = {domain::ActorRole::kSeller, AccountId::New()},
                         .restock = {.what = Restock::What::kAll}};
  for (int run = 0; run < 2; ++run) {
    const auto closed = co_await store.Step(asked, close, closing);
    EXPECT_EQ(closed.version, 3);
  }
  EXPECT_EQ(ReturningStore::LineOf(order), "0 2 1");
  EXPECT_EQ((co_await store.PaymentCommands(order.id)).size(), 2u);
  EXPECT_EQ(co_await ReasonOf(store.Step(asked, close)), "ILLEGAL_TRANSITION") << "another operation";
}
TEST(Returns, ARepetition_ChangesNothing) { WithReturns(ExpectRepetitionsChangeNothing); }

// One of two has the last unit.
TEST(Returns, TwoAtOnce_OfTheLastUnit) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto order = co_await store.Sent();
    co_await store.Request(order, 1);
    std::vector<std::string> reasons(4);
    std::vector<Task<>> all;
    for (auto& reason : reasons) {
      all.push_back([](ReturningStore& in, const domain::Order& of, std::string& why) -> Task<> {
        why = co_await ReasonOf(in.Request(of, 1));
      }(store, order, reason));
    }
    co_await market::testing::AtOnce(std::move(all));
    EXPECT_EQ(std::ranges::count(reasons, ""), 1);
    EXPECT_EQ(std::ranges::count(reasons, "ILLEGAL_TRANSITION"), 3);
    EXPECT_EQ(Sql("SELECT sum(quantity) FROM order_return_line WHERE line_id = '" +
                  order.parts[0].lines[0].id.ToString() + "'"),
              "2");
  });
}

// Two closed at once: one of them was the last, and brings the delivery.
TEST(Returns, TwoClosedAtOnce_GiveBackAllTogether) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto order = co_await store.Sent();
    std::vector<Return> both{co_await store.Request(order, 1), co_await store.Request(order, 1)};
    std::vector<std::int64_t> amounts(2);
    std::vector<Task<>> all;
    for (std::size_t i = 0; i < both.size(); ++i) {
      co_await store.Step(both[i], ReturnState::kApproved);
      all.push_back([](ReturningStore& in, const Return& coming, std::int64_t& amount) -> Task<> {
        amount = (co_await in.Step(coming, ReturnState::kClosed)).amount_minor.value();
      }(store, both[i], amounts[i]));
    }
    co_await market::testing::AtOnce(std::move(all));
    EXPECT_EQ(amounts[0] + amounts[1], 2 * 1999 + kDeliveryMinor);
    EXPECT_EQ(ReturningStore::LineOf(order), "0 2 2");
  });
}

// A return of what was sent and a cancellation of what was not, at once, of one line.
TEST(Returns, ACloseAgainstACancellation_AddUp) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto order = co_await store.Placed(AnOrderWithDelivery());
    const auto& line = order.parts[0].lines[0];
    Sql("UPDATE order_line SET shipped = 1 WHERE id = '" + line.id.ToString() + "'");
    const auto coming = co_await store.Request(order, 1);
    co_await store.Step(coming, ReturnState::kApproved);
    std::vector<Task<>> all;
    all.push_back([](ReturningStore& in, const Return& which) -> Task<> {
      co_await in.Step(which, ReturnState::kClosed);
    }(store, coming));
    all.push_back([](ReturningStore& in, const domain::Order& of) -> Task<> {
      co_await in.CancelUnits(of, {{of.parts[0].lines[0].id, 1}});
    }(store, order));
    co_await market::testing::AtOnce(std::move(all));
    EXPECT_EQ(ReturningStore::LineOf(order), "1 1 1");
  });
}

TEST(Returns, AnOperatorsAct_IsOnRecord) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto order = co_await store.Sent();
    const auto coming = co_await store.Request(order, 1);
    co_await store.Step(coming, {.to = ReturnState::kRejected,
                                 .actor = {domain::ActorRole::kOperator, AccountId::New(), audit::SomeAct()},
                                 .rejected_reason = "It was used."});
    EXPECT_EQ(Sql("SELECT target_type || ' ' || (before ->> 'state') || ' ' || (after ->> 'state') FROM "
                  "audit_event WHERE target_id = '" +
                  coming.id.ToString() + "'"),
              "return REQUESTED REJECTED");
    const auto found = (co_await store.returns.Find(Soon(), coming.id, Scope::Buyer(order.buyer))).value();
    EXPECT_EQ(found.rejected_reason, "It was used.");
    EXPECT_EQ(found.amount_minor, std::nullopt);
  });
}

Task<> ExpectReturnLists(ReturningStore& store) {
  const auto order = co_await store.Sent();
  const auto& part = order.parts[0];
  const auto first = co_await store.Request(order, 1);
  const auto second = co_await store.Request(order, 1);
  co_await store.Step(first, ReturnState::kApproved);
  const auto listed = [&](Scope scope, ReturnsWanted wanted,
                          std::optional<domain::ReturnId> before = {}) -> Task<std::string> {
    std::string all;
    for (const auto& one : co_await store.returns.List(Soon(), std::move(scope), wanted, before, 10))
      all += one.id == first.id ? "first " : one.id == second.id ? "second " : "another ";
    co_return all;
  };
  EXPECT_EQ(co_await listed(Scope::Buyer(order.buyer), {}), "second first ");
  EXPECT_EQ(co_await listed(Scope::Buyer(order.buyer), {}, second.id), "first ");
  EXPECT_EQ(co_await listed(Scope::Buyer(AccountId::New()), {}), "");
  EXPECT_EQ(co_await listed(Scope::Buyer(AccountId::New()), {.order = order.id}), "");
  EXPECT_EQ(co_await listed(Scope::Sellers({part.seller}), {.state = ReturnState::kApproved}), "first ");
  EXPECT_EQ(co_await listed(Scope::Sellers({order.parts[1].seller}), {.buyer = order.buyer}), "");
  EXPECT_EQ(co_await listed(Scope::Everything(), {.seller = part.seller}), "second first ");
  EXPECT_EQ(co_await listed(Scope::Everything(), {.buyer = order.buyer, .order = order.id}), "second first ");
  EXPECT_EQ(co_await listed(Scope::Everything(), {.seller = SellerId::New()}), "");
  EXPECT_TRUE((co_await listed(Scope::Everything(), {})).starts_with("second first "));
  for (const auto& scope : {Scope::Buyer(order.buyer), Scope::Sellers({part.seller}),
                            Scope::BuyerOrSellers(AccountId::New(), {part.seller})})
    EXPECT_TRUE((co_await store.returns.Find(Soon(), first.id, scope)).has_value());
  EXPECT_FALSE((co_await store.returns.Find(Soon(), first.id, Scope::BuyerOrSellers(AccountId::New(), {})))
                   .has_value());
}
TEST(Returns, EachList_ShowsItsOwn) { WithReturns(ExpectReturnLists); }

TEST(Returns, TheirPictures_AreKeptByTheirClaim) {
  WithReturns([](ReturningStore& store) -> Task<> {
    const auto order = co_await store.Sent();
    picture_claims::Claims claims(store.database, Returns::FindPictures());
    const auto id = domain::ReturnId::New();
    const auto request = [&](std::int64_t claim) {
      return store.returns.Request(Soon(),
                                   {.id = id,
                                    .order = order.id,
                                    .part = order.parts[0].id,
                                    .units = {{order.parts[0].lines[0].id, 1}},
                                    .pictures = {"picture 1 2 3"},
                                    .claim = claim},
                                   order.buyer, Now());
    };
    std::vector<std::string> told;
    const auto tell = [&](picture_claims::Claims::Settled settled) -> Task<> {
      told.push_back(settled.shown_by == id.Value() && !settled.shown.empty() ? settled.shown.front()
                                                                              : "nothing");
      co_return;
    };
    const auto late = co_await claims.Begin(Soon(), id.Value());
    EXPECT_FALSE(co_await claims.SettleDue(Soon(), tell)) << "its request is under way";
    Sql("UPDATE picture_claim SET due_at = market_now()");
    EXPECT_TRUE(co_await claims.SettleDue(Soon(), tell));
    EXPECT_EQ(co_await ReasonOf(request(late)), "UNAVAILABLE") << "user has let them go";
    co_await request(co_await claims.Begin(Soon(), id.Value()));
    EXPECT_TRUE(co_await claims.SettleDue(Soon(), tell));
    EXPECT_EQ(told, (std::vector<std::string>{"nothing", "picture 1 2 3"}));
    EXPECT_EQ(Sql("SELECT count(*) FROM picture_claim"), "0");
  });
}

}  // namespace
}  // namespace market::order::storage
