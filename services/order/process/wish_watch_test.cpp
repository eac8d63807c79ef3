#include "services/order/process/wish_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "services/order/testing/fake_peers.hpp"
#include "services/order/testing/fake_users.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order {
namespace {

using testing::Soon;
using testing::Sql;
using testing::Store;
using testing::WithStore;

struct Watched : Store {
  explicit Watched(boost::asio::io_context& io) : Store(io) { faults.Heal(); }

  std::string Offer(std::int64_t price_minor) {
    api::product::OfferForSale offer;
    offer.set_offer_id(Uuid::NewV7().ToString());
    offer.set_product_id(Uuid::NewV7().ToString());
    offer.set_seller_id(SellerId::New().ToString());
    offer.set_title("Engine");
    offer.mutable_price()->set_amount(price_minor);
    offer.mutable_price()->set_currency("EUR");
    offer.set_available(5);
    offer.set_for_sale(true);
    stock.offers[offer.offer_id()] = offer;
    return offer.offer_id();
  }
  Task<> Wish(const std::string& offer) {
    co_await wishes.Put(Soon(), account,
                        {.offer = domain::OfferId::From(offer),
                         .currency = "EUR",
                         .price_minor = 1000,
                         .created_at = {},
                         .in_stock = true});
  }
  // Once more, as if an hour, or a day, had gone by.
  Task<> Look(const std::string& what = "looked_at = '-infinity'") {
    Sql("UPDATE wish SET " + what + " WHERE account_id = '" + account.ToString() + "'");
    co_await watch.LookAround();
  }
  // "order.WishPriceFell, …", the oldest first.
  std::string Told() {
    return Sql("SELECT string_agg(type, ', ' ORDER BY version) FROM event WHERE aggregate LIKE 'wish/" +
               account.ToString() + "/%'");
  }

  testing::Faults faults{1};
  testing::FakeStock stock{faults, 100};
  testing::FakeUsers users;
  SellerDirectory directory{users};
  SystemClock clock;
  storage::Wishes wishes{database};
  WishWatch watch{wishes, stock, directory, clock, std::chrono::hours(1)};
  AccountId account = AccountId::New();
};

TEST(WishWatch, TellsAChangeOnce_AndOnceADay) {
  WithStore<Watched>([](Watched& o) -> Task<> {
    const auto offer = o.Offer(1000);
    co_await o.Wish(offer);
    co_await o.Look();
    EXPECT_EQ(o.Told(), "");
    o.stock.offers[offer].mutable_price()->set_amount(900);
    co_await o.watch.LookAround();
    EXPECT_EQ(o.Told(), "") << "it was looked at a moment ago";
    co_await o.Look();
    co_await o.Look();
    EXPECT_EQ(o.Told(), "order.WishPriceFell");
    o.stock.offers[offer].mutable_price()->set_amount(800);
    co_await o.Look();
    EXPECT_EQ(o.Told(), "order.WishPriceFell") << "enough for today";
    co_await o.Look("looked_at = '-infinity', told_at = told_at - interval '1 day'");
    EXPECT_EQ(o.Told(), "order.WishPriceFell, order.WishPriceFell");
    o.stock.offers[offer].set_available(0);
    co_await o.Look("looked_at = '-infinity', told_at = told_at - interval '1 day'");
    o.stock.offers[offer].set_available(1);
    co_await o.Look();
    EXPECT_EQ(o.Told(), "order.WishPriceFell, order.WishPriceFell, order.WishBackInStock");
    EXPECT_EQ(Sql("SELECT buyer_id || ' ' || count(*) FROM event WHERE aggregate LIKE 'wish/" +
                  o.account.ToString() + "/%' GROUP BY buyer_id"),
              o.account.ToString() + " 3");
  });
}

TEST(WishWatch, OfWhatIsNoMore_OrNotWishedAnyMore_NothingIsTold) {
  WithStore<Watched>([](Watched& o) -> Task<> {
    const auto gone = o.Offer(1000);
    const auto dropped = o.Offer(900);
    for (const auto& offer : {gone, dropped}) co_await o.Wish(offer);
    o.stock.offers.erase(gone);
    Sql("UPDATE wish SET looked_at = '-infinity' WHERE account_id = '" + o.account.ToString() + "'");
    auto taken = co_await o.wishes.TakeUnlooked(Soon(), std::chrono::hours(1), 100);
    co_await o.wishes.Delete(Soon(), o.account, domain::OfferId::From(dropped));
    std::vector<storage::WishSeen> seen;
    for (auto& wish : taken) {
      if (wish.account == o.account)
        seen.push_back({.wish = wish,
                        .look = {.news = domain::WishNews::kPriceFell, .known = {900, true}},
                        .title = "Engine"});
    }
    std::erase_if(seen, [&](const auto& one) { return one.wish.offer.ToString() != dropped; });
    EXPECT_EQ(seen.size(), 1);
    co_await o.wishes.Tell(Soon(), std::move(seen));
    co_await o.Look();
    EXPECT_EQ(o.Told(), "");
  });
}

}  // namespace
}  // namespace market::order
