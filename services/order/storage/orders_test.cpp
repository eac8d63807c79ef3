// Counts of orders.
#include "services/order/storage/orders.hpp"

#include <gtest/gtest.h>

#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using testing::AnOrder;
using testing::MovingStore;
using testing::Now;
using testing::Soon;
using testing::WithStore;

Task<std::string> Counts(Task<std::vector<StateCount>> counting) {
  std::string text;
  for (const auto& [state, count] : co_await std::move(counting)) {
    text += std::string(Name(state)) + ' ' + std::to_string(count) + '\n';
  }
  co_return text;
}

// An order counts once, in the state of its parts together.
TEST(Orders, AreCountedByState) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    EXPECT_EQ(co_await Counts(store.orders.CountOfBuyer(Soon(), AccountId::New())), "");
    const auto order = co_await store.Placed();
    const auto& [first, second] = std::tie(order.parts[0], order.parts[1]);
    const auto mine = [&] { return Counts(store.orders.CountOfBuyer(Soon(), order.buyer)); };
    const auto sold = [&](SellerId seller) { return Counts(store.orders.CountOfSeller(Soon(), seller)); };
    EXPECT_EQ(co_await mine(), "PLACED 1\n");
    co_await store.Move(first, State::kAccepted, first.seller);
    EXPECT_EQ(co_await mine(), "PLACED 1\n");
    EXPECT_EQ(co_await sold(first.seller), "ACCEPTED 1\n");
    EXPECT_EQ(co_await sold(second.seller), "PLACED 1\n");
    co_await store.Cancel(order, order.buyer, Uuid::NewV7(), {second.id});
    EXPECT_EQ(co_await mine(), "ACCEPTED 1\n");
    EXPECT_EQ(co_await sold(second.seller), "CANCELLED 1\n");

    auto unpaid = AnOrder();
    unpaid.buyer = order.buyer;
    unpaid.parts[0].seller = first.seller;
    const auto lease = co_await testing::Insert(store.checkouts, unpaid);
    EXPECT_EQ(co_await mine(), "PENDING_PAYMENT 1\nACCEPTED 1\n");
    EXPECT_EQ(co_await sold(first.seller), "ACCEPTED 1\n") << "not the shop's business yet";
    co_await store.checkouts.Fail(
        Soon(), *lease, unpaid,
        {.reason = domain::FailureReason::kUnavailable, .shortages = {}, .decline_code = {}}, {}, Now());
    EXPECT_EQ(co_await mine(), "ACCEPTED 1\nFAILED 1\n");
    EXPECT_EQ(co_await sold(first.seller), "ACCEPTED 1\n");
  });
}

}  // namespace
}  // namespace market::order::storage
