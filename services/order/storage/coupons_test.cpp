#include "services/order/storage/coupons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/order/testing/coupons.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using audit::SomeAct;
using domain::Coupon;
using domain::CouponState;
using domain::State;
using testing::ACoupon;
using ::testing::ElementsAre;
using testing::Made;
using testing::MovingStore;
using testing::Now;
using testing::ReasonOf;
using testing::Soon;
using testing::Sql;
using testing::UsesOf;
using testing::With;
using testing::WithStore;

struct CouponStore : MovingStore {
  using MovingStore::MovingStore;
  storage::Coupons coupons{database};
};

std::vector<std::string> CodesOf(const std::vector<Coupon>& coupons) {
  std::vector<std::string> codes;
  for (const auto& coupon : coupons) codes.push_back(coupon.code);
  return codes;
}

Task<> ExpectKept(CouponStore& store) {
  auto coupon = ACoupon();
  coupon.seller = coupon.scope.seller = SellerId::New();
  coupon.funder = domain::CouponFunder::kSeller;
  coupon.kind = domain::CouponKind::kFixed;
  coupon.percentage_ppm = std::nullopt;
  coupon.amount_minor = 500;
  coupon.minimum_minor = 2000;
  coupon.currency = Currency::Parse("EUR");
  coupon.scope.categories = {domain::CategoryId::New()};
  coupon.scope.products = {domain::ProductId::New(), domain::ProductId::New()};
  coupon.valid_until = Now() + std::chrono::hours(1);
  coupon.total_limit = 7;
  coupon.limit_per_buyer = 1;
  const auto made = co_await Made(store.coupons, coupon);
  EXPECT_EQ((co_await Made(store.coupons, coupon)).created_at, made.created_at) << "of an earlier run";
  const auto own = Scope::Sellers({*coupon.seller});
  const auto read = (co_await store.coupons.Find(Soon(), coupon.id, own)).value();
  EXPECT_EQ(read.code, coupon.code);
  EXPECT_EQ(read.kind, coupon.kind);
  EXPECT_EQ(read.amount_minor, 500);
  EXPECT_EQ(read.minimum_minor, 2000);
  EXPECT_EQ(read.currency, coupon.currency);
  EXPECT_EQ(read.scope.seller, coupon.seller);
  EXPECT_EQ(read.scope.categories, coupon.scope.categories);
  EXPECT_EQ(read.scope.products, coupon.scope.products);
  EXPECT_TRUE(read.valid_until && !read.valid_from);
  EXPECT_EQ(read.total_limit, 7);
  EXPECT_EQ(read.limit_per_buyer, 1);
  EXPECT_EQ(read.redeemed, 0);
  EXPECT_EQ(read.funder, domain::CouponFunder::kSeller);
  EXPECT_EQ(read.state, CouponState::kActive);
  EXPECT_FALSE(co_await store.coupons.Find(Soon(), coupon.id, Scope::Sellers({SellerId::New()})));
  EXPECT_EQ(
      Sql("SELECT concat_ws(' ', permission, target_type, seller_id) FROM audit_event WHERE target_id = '" +
          coupon.id.ToString() + "'"),
      "orders.cancel coupon " + coupon.seller->ToString());
}
TEST(Coupons, AreKeptAsTheyWereMade) { WithStore<CouponStore>(ExpectKept); }

Task<> ExpectOneLiveCode(CouponStore& store) {
  const auto first = co_await Made(store.coupons, ACoupon());
  auto second = ACoupon();
  second.code = first.code;
  EXPECT_EQ(co_await ReasonOf(Made(store.coupons, second)), "COUPON_CODE_TAKEN");
  co_await store.coupons.End(Soon(), first.id, Scope::Everything(), std::nullopt, SomeAct());
  co_await Made(store.coupons, second);
  const auto found = co_await store.coupons.FindByCodes(Soon(), {first.code}, AccountId::New());
  EXPECT_EQ(found.size(), 1u);
  EXPECT_EQ(found.at(0).coupon.id, second.id) << "the one that is alive";
}
TEST(Coupons, ACodeIsOfOneThatHasNotEnded) { WithStore<CouponStore>(ExpectOneLiveCode); }

Task<> ExpectEdits(CouponStore& store) {
  auto draft = ACoupon();
  draft.total_limit = 2;
  const auto coupon = co_await Made(store.coupons, draft);
  const auto scope = Scope::Everything();
  const auto update = [&](CouponEdit edit, Scope as = Scope::Everything()) {
    return store.coupons.Update(Soon(), coupon.id, std::move(as), std::move(edit), SomeAct());
  };
  auto order = With({coupon});
  co_await testing::Insert(store.checkouts, order);
  const auto now = Now();
  CouponEdit edit;
  edit.valid_from = now;
  edit.limit_per_buyer = 1;
  edit.total_limit = 1;
  const auto edited = co_await update(edit);
  EXPECT_EQ(edited.version, coupon.version + 1);
  EXPECT_EQ(edited.total_limit, 1);
  EXPECT_EQ((co_await update(edit)).version, edited.version) << "it was so before";
  edit.total_limit = std::optional<std::int64_t>();
  EXPECT_EQ((co_await update(edit)).total_limit, std::nullopt);
  edit.valid_until = now;
  EXPECT_EQ(co_await ReasonOf(update(edit)), "INVALID_ARGUMENT") << "over before it begins";
  CouponEdit too_few;
  too_few.total_limit = 0;
  EXPECT_EQ(co_await ReasonOf(update(too_few)), "INVALID_ARGUMENT") << "it is used already";
  too_few = {};
  too_few.limit_per_buyer = 1;
  auto again = With({coupon});
  again.buyer = order.buyer;
  CouponEdit twice;
  twice.limit_per_buyer = 2;
  co_await update(twice);
  co_await testing::Insert(store.checkouts, again);
  EXPECT_EQ(co_await ReasonOf(update(too_few)), "INVALID_ARGUMENT") << "somebody has used it twice";
  EXPECT_EQ(co_await ReasonOf(update({.if_version = 1})), "ETAG_MISMATCH");
  EXPECT_EQ(co_await ReasonOf(update({}, Scope::Sellers({SellerId::New()}))), "NOT_FOUND");
  const auto end = [&](std::optional<std::int64_t> version, Scope as = Scope::Everything()) {
    return store.coupons.End(Soon(), coupon.id, std::move(as), version, SomeAct());
  };
  EXPECT_EQ(co_await ReasonOf(end(1)), "ETAG_MISMATCH");
  EXPECT_EQ(co_await ReasonOf(end(std::nullopt, Scope::Sellers({SellerId::New()}))), "NOT_FOUND");
  co_await end(std::nullopt);
  co_await end(std::nullopt);
  EXPECT_EQ(co_await ReasonOf(update({})), "COUPON_ENDED");
  EXPECT_EQ((co_await store.coupons.Find(Soon(), coupon.id, scope)).value().state, CouponState::kEnded);
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + coupon.id.ToString() + "'"), "5")
      << "made, edited three times, ended";
}
TEST(Coupons, EditsAndTheEnd) { WithStore<CouponStore>(ExpectEdits); }

Task<> ExpectLists(CouponStore& store) {
  const auto shop = SellerId::New();
  std::vector<std::string> codes;
  for (int i = 0; i < 3; ++i) {
    auto coupon = ACoupon();
    coupon.seller = coupon.scope.seller = shop;
    coupon.funder = domain::CouponFunder::kSeller;
    codes.insert(codes.begin(), (co_await Made(store.coupons, coupon)).code);
  }
  const auto all = co_await store.coupons.List(Soon(), {.seller = shop}, std::nullopt, 100);
  EXPECT_EQ(CodesOf(all), codes) << "newest first";
  EXPECT_THAT(CodesOf(co_await store.coupons.List(Soon(), {.seller = shop}, all.at(0).id, 1)),
              ElementsAre(codes[1]));
  co_await store.coupons.End(Soon(), all.at(1).id, Scope::Everything(), std::nullopt, SomeAct());
  EXPECT_THAT(CodesOf(co_await store.coupons.List(Soon(), {.seller = shop, .state = CouponState::kEnded},
                                                  std::nullopt, 9)),
              ElementsAre(codes[1]));
  EXPECT_THAT(CodesOf(co_await store.coupons.List(Soon(), {.code = codes[2]}, std::nullopt, 9)),
              ElementsAre(codes[2]));
}
TEST(Coupons, Lists) { WithStore<CouponStore>(ExpectLists); }

Task<> ExpectFound(CouponStore& store) {
  auto draft = ACoupon();
  draft.valid_from = Now() + std::chrono::hours(1);
  draft.limit_per_buyer = 3;
  const auto early = co_await Made(store.coupons, draft);
  draft = ACoupon();
  draft.valid_until = Now() - std::chrono::hours(1);
  const auto over = co_await Made(store.coupons, draft);
  auto order = With({early});
  co_await testing::Insert(store.checkouts, order);
  const std::vector codes = {early.code, std::string("NO-SUCH"), over.code};
  std::map<std::string, domain::FoundCoupon> found;
  for (auto& one : co_await store.coupons.FindByCodes(Soon(), codes, order.buyer))
    found.emplace(one.coupon.code, one);
  EXPECT_EQ(found.size(), 2u);
  EXPECT_TRUE(found.at(early.code).early && !found.at(early.code).over);
  EXPECT_EQ(found.at(early.code).used_by_buyer, 1);
  EXPECT_TRUE(found.at(over.code).over && !found.at(over.code).early);
  const auto other = co_await store.coupons.FindByCodes(Soon(), codes, AccountId::New());
  EXPECT_EQ(other.at(0).used_by_buyer, 0);
}
TEST(Coupons, AreFoundByTheirCodes) { WithStore<CouponStore>(ExpectFound); }

Task<> ExpectUsed(CouponStore& store) {
  auto draft = ACoupon();
  draft.total_limit = 1;
  const auto coupon = co_await Made(store.coupons, draft);
  const auto free = co_await Made(store.coupons, ACoupon());
  auto order = With({free, coupon});
  const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
  EXPECT_EQ((co_await store.Read(order)).coupons, order.coupons) << "as the buyer named them";
  EXPECT_EQ(UsesOf(coupon), "1/1");
  auto late = With({free, coupon});
  EXPECT_EQ(co_await ReasonOf(testing::Insert(store.checkouts, late)), "COUPON_NOT_APPLICABLE");
  EXPECT_EQ(Sql("SELECT count(*) FROM orders WHERE id = '" + late.id.ToString() + "'"), "0");
  EXPECT_EQ(UsesOf(free), "1/1") << "all or none";

  co_await store.checkouts.Fail(Soon(), lease, order, {.reason = domain::FailureReason::kOutOfStock}, {},
                                Now());
  EXPECT_EQ(UsesOf(coupon), "0/0");
  EXPECT_EQ(UsesOf(free), "0/0");
  EXPECT_EQ((co_await store.Read(order)).coupons.size(), 2u) << "what it was made with";
  EXPECT_TRUE(co_await testing::Insert(store.checkouts, late));
}
TEST(CouponUse, GoesWithTheOrderAndComesBackWhenItFails) { WithStore<CouponStore>(ExpectUsed); }

// The refusal names the code, and why.
Task<> ExpectWhys(CouponStore& store) {
  const auto why = [&](const Coupon& coupon, AccountId buyer = AccountId::New()) -> Task<std::string> {
    auto order = With({coupon});
    order.buyer = buyer;
    try {
      co_await testing::Insert(store.checkouts, order);
    } catch (const Error& error) {
      co_return error.fields.at(0).field + ' ' + error.fields.at(0).reason;
    }
    co_return "";
  };
  auto draft = ACoupon();
  draft.limit_per_buyer = 1;
  const auto once = co_await Made(store.coupons, draft);
  const auto buyer = AccountId::New();
  EXPECT_EQ(co_await why(once, buyer), "");
  EXPECT_EQ(co_await why(once, buyer), "couponCodes[0] USED_BY_YOU");
  EXPECT_EQ(co_await why(once), "");
  draft = ACoupon();
  draft.total_limit = 1;
  const auto full = co_await Made(store.coupons, draft);
  EXPECT_EQ(co_await why(full), "");
  EXPECT_EQ(co_await why(full), "couponCodes[0] USED_UP");
  draft = ACoupon();
  draft.valid_until = Now() - std::chrono::hours(1);
  EXPECT_EQ(co_await why(co_await Made(store.coupons, draft)), "couponCodes[0] EXPIRED");
  co_await store.coupons.End(Soon(), once.id, Scope::Everything(), std::nullopt, SomeAct());
  EXPECT_EQ(co_await why(once), "couponCodes[0] EXPIRED");
}
TEST(CouponUse, ThatComesTooLate_IsToldWhy) { WithStore<CouponStore>(ExpectWhys); }

Task<> ExpectGivenBackWhole(CouponStore& store) {
  const auto coupon = co_await Made(store.coupons, ACoupon());
  const auto order = co_await store.Placed(With({coupon}));
  EXPECT_EQ(UsesOf(coupon), "1/1");
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7(), {order.parts[0].id}), "");
  EXPECT_EQ(UsesOf(coupon), "1/1") << "a part of it lives";
  co_await store.CancelUnits(order, {{order.parts[1].lines[0].id, 1}});
  EXPECT_EQ(UsesOf(coupon), "0/0") << "nothing of it is left";
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "ILLEGAL_TRANSITION");

  const auto next = co_await store.Placed(With({coupon}));
  EXPECT_EQ(co_await store.Cancel(next, next.buyer, Uuid::NewV7()), "");
  EXPECT_EQ(UsesOf(coupon), "0/0");
}
TEST(CouponUse, ComesBackWithTheLastPart) { WithStore<CouponStore>(ExpectGivenBackWhole); }

// Two shops end the two parts at once: neither sees the other's part dead, unless one comes after the other.
Task<> ExpectGivenBackOnce(CouponStore& store, boost::asio::any_io_executor executor) {
  const auto coupon = co_await Made(store.coupons, ACoupon());
  const auto order = co_await store.Placed(With({coupon}));
  runtime::TaskGroup group(executor, [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
  const auto end = [&](const domain::SellerOrder& part) -> Task<> {
    co_await store.transitions.End(
        Soon(), part.id, Scope::Sellers({part.seller}),
        {State::kRejected, {domain::ActorRole::kSeller, AccountId::New()}, "broken", {}}, Uuid::NewV7(), "",
        Now());
  };
  for (const auto& part : order.parts) group.Spawn("shop", end(part));
  co_await group.Join(Soon());
  EXPECT_EQ(UsesOf(coupon), "0/0");
}
TEST(CouponUse, BothPartsEndAtOnce_ComesBackOnce) {
  WithStore<CouponStore>([](CouponStore& store) -> Task<> {
    co_await ExpectGivenBackOnce(store, co_await boost::asio::this_coro::executor);
  });
}

// What became of many who wanted the same at once, by reason.
Task<std::map<std::string, int>> Crowd(CouponStore& store, std::vector<domain::Order> orders) {
  std::map<std::string, int> outcomes;
  runtime::TaskGroup group(co_await boost::asio::this_coro::executor,
                           [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
  const auto buy = [&](domain::Order order) -> Task<> {
    ++outcomes[co_await ReasonOf(testing::Insert(store.checkouts, order))];
  };
  for (auto& order : orders) group.Spawn("buyer", buy(std::move(order)));
  co_await group.Join(Soon());
  co_return outcomes;
}

Task<> ExpectTen(CouponStore& store) {
  auto draft = ACoupon();
  draft.total_limit = 10;
  const auto coupon = co_await Made(store.coupons, draft);
  std::vector<domain::Order> orders;
  for (int i = 0; i < 100; ++i) orders.push_back(With({coupon}));
  auto outcomes = co_await Crowd(store, std::move(orders));
  EXPECT_EQ(outcomes[""], 10);
  EXPECT_EQ(outcomes["COUPON_NOT_APPLICABLE"], 90);
  EXPECT_EQ(UsesOf(coupon), "10/10");
}
TEST(CouponRace, OfAHundredBuyersTenUseIt) { WithStore<CouponStore>(ExpectTen); }

Task<> ExpectThreeOfOne(CouponStore& store) {
  auto draft = ACoupon();
  draft.limit_per_buyer = 3;
  const auto coupon = co_await Made(store.coupons, draft);
  const auto buyer = AccountId::New();
  std::vector<domain::Order> orders;
  for (int i = 0; i < 15; ++i) orders.push_back(With({coupon}));
  for (auto& order : orders) order.buyer = buyer;
  auto outcomes = co_await Crowd(store, std::move(orders));
  EXPECT_EQ(outcomes[""], 3);
  EXPECT_EQ(outcomes["COUPON_NOT_APPLICABLE"], 12);
  EXPECT_EQ(UsesOf(coupon), "3/3");
}
TEST(CouponRace, OneBuyerUsesItAsOftenAsOneMay) { WithStore<CouponStore>(ExpectThreeOfOne); }

Task<> ExpectNoDeadlock(CouponStore& store) {
  const auto one = co_await Made(store.coupons, ACoupon());
  const auto other = co_await Made(store.coupons, ACoupon());
  std::vector<domain::Order> orders;
  for (int i = 0; i < 30; ++i) orders.push_back(i % 2 == 0 ? With({one, other}) : With({other, one}));
  EXPECT_EQ((co_await Crowd(store, std::move(orders)))[""], 30);
  EXPECT_EQ(UsesOf(one), "30/30");
  EXPECT_EQ(UsesOf(other), "30/30");
}
TEST(CouponRace, TwoInEitherOrder_NobodyIsTurnedAway) { WithStore<CouponStore>(ExpectNoDeadlock); }

// Neither changes by mistake: what a coupon takes off, and that it is given back once.
TEST(CouponRows, AreGuardedByTheSchema) {
  WithStore<CouponStore>([](CouponStore& store) -> Task<> {
    const auto coupon = co_await Made(store.coupons, ACoupon());
    auto order = With({coupon});
    co_await testing::Insert(store.checkouts, order);
    const auto id = coupon.id.ToString();
    for (const auto* sql :
         {"UPDATE coupon SET percentage_ppm = 1 WHERE id = '", "DELETE FROM coupon WHERE id = '",
          "UPDATE coupon_redemption SET amount_minor = 9 WHERE coupon_id = '",
          "DELETE FROM coupon_redemption WHERE coupon_id = '"}) {
      EXPECT_ANY_THROW(Sql(sql + id + "'")) << sql;
    }
    const auto back =
        "UPDATE coupon_redemption SET state = 'GIVEN_BACK', given_back_at = market_now() WHERE coupon_id = "
        "'" +
        id + "'";
    Sql(back);
    EXPECT_ANY_THROW(Sql(back)) << "once";
  });
}

}  // namespace
}  // namespace market::order::storage
