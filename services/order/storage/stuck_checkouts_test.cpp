// Checkouts that people turn or drive: cancelled by their buyer, taken over by an operator, limited by account.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "platform/audit/testing/some_act.hpp"
#include "platform/runtime/both.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order::storage {
namespace {

using domain::FailureReason;
using domain::State;
using namespace std::chrono_literals;
using testing::AnOrder;
using testing::Now;
using testing::OfCheckout;
using testing::SharedDatabase;
using testing::Soon;
using testing::Sql;
using testing::Store;
using testing::WithStore;

void Set(const domain::Order& order, const std::string& columns) {
  Sql("UPDATE checkout SET " + columns + " WHERE order_id = '" + order.id.ToString() + "'");
}
std::string ActsOn(const domain::Order& order) {
  return Sql(
      "SELECT coalesce(string_agg(concat_ws(' ', target_type, before, after), ','), '') FROM audit_event"
      " WHERE target_id = '" +
      order.id.ToString() + "'");
}

domain::Failure CancelledBy(FailureReason who, std::string note = "") {
  return {.reason = who, .shortages = {}, .decline_code = {}, .note = std::move(note)};
}

Task<std::string> RefusalOf(auto task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.reason;
  } catch (const LostLease&) {
    co_return "LOST";
  }
  co_return "";
}

// The driver that is on its way finds out when it wants to place the order.
TEST(CheckoutCancelled, IsUndoneByWhoeverDrivesIt) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    const auto mine = Scope::Buyer(order.buyer);
    const auto why = CancelledBy(FailureReason::kCancelledByBuyer, "ordered twice");
    EXPECT_EQ(co_await RefusalOf(store.checkouts.Cancel(Soon(), order.id, Scope::Buyer(AccountId::New()), why,
                                                        std::nullopt)),
              "NOT_FOUND");
    EXPECT_EQ(OfCheckout(order, "step"), "FORWARD");
    EXPECT_TRUE(co_await store.checkouts.Cancel(Soon(), order.id, mine, why, std::nullopt));
    EXPECT_EQ(co_await RefusalOf(store.checkouts.Place(Soon(), lease, order, {}, Now())), "LOST");
    EXPECT_EQ(
        co_await RefusalOf(store.checkouts.DecideUndo(
            Soon(), lease, {.reason = FailureReason::kOutOfStock, .shortages = {}, .decline_code = {}})),
        "LOST");
    EXPECT_EQ((co_await store.Read(order)).CurrentState(), State::kPendingPayment);

    EXPECT_EQ(co_await store.checkouts.Take(Soon(), order.id), std::nullopt) << "its driver's lease stands";
    Set(order, "lease_until = '-infinity'");
    const auto next = (co_await store.checkouts.Take(Soon(), order.id)).value();
    EXPECT_EQ(next.step, Step::kUndo);
    EXPECT_EQ(next.undo, why);
    EXPECT_TRUE(co_await store.checkouts.Cancel(Soon(), order.id, mine, why, std::nullopt)) << "as before";
    co_await store.checkouts.Fail(Soon(), next, order, next.undo, {.state = domain::PaymentState::kVoided},
                                  Now());
    EXPECT_EQ(order.CurrentState(), State::kFailed);
    EXPECT_EQ(order.failure.reason, FailureReason::kCancelledByBuyer);
    const auto last = (co_await store.orders.History(Soon(), order.id, mine, 0, 100)).value().back();
    EXPECT_EQ(last.actor, domain::ActorRole::kBuyer);
    EXPECT_EQ(last.reason, "ordered twice");
    EXPECT_FALSE(co_await store.checkouts.Cancel(Soon(), order.id, mine, why, std::nullopt)) << "it is over";

    // To cancel it once more changes nothing, whoever asks and under whichever key.
    const auto again = (co_await store.transitions.Cancel(Soon(), order.id, mine, {},
                                                          {domain::ActorRole::kBuyer, order.buyer}, "",
                                                          Uuid::NewV7(), "", Now()))
                           .value();
    EXPECT_EQ(again.parts, 0u);
    EXPECT_EQ(again.order.version, order.version);
  });
}

TEST(CheckoutCancelled, ByAnOperator_IsOnRecordOnce) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    co_await store.checkouts.PutBack(
        Soon(), order.id, lease.fence,
        {.why = "broken", .failures = 3, .then = runtime::Setback::Then::kParked});
    auto act = audit::SomeAct();
    act.before.clear();
    act.after.clear();
    const auto why = CancelledBy(FailureReason::kCancelledByOperator);
    for (int run = 0; run < 2; ++run) {
      EXPECT_TRUE(co_await store.checkouts.Cancel(Soon(), order.id, Scope::Everything(), why, act));
    }
    EXPECT_EQ(ActsOn(order), R"(order {"checkout": "FORWARD"} {"checkout": "UNDO"})");
    const auto due = co_await store.checkouts.TakeDue(Soon(), 1000);
    EXPECT_TRUE(std::ranges::any_of(due, [&](const Due& one) { return one.order == order.id; }))
        << "it is no longer parked";
    auto read =
        (co_await store.checkouts.Read(Soon(), *std::ranges::find(due, order.id, &Due::order))).value();
    co_await store.checkouts.Fail(Soon(), read, order, read.undo, {}, Now());
    const auto last =
        (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value().back();
    EXPECT_EQ(last.actor, domain::ActorRole::kOperator);
    EXPECT_EQ(last.reason, "CANCELLED_BY_OPERATOR");
  });
}

TEST(CheckoutCancelled, AnOrderThatIsPlaced_IsNotTheCheckoutsToCancel) {
  WithStore([](Store& store) -> Task<> {
    const auto order = co_await store.Placed();
    EXPECT_FALSE(co_await store.checkouts.Cancel(Soon(), order.id, Scope::Buyer(order.buyer),
                                                 CancelledBy(FailureReason::kCancelledByBuyer),
                                                 std::nullopt));
    EXPECT_EQ((co_await store.Read(order)).CurrentState(), State::kPlaced);
  });
}

TEST(CheckoutCancelled, OneThatWaits_IsNotCancelledInParts) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    co_await testing::Insert(store.checkouts, order);
    const auto cancel = [&](std::vector<domain::SellerOrderId> parts) {
      return store.transitions.Cancel(Soon(), order.id, Scope::Buyer(order.buyer), std::move(parts),
                                      {domain::ActorRole::kBuyer, order.buyer}, "", Uuid::NewV7(), "", Now());
    };
    EXPECT_EQ(co_await RefusalOf(cancel({order.parts[0].id})), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await RefusalOf(cancel({domain::SellerOrderId::New()})), "NOT_FOUND");
    EXPECT_FALSE((co_await cancel({})).has_value());
    EXPECT_FALSE((co_await cancel({order.parts[1].id, order.parts[0].id})).has_value());
  });
}

Task<std::vector<domain::OrderId>> Stuck(Store& store) {
  std::vector<domain::OrderId> ids;
  for (const auto& one : co_await store.checkouts.ListStuck(Soon(), std::nullopt, 1000))
    ids.push_back(one.order);
  co_return ids;
}

TEST(StuckCheckouts, AreThoseThatNeedALook) {
  WithStore([](Store& store) -> Task<> {
    std::vector<domain::Order> orders;
    for (int i = 0; i < 5; ++i) {
      orders.push_back(AnOrder());
      co_await testing::Insert(store.checkouts, orders.back());
    }
    Set(orders[0], "deadline_at = market_now() - interval '3 hours'");
    Set(orders[1],
        "deadline_at = market_now() - interval '1 hour', parked_at = market_now(), failures = 50,"
        " attempts = 51, last_error = 'broken', lease_until = '-infinity'");
    Set(orders[2], "failures = 1");
    Set(orders[3], "attempts = 9, last_error = 'UNAVAILABLE: payment'");
    const auto all = co_await Stuck(store);
    std::vector<domain::OrderId> ours;
    std::ranges::copy_if(all, std::back_inserter(ours), [&](const domain::OrderId& id) {
      return std::ranges::find(orders, id, &domain::Order::id) != orders.end();
    });
    EXPECT_EQ(ours, (std::vector{orders[0].id, orders[1].id, orders[2].id}))
        << "by deadline, the oldest first";

    const auto parked = (co_await store.checkouts.Find(Soon(), orders[1].id)).value();
    EXPECT_EQ(parked.order_number, orders[1].number);
    EXPECT_EQ(parked.buyer, orders[1].buyer);
    EXPECT_EQ(parked.state, State::kPendingPayment);
    EXPECT_EQ(parked.step, Step::kForward);
    EXPECT_EQ(parked.attempts, 51u);
    EXPECT_EQ(parked.failures, 50u);
    EXPECT_EQ(parked.last_error, "broken");
    EXPECT_TRUE(parked.parked_at.has_value());
    EXPECT_FALSE(parked.driven);
    EXPECT_EQ(parked.created_at, orders[1].created_at);
    EXPECT_TRUE((co_await store.checkouts.Find(Soon(), orders[2].id)).value().driven);
    EXPECT_EQ(co_await store.checkouts.Find(Soon(), domain::OrderId::New()), std::nullopt);

    std::vector<domain::OrderId> paged;
    std::optional<StuckUpTo> after;
    for (;;) {
      const auto page = co_await store.checkouts.ListStuck(Soon(), after, 1);
      if (page.empty()) break;
      paged.push_back(page[0].order);
      after = StuckUpTo{page[0].deadline_at, page[0].order};
    }
    EXPECT_EQ(paged, all);
    Set(orders[0], "step = 'DONE'");
    const auto left = co_await Stuck(store);
    EXPECT_TRUE(std::ranges::find(left, orders[0].id) == left.end()) << "it is over";
  });
}

TEST(StuckCheckouts, AnOperatorTakesOver_OnRecord) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    auto act = audit::SomeAct();
    act.before.clear();
    act.after.clear();
    const auto take = [&](domain::OrderId id) { return store.checkouts.TakeOver(Soon(), id, act); };
    EXPECT_EQ(co_await RefusalOf(take(domain::OrderId::New())), "NOT_FOUND");
    EXPECT_EQ(co_await RefusalOf(take(order.id)), "ILLEGAL_TRANSITION") << "its driver is on its way";
    EXPECT_EQ(ActsOn(order), "") << "what is refused is no act";
    co_await store.checkouts.PutBack(
        Soon(), order.id, lease.fence,
        {.why = "broken", .failures = 3, .then = runtime::Setback::Then::kParked});
    const auto taken = (co_await take(order.id)).value();
    EXPECT_EQ(taken.fence, lease.fence + 1);
    EXPECT_EQ(taken.failures, 0u);
    EXPECT_EQ(OfCheckout(order, "parked_at IS NULL AND lease_until > market_now()"), "t");
    EXPECT_EQ(ActsOn(order),
              R"(checkout {"parked": "yes", "failures": "3"} {"parked": "no", "failures": "0"})");
    EXPECT_EQ(co_await RefusalOf(take(order.id)), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await RefusalOf(store.checkouts.Postpone(Soon(), lease, 1s, "late")), "LOST");
    co_await store.checkouts.Place(Soon(), taken, order, {}, Now());
    EXPECT_EQ(co_await take(order.id), std::nullopt) << "it is over";
  });
}

TEST(OpenCheckouts, AreLimitedByAccount) {
  WithStore([](Store& store) -> Task<> {
    Checkouts checkouts(store.database, {.open_of_buyer = 2});
    const auto buyer = AccountId::New();
    const auto insert = [&](domain::Order& order) -> Task<std::string> {
      order.buyer = buyer;
      return RefusalOf(testing::Insert(checkouts, order));
    };
    auto first = AnOrder();
    auto second = AnOrder();
    auto third = AnOrder();
    EXPECT_EQ(co_await insert(first), "");
    EXPECT_EQ(co_await insert(second), "");
    EXPECT_EQ(co_await insert(third), "RATE_LIMITED");
    EXPECT_FALSE((co_await store.orders.Find(Soon(), third.id, Scope::Everything())).has_value());
    auto of_another = AnOrder();
    EXPECT_EQ(co_await RefusalOf(testing::Insert(checkouts, of_another)), "");
    Set(first, "lease_until = '-infinity'");
    const auto lease = (co_await checkouts.Take(Soon(), first.id)).value();
    co_await checkouts.Place(Soon(), lease, first, {}, Now());
    EXPECT_EQ(co_await insert(third), "") << "one is decided: there is room again";
  });
}

TEST(OpenCheckouts, BegunAtOnce_AreLimitedToo) {
  WithStore([](Store& store) -> Task<> {
    Checkouts checkouts(store.database, {.open_of_buyer = 1});
    for (int round = 0; round < 5; ++round) {
      auto one = AnOrder();
      auto other = AnOrder();
      other.buyer = one.buyer;
      const auto [first, second] = co_await runtime::Both(RefusalOf(testing::Insert(checkouts, one)),
                                                          RefusalOf(testing::Insert(checkouts, other)));
      EXPECT_EQ((std::multiset{first, second}), (std::multiset<std::string>{"", "RATE_LIMITED"}));
    }
  });
}

}  // namespace
}  // namespace market::order::storage
