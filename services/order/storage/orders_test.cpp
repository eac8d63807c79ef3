// Lists of everybody's orders, and counts.
#include "services/order/storage/orders.hpp"

#include <gtest/gtest.h>

#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using namespace std::chrono_literals;
using testing::AnOrder;
using testing::MovingStore;
using testing::Now;
using testing::Soon;
using testing::WithStore;

Task<std::vector<domain::OrderId>> Found(MovingStore& store, Wanted wanted,
                                         std::optional<domain::OrderId> before = std::nullopt,
                                         std::int64_t limit = 10) {
  std::vector<domain::OrderId> ids;
  for (const auto& order : co_await store.orders.ListOfAll(Soon(), std::move(wanted), before, limit)) {
    ids.push_back(order.id);
  }
  co_return ids;
}

using Ids = std::vector<domain::OrderId>;

// One that FAILED, before it, is found as well.
Task<> ExpectFilters(MovingStore& store) {
  auto failed = AnOrder();
  const auto lease = co_await testing::Insert(store.checkouts, failed);
  co_await store.checkouts.Fail(
      Soon(), *lease, failed,
      {.reason = domain::FailureReason::kOutOfStock, .shortages = {}, .decline_code = {}}, {}, Now());
  const auto order = co_await store.Placed();
  const auto seller = order.parts[1].seller;
  const Ids only = {order.id};
  const Ids none;
  EXPECT_EQ(co_await Found(store, {.number = order.number}), only);
  EXPECT_EQ(co_await Found(store, {.number = "no number"}), none);
  EXPECT_EQ(co_await Found(store, {.buyer = order.buyer}), only);
  EXPECT_EQ(co_await Found(store, {.buyer = failed.buyer}), Ids{failed.id});
  EXPECT_EQ(co_await Found(store, {.buyer = AccountId::New()}), none);
  EXPECT_EQ(co_await Found(store, {.seller = seller}), only);
  EXPECT_EQ(co_await Found(store, {.seller = SellerId::New()}), none);
  EXPECT_EQ(co_await Found(store, {.buyer = order.buyer, .seller = seller, .state = State::kPlaced}), only);
  EXPECT_EQ(co_await Found(store, {.buyer = order.buyer, .seller = failed.parts[0].seller}), none);
  EXPECT_EQ(co_await Found(store, {.number = order.number, .buyer = failed.buyer}), none);
  EXPECT_EQ(co_await Found(store, {.number = failed.number, .state = State::kFailed}), Ids{failed.id});
  EXPECT_EQ(co_await Found(store, {.seller = seller, .state = State::kAccepted}), none);

  const auto made = order.created_at;
  const auto within = [&](std::optional<Time> from, std::optional<Time> to) {
    return Found(store, {.buyer = order.buyer, .created_from = from, .created_to = to});
  };
  EXPECT_EQ(co_await within(made, made + 1us), only) << "from then on, and before then";
  EXPECT_EQ(co_await within(std::nullopt, made), none);
  EXPECT_EQ(co_await within(made + 1us, std::nullopt), none);
  const Time year_1{std::chrono::seconds(-62'135'596'800)};
  const Time year_9999{std::chrono::seconds(253'402'300'799)};
  EXPECT_EQ(co_await within(year_1, year_9999), only);
  EXPECT_EQ(co_await within(year_1, year_1 + 1us), none);
  EXPECT_EQ(co_await within(year_9999, std::nullopt), none);
}
TEST(Orders, OfEverybody_AreFoundByWhatIsKnownOfThem) { WithStore<MovingStore>(ExpectFilters); }

TEST(Orders, OfEverybody_ArePagedNewestFirst) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto began = Now();
    Ids made;
    for (int i = 0; i < 3; ++i) made.insert(made.begin(), (co_await store.Placed()).id);
    const Wanted wanted{.created_from = began};
    EXPECT_EQ(co_await Found(store, wanted), made);
    const auto page = co_await Found(store, wanted, std::nullopt, 2);
    EXPECT_EQ(page, (Ids{made[0], made[1]}));
    EXPECT_EQ(co_await Found(store, wanted, page.back(), 2), Ids{made[2]});
    EXPECT_EQ(co_await Found(store, wanted, made[2], 2), Ids());
    const auto whole = co_await store.orders.ListOfAll(Soon(), wanted, std::nullopt, 1);
    EXPECT_EQ(whole.at(0).parts.size(), 2u);
    EXPECT_EQ(whole.at(0).parts[0].lines.at(0).title, "Engine \"mark 1\", brass {special}");
  });
}

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
