#include "services/order/storage/checkouts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "services/order/testing/store_fixture.hpp"

namespace market::order::storage {
namespace {

using domain::Failure;
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

Failure OutOf(const domain::Order& order) {
  return {.reason = FailureReason::kOutOfStock,
          .shortages = {{order.parts[0].lines[0].offer, 1}, {order.parts[1].lines[0].offer, 0}},
          .decline_code = {}};
}

// As if the lease of a dead driver had run out.
void RunOut(const domain::Order& order) {
  Sql("UPDATE checkout SET lease_until = '-infinity', next_run_at = '-infinity' WHERE order_id = '" +
      order.id.ToString() + "'");
}

Task<bool> IsLost(Task<> write) {
  try {
    co_await std::move(write);
  } catch (const LostLease&) {
    co_return true;
  }
  co_return false;
}

// What the answer shows is what was written.
Task<> ExpectSame(Store& store, const domain::Order& answered) {
  const auto read = co_await store.Read(answered);
  EXPECT_EQ(answered.CurrentState(), read.CurrentState());
  EXPECT_EQ(answered.version, read.version);
  EXPECT_EQ(answered.updated_at, read.updated_at);
  EXPECT_EQ(answered.payment, read.payment);
  EXPECT_EQ(answered.failure, read.failure);
  EXPECT_EQ(answered.parts.size(), read.parts.size());
  for (std::size_t i = 0; i < read.parts.size(); ++i) {
    EXPECT_EQ(answered.parts[i].id, read.parts[i].id);
    EXPECT_EQ(answered.parts[i].state, read.parts[i].state);
    EXPECT_EQ(answered.parts[i].version, read.parts[i].version);
    EXPECT_EQ(answered.parts[i].updated_at, read.parts[i].updated_at);
  }
}

// Whoever places it later tells them, too.
TEST(Checkouts, ALine_KeepsTheCategoriesOfItsProduct) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const std::vector<domain::CategoryId> categories = {domain::CategoryId::New(), domain::CategoryId::New()};
    order.parts[0].lines[0].categories = categories;
    co_await testing::Insert(store.checkouts, order);
    const auto read = co_await store.Read(order);
    EXPECT_EQ(read.parts.at(0).lines.at(0).categories, categories);
    EXPECT_TRUE(read.parts.at(1).lines.at(0).categories.empty());
    EXPECT_THROW(Sql("UPDATE order_line SET category_ids = '{}' WHERE id = '" +
                     read.parts[0].lines[0].id.ToString() + "'"),
                 std::exception);
  });
}

TEST(Checkouts, AStaleFence_WritesNothingWhateverItIsAbout) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto stale = (co_await testing::Insert(store.checkouts, order)).value();
    RunOut(order);
    const auto fresh = (co_await store.checkouts.Take(Soon(), order.id)).value();
    EXPECT_EQ(fresh.fence, stale.fence + 1);
    EXPECT_FALSE(fresh.Fresh());
    auto& checkouts = store.checkouts;
    const auto why = OutOf(order);
    const domain::PaymentSummary payment;
    const std::vector<std::function<Task<>()>> writes = {
        [&] { return checkouts.Place(Soon(), stale, order, payment, Now()); },
        [&] { return checkouts.Fail(Soon(), stale, order, why, payment, Now()); },
        [&] { return checkouts.DecideUndo(Soon(), stale, why); },
        [&] { return checkouts.Wait(Soon(), stale, order, why, Now()); },
        [&] { return checkouts.Postpone(Soon(), stale, 1s, "late"); }};
    for (const auto& write : writes) EXPECT_TRUE(co_await IsLost(write()));
    co_await checkouts.PutBack(Soon(), order.id, stale.fence, {.why = "late", .failures = 3, .delay = 1s});
    EXPECT_EQ(OfCheckout(order, "step || fence || last_error || failures"), "FORWARD20");
    EXPECT_EQ(order.CurrentState(), State::kPendingPayment);
    co_await ExpectSame(store, order);
  });
}

TEST(Checkouts, ToldToUndo_NeverGoesForwardAgain) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    co_await store.checkouts.DecideUndo(Soon(), lease, OutOf(order));
    const Failure other{.reason = FailureReason::kUnavailable, .shortages = {}, .decline_code = {}};
    EXPECT_TRUE(co_await IsLost(store.checkouts.DecideUndo(Soon(), lease, other)));
    EXPECT_TRUE(co_await IsLost(store.checkouts.Place(Soon(), lease, order, {}, Now())));
    RunOut(order);
    const auto next = (co_await store.checkouts.Take(Soon(), order.id)).value();
    EXPECT_EQ(next.step, Step::kUndo);
    EXPECT_EQ(next.undo, OutOf(order)) << "the first decision stands, with all it was decided on";
  });
}

TEST(Checkouts, AnEndedOrder_IsNotEndedAgain) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    co_await store.checkouts.Fail(Soon(), lease, order, OutOf(order), {}, Now());
    const auto version = order.version;
    std::string reason;
    try {
      co_await store.checkouts.Place(Soon(), lease, order, {}, Now());
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "ILLEGAL_TRANSITION") << "refused by the domain, before the database is asked";
    RunOut(order);
    EXPECT_EQ(co_await store.checkouts.Take(Soon(), order.id), std::nullopt);
    EXPECT_EQ((co_await store.Read(order)).version, version);
  });
}

TEST(Checkouts, AFailure_IsKeptWithWhatTheBuyerNeedsToKnow) {
  WithStore([](Store& store) -> Task<> {
    for (const bool declined : {false, true}) {
      auto order = AnOrder();
      const auto why = declined ? Failure{.reason = FailureReason::kPaymentDeclined,
                                          .shortages = {},
                                          .decline_code = "card \"stolen\", {x}"}
                                : OutOf(order);
      const domain::PaymentSummary payment{.state = declined ? domain::PaymentState::kDeclined
                                                             : domain::PaymentState::kVoided};
      const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
      co_await store.checkouts.Fail(Soon(), lease, order, why, payment, Now());
      EXPECT_EQ(order.CurrentState(), State::kFailed);
      EXPECT_EQ(order.failure, why);
      EXPECT_EQ(order.payment, payment);
      co_await ExpectSame(store, order);
      const auto history =
          (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value();
      EXPECT_EQ(history.size(), 4u);
      EXPECT_EQ(history.front().from, std::nullopt);
      EXPECT_EQ(history.front().actor, domain::ActorRole::kBuyer);
      EXPECT_EQ(history.back().from, State::kPendingPayment);
      EXPECT_EQ(history.back().to, State::kFailed);
      EXPECT_EQ(history.back().actor, domain::ActorRole::kSystem);
      EXPECT_EQ(history.back().reason, Name(why.reason));
    }
  });
}

TEST(Checkouts, APlacedOrder_AnswersWhatWasWritten) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order, "00-a-b-01")).value();
    EXPECT_TRUE(lease.Fresh());
    EXPECT_FALSE(lease.overdue);
    EXPECT_EQ(lease.order, order.id);
    EXPECT_EQ(lease.trace, "00-a-b-01");
    const auto later = Now() + 5s;
    co_await store.checkouts.Place(
        Soon(), lease, order,
        {.state = domain::PaymentState::kAuthorized, .authorized_minor = order.total.minor}, later);
    EXPECT_EQ(order.CurrentState(), State::kPlaced);
    EXPECT_EQ(order.version, 2);
    EXPECT_EQ(order.parts[1].version, 2);
    EXPECT_EQ(order.parts[1].updated_at, later);
    EXPECT_EQ(order.payment.authorized_minor, order.total.minor);
    co_await ExpectSame(store, order);
  });
}

// Chance that says the same until it is told otherwise.
TEST(Checkouts, ANumberThatIsTaken_IsDrawnAgain) {
  WithStore([](Store& store) -> Task<> {
    const auto now = Now();
    const auto taken = Random64();
    int draws = 0;
    storage::Checkouts checkouts(store.database, {}, [&] { return ++draws < 3 ? taken : taken + 1; });
    auto first = AnOrder();
    first.created_at = now;
    domain::SetNumber(first, domain::OrderNumber(now, taken));
    EXPECT_TRUE((co_await testing::Insert(checkouts, first)).has_value());
    EXPECT_EQ(draws, 0);

    auto second = AnOrder();
    second.created_at = now;
    domain::SetNumber(second, first.number);
    EXPECT_TRUE((co_await testing::Insert(checkouts, second)).has_value());
    EXPECT_EQ(draws, 3);
    EXPECT_EQ(second.number, domain::OrderNumber(now, taken + 1));
    const auto read = (co_await store.orders.Find(Soon(), second.id, Scope::Everything())).value();
    EXPECT_EQ(read.number, second.number);
    EXPECT_EQ(read.parts[1].number, second.number + "-2");
    EXPECT_EQ(
        SharedDatabase().Execute("SELECT order_id FROM order_number WHERE number = '" + second.number + "'"),
        second.id.ToString());
  });
}

TEST(Checkouts, WithoutAFreeNumber_NothingIsWritten) {
  WithStore([](Store& store) -> Task<> {
    auto first = AnOrder();
    const auto taken = Random64();
    domain::SetNumber(first, domain::OrderNumber(first.created_at, taken));
    storage::Checkouts checkouts(store.database, {}, [taken] { return taken; });
    co_await testing::Insert(checkouts, first);
    auto second = AnOrder();
    second.created_at = first.created_at;
    domain::SetNumber(second, first.number);
    bool refused = false;
    try {
      co_await testing::Insert(checkouts, second);
    } catch (const postgres::SqlError& error) {
      refused = error.IsUniqueViolation("order_number_pkey");
    }
    EXPECT_TRUE(refused);
    EXPECT_FALSE((co_await store.orders.Find(Soon(), second.id, Scope::Everything())).has_value());
  });
}

TEST(Checkouts, AParkedOne_WaitsForAnOperator) {
  WithStore([](Store& store) -> Task<> {
    auto order = AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    const auto parked_before = (co_await store.checkouts.CountOpen(Soon())).parked;
    co_await store.checkouts.PutBack(Soon(), order.id, lease.fence, {.why = "broken", .failures = 3});
    auto due = co_await store.checkouts.TakeDue(Soon(), 1000);
    const auto mine = [&](const Due& one) { return one.order == order.id; };
    auto found = std::ranges::find_if(due, mine);
    EXPECT_TRUE(found != due.end());
    EXPECT_EQ(found->failures, 3u);
    EXPECT_EQ(found->attempts, 1u);
    EXPECT_EQ((co_await store.checkouts.Read(Soon(), *found)).value().failures, 3u);
    EXPECT_EQ(co_await store.checkouts.Read(Soon(), {.order = order.id, .fence = found->fence - 1}),
              std::nullopt);

    co_await store.checkouts.PutBack(
        Soon(), order.id, found->fence,
        {.why = "broken", .failures = 4, .then = runtime::Setback::Then::kParked});
    due = co_await store.checkouts.TakeDue(Soon(), 1000);
    EXPECT_TRUE(std::ranges::none_of(due, mine));
    EXPECT_EQ((co_await store.checkouts.CountOpen(Soon())).parked, parked_before + 1);
    EXPECT_TRUE((co_await store.checkouts.Take(Soon(), order.id)).has_value()) << "its buyer may ask again";
  });
}

TEST(Orders, AWordOutsideTheTables_IsRefusedByTheDatabase) {
  WithStore([](Store& store) -> Task<> {
    const auto order = co_await store.Placed();
    for (const std::string set : {"failure_reason = 'BAD_LUCK'", "payment_state = 'PAID'",
                                  "failure_offers = ARRAY[id]", "state = 'LOST'"}) {
      const std::string table = set.starts_with("state") ? "seller_order" : "orders";
      const std::string key = table == "orders" ? "id" : "order_id";
      bool refused = false;
      try {
        Sql("UPDATE " + table + " SET " + set + " WHERE " + key + " = '" + order.id.ToString() + "'");
      } catch (const std::exception&) {
        refused = true;
      }
      EXPECT_TRUE(refused) << set;
    }
  });
}

}  // namespace
}  // namespace market::order::storage
