// What an offer costs when, against a model that looks at every hour; and what is kept of it.
#include "services/product/storage/prices.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "platform/conversions/conversions.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using api::product::PriceRow;

PriceRow RowOf(std::int64_t minor, std::string currency = "EUR",
               std::optional<std::int64_t> compared = std::nullopt) {
  PriceRow row;
  row.mutable_price()->set_amount(minor);
  row.mutable_price()->set_currency(currency);
  if (!compared) return row;
  row.mutable_compare_at()->set_amount(*compared);
  row.mutable_compare_at()->set_currency(std::move(currency));
  return row;
}

PriceRow Between(PriceRow row, std::optional<Time> from, std::optional<Time> until) {
  if (from) *row.mutable_from() = conversions::ToProto(*from);
  if (until) *row.mutable_until() = conversions::ToProto(*until);
  return row;
}

storage::OfferEdit Priced(const std::vector<PriceRow>& rows) {
  storage::OfferEdit edit;
  edit.prices.emplace(rows.begin(), rows.end());
  return edit;
}

// Moments well apart from now, so that the test takes no time to get there.
Time FromNow(std::chrono::hours hours) { return WallTime() + hours; }

TEST(Prices, AreShownInTheCurrencyThatIsAskedFor) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto both = OfferOf("BOTH", 1000, 1);
    *both.add_prices() = RowOf(1100, "USD");
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Two", {both, OfferOf("EURO", 900, 1)}));
    const auto id = domain::ProductId::From(product.id());
    for (const auto& offer : product.offers()) EXPECT_EQ(offer.price().currency(), "EUR");
    EXPECT_EQ((co_await stores.products.Get(Soon(), id, {}, kEur))->offers_size(), 2);
    const auto dollars = (co_await stores.products.Get(Soon(), id, {}, kUsd)).value();
    EXPECT_EQ(dollars.offers_size(), 1);
    EXPECT_EQ(dollars.offers(0).price().amount(), 1100);
    EXPECT_EQ(dollars.offers(0).price().currency(), "USD");
    EXPECT_EQ((co_await stores.offers.ListOfProduct(Soon(), id, {}, kUsd, {}, 10))->size(), 1u);

    const auto euro = domain::OfferId::From(product.offers(0).id());
    EXPECT_EQ(product.offers(0).sku(), "EURO");
    EXPECT_FALSE(co_await stores.offers.Get(Soon(), euro, {}, kUsd));
    const auto own = (co_await stores.offers.Get(Soon(), euro, shop.Member(), kUsd)).value();
    EXPECT_EQ(own.price().currency(), "EUR") << "its shop sees it all the same";
    EXPECT_EQ(own.prices_size(), 1);
    const auto wanted =
        co_await stores.offers.GetMany(Soon(), {euro, domain::OfferId::From(dollars.offers(0).id())}, kUsd);
    for (const auto& offer : wanted.offers()) {
      EXPECT_TRUE(offer.for_sale());
      EXPECT_EQ(offer.has_price(), offer.sku() == "BOTH");
    }
    // The lists that PostgreSQL answers stay inside the currency, too.
    for (const auto order : {storage::SearchOrder::kNewest, storage::SearchOrder::kPriceUp}) {
      const auto found = co_await stores.search.Find(
          Soon(), {.currency = kUsd, .seller = shop.seller, .order = order}, {}, 10);
      EXPECT_EQ(found.products.size(), 1u);
      EXPECT_EQ(found.products.at(0).offers(0).price().amount(), 1100);
    }
    const storage::SearchQuery pounds{.currency = Currency::Parse("GBP"), .seller = shop.seller};
    EXPECT_TRUE((co_await stores.search.Find(Soon(), pounds, {}, 10)).products.empty());
  });
}

TEST(Prices, OfAShopAreReplacedAsAWhole) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = co_await PutOffer(stores, shop, 5);
    const auto sale = Between(RowOf(1500, "EUR", 1999), FromNow(24h), FromNow(48h));
    auto offer = co_await stores.offers.Update(Soon(), id, shop.Scope(),
                                               Priced({sale, RowOf(2199, "USD"), RowOf(1999)}));
    EXPECT_EQ(offer.etag(), "2");
    EXPECT_EQ(offer.price().amount(), 1999);
    EXPECT_EQ(offer.prices_size(), 3);
    EXPECT_FALSE(offer.prices(0).has_from());
    EXPECT_EQ(offer.prices(1).price().amount(), 1500);
    EXPECT_EQ(offer.prices(1).compare_at().amount(), 1999);
    EXPECT_EQ(offer.prices(2).price().currency(), "USD");
    // In another order it is the same.
    offer = co_await stores.offers.Update(Soon(), id, shop.Scope(),
                                          Priced({RowOf(1999), RowOf(2199, "USD"), sale}));
    EXPECT_EQ(offer.etag(), "2");
    // One price changes, the others stay.
    storage::OfferEdit dearer;
    dearer.price = Money{2000, kEur};
    offer = co_await stores.offers.Update(Soon(), id, shop.Scope(), dearer);
    EXPECT_EQ(offer.prices_size(), 3);
    EXPECT_EQ(offer.prices(0).price().amount(), 2000);
    offer = co_await stores.offers.Update(Soon(), id, shop.Scope(), Priced({RowOf(2300, "USD")}));
    EXPECT_EQ(offer.prices_size(), 1);
    EXPECT_EQ(offer.price().currency(), "USD");
    EXPECT_FALSE(co_await stores.offers.Get(Soon(), id, {}, kEur));
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), id, shop.Scope(), Priced({sale}))),
              "INVALID_ARGUMENT")
        << "nobody could buy it tomorrow";
    std::vector<PriceRow> many = {RowOf(1)};
    for (int i = 0; i < 20; ++i)
      many.push_back(
          Between(RowOf(2 + i), FromNow(std::chrono::hours(i)), FromNow(std::chrono::hours(i + 1))));
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), id, shop.Scope(), Priced(many))),
              "INVALID_ARGUMENT");
  });
}

TEST(Prices, AnotherPriceIsComparedWithNoLess) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = co_await PutOffer(stores, shop, 5);
    co_await stores.offers.Update(Soon(), id, shop.Scope(), Priced({RowOf(1500, "EUR", 1900)}));
    auto shown = (co_await stores.offers.Get(Soon(), id, {}, kEur)).value();
    EXPECT_EQ(shown.compare_at().amount(), 1900);
    EXPECT_EQ(shown.lowest_price_30d().amount(), 1999);
    EXPECT_EQ(shown.prices_size(), 0) << "they are its shop's alone";
    storage::OfferEdit edit;
    edit.price = Money{1400, kEur};
    co_await stores.offers.Update(Soon(), id, shop.Scope(), edit);
    shown = (co_await stores.offers.Get(Soon(), id, {}, kEur)).value();
    EXPECT_EQ(shown.compare_at().amount(), 1900);
    EXPECT_EQ(shown.lowest_price_30d().amount(), 1500);
    edit.price = Money{1900, kEur};
    co_await stores.offers.Update(Soon(), id, shop.Scope(), edit);
    shown = (co_await stores.offers.Get(Soon(), id, {}, kEur)).value();
    EXPECT_FALSE(shown.has_compare_at());
    EXPECT_FALSE(shown.has_lowest_price_30d());
  });
}

TEST(Prices, WhatHasCostNothingBeforeIsNotReduced) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto draft = OfferOf("NEW", 1000, 1);
    *draft.add_prices() = RowOf(1000, "EUR", 2000);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "New", {draft}));
    EXPECT_FALSE(product.offers(0).has_compare_at());
    const auto id = domain::OfferId::From(product.offers(0).id());
    const auto own = (co_await stores.offers.Get(Soon(), id, shop.Member(), kEur)).value();
    EXPECT_FALSE(own.has_compare_at());
    EXPECT_EQ(own.prices(0).compare_at().amount(), 2000);
  });
}

TEST(Prices_History, IsOnlyAddedTo) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = co_await PutOffer(stores, shop, 5);
    co_await stores.offers.Update(Soon(), id, shop.Scope(), Priced({RowOf(1500)}));
    const auto where = " WHERE offer_id = '" + id.ToString() + "'";
    EXPECT_EQ(Sql("SELECT string_agg(amount::text, ' ') FROM price_history" + where), "1999");
    EXPECT_THROW(Sql("UPDATE price_history SET amount = 6" + where), std::exception);
    EXPECT_THROW(Sql("DELETE FROM price_history" + where), std::exception);
    EXPECT_THROW(Sql("TRUNCATE price_history"), std::exception);
    // Two at once in one currency.
    EXPECT_THROW(Sql("INSERT INTO offer_price (offer_id, currency, starts_at, ends_at, amount) VALUES ('" +
                     id.ToString() + "', 'EUR', '2030-01-01', '2030-01-03', 1), ('" + id.ToString() +
                     "', 'EUR', '2030-01-02', 'infinity', 1)"),
                 std::exception);
    EXPECT_THROW(Sql("UPDATE offer_price SET compare_at = amount" + where), std::exception);
  });
}

// Periods and history of an offer in a currency, side by side without a gap: the number of those that are
// not.
std::string TornTimelines(const domain::OfferId& id) {
  return Sql(
      "SELECT count(*) FROM (SELECT ends_at, lead(starts_at) OVER (PARTITION BY currency ORDER BY starts_at) "
      "AS next"
      "  FROM (SELECT currency, starts_at, ends_at FROM price_history WHERE offer_id = '" +
      id.ToString() +
      "'  UNION ALL SELECT currency, starts_at, ends_at FROM price_period WHERE offer_id = '" +
      id.ToString() + "') t) t WHERE next <> ends_at");
}

TEST(PriceRace_ChangedByMany, OneComesAfterTheOther) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = co_await PutOffer(stores, shop, 5);
    const auto change = [&](std::int64_t minor) -> Task<> {
      auto edit = Priced({RowOf(minor, "EUR", 10'000), RowOf(minor, "USD")});
      co_await stores.offers.Update(Soon(), id, shop.Scope(), std::move(edit));
      EXPECT_TRUE(co_await stores.offers.Get(Soon(), id, {}, kEur)) << "there is a price at any time";
    };
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    for (int i = 0; i < 30; ++i) group.Spawn("shop", change(100 + i));
    co_await group.Join(After(50s));
    EXPECT_EQ(TornTimelines(id), "0");
    const auto now = (co_await stores.offers.Get(Soon(), id, {}, kEur)).value();
    EXPECT_EQ(now.etag(), "31");
    EXPECT_EQ(std::to_string(now.lowest_price_30d().amount()),
              Sql("SELECT min(amount) FROM price_history WHERE currency = 'EUR' AND offer_id = '" +
                  id.ToString() + "'"));
  });
}

// An offer's prices hour by hour, by their definition.
class HourlyPrices {
 public:
  struct Price {
    std::int64_t minor = 0;
    std::optional<std::int64_t> compared;
    bool operator==(const Price&) const = default;
  };
  using Rows = std::vector<PriceRow>;

  explicit HourlyPrices(Time begin) : begin_(begin) {}

  // What the shop says at that hour, which holds from it on.
  void Say(int hour, Rows rows) { said_[hour] = std::move(rows); }

  std::optional<Price> At(int hour, const std::string& currency) const {
    auto said = said_.upper_bound(hour);
    if (said == said_.begin()) return std::nullopt;
    const PriceRow* found = nullptr;
    for (const auto& row : std::prev(said)->second) {
      if (row.price().currency() != currency) continue;
      if (storage::IsStanding(row) && found == nullptr) found = &row;
      if (!storage::IsStanding(row) && Applies(row, hour)) found = &row;
    }
    if (found == nullptr) return std::nullopt;
    return Price{found->price().amount(),
                 found->has_compare_at() ? std::optional(found->compare_at().amount()) : std::nullopt};
  }

  // The least within the 30 days before the price of that hour began.
  std::optional<std::int64_t> LowestBefore(int hour, const std::string& currency) const {
    const auto now = At(hour, currency);
    auto began = hour;
    while (began > 0 && At(began - 1, currency) == now) --began;
    std::optional<std::int64_t> lowest;
    for (int at = std::max(0, began - 30 * 24); at < began; ++at) {
      const auto price = At(at, currency);
      if (price) lowest = std::min(lowest.value_or(price->minor), price->minor);
    }
    return lowest;
  }

  Time TimeAt(int hour) const { return begin_ + std::chrono::hours(hour); }

 private:
  bool Applies(const PriceRow& row, int hour) const {
    const auto at = TimeAt(hour);
    return (!row.has_from() || conversions::TimeFrom(row.from(), "from") <= at) &&
           (!row.has_until() || conversions::TimeFrom(row.until(), "until") > at);
  }

  Time begin_;
  std::map<int, Rows> said_;
};

class PriceDice {
 public:
  explicit PriceDice(unsigned seed) : random_(seed) {}
  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  PriceRow Some(const std::string& currency) {
    const auto minor = 1 + Below(12);
    return RowOf(minor, currency,
                 Below(2) == 0 ? std::optional<std::int64_t>(minor + 1 + Below(3)) : std::nullopt);
  }
  // In one currency: maybe one without times, and some side by side around that hour.
  void Add(HourlyPrices::Rows& rows, const HourlyPrices& model, int hour, const std::string& currency,
           bool standing) {
    if (standing) rows.push_back(Some(currency));
    for (int at = hour - 100 + Below(200), i = Below(4); i > 0; --i) {
      const auto until = at + 1 + Below(400);
      const bool open = i == 1 && Below(4) == 0;
      rows.push_back(Between(Some(currency), model.TimeAt(at),
                             open ? std::nullopt : std::optional(model.TimeAt(until))));
      at = until + (Below(2) == 0 ? 0 : Below(200));
    }
  }

 private:
  std::mt19937 random_;
};

// A clock that the test sets.
void SetClock(const testing::TemporaryDatabase& disk, Time time) {
  disk.Execute(
      "CREATE OR REPLACE FUNCTION market_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS "
      "'SELECT to_timestamp(" +
      std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count()) + ")'");
}

Task<> ExpectAsModelled(Stores& stores, domain::OfferId id, const HourlyPrices& model, int hour) {
  for (const auto& currency : {kEur, kUsd}) {
    const std::string code(currency.Code());
    const auto expected = model.At(hour, code);
    const auto shown = co_await stores.offers.Get(Soon(), id, {}, currency);
    EXPECT_EQ(shown.has_value(), expected.has_value()) << code << " at " << hour;
    if (!shown || !expected) continue;
    EXPECT_EQ(shown->price().amount(), expected->minor) << code << " at " << hour;
    const auto lowest = expected->compared ? model.LowestBefore(hour, code) : std::nullopt;
    EXPECT_EQ(shown->has_compare_at(), lowest.has_value()) << code << " at " << hour;
    EXPECT_EQ(shown->has_lowest_price_30d(), lowest.has_value());
    if (!lowest) continue;
    EXPECT_EQ(shown->compare_at().amount(), *expected->compared);
    EXPECT_EQ(shown->lowest_price_30d().amount(), *lowest) << code << " at " << hour;
  }
}

TEST(Prices_OverRandomSchedules, AreAsAnHourlyLookSays) {
  const testing::TemporaryDatabase disk(kMigrations);
  const Time begin{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  SetClock(disk, begin);
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, disk.Options(2));
    co_await stores.database.Open(Soon());
    const auto shop = co_await OpenShop(stores);
    for (unsigned seed = 1; seed <= 4; ++seed) {
      HourlyPrices model(begin);
      PriceDice dice(seed);
      SetClock(disk, begin);
      const auto id = co_await PutOffer(stores, shop, 5);
      model.Say(0, {RowOf(1999)});
      HourlyPrices::Rows rows;
      int hour = 0;
      for (int step = 0; step < 25 && !::testing::Test::HasFailure(); ++step) {
        // Often what interrupts a price stays while that changes.
        if (rows.empty() || dice.Below(2) == 0) {
          rows.clear();
          dice.Add(rows, model, hour, "EUR", true);
          dice.Add(rows, model, hour, "USD", dice.Below(2) == 0);
        } else {
          rows.front() = dice.Some("EUR");
        }
        co_await stores.offers.Update(Soon(), id, shop.Scope(), Priced(rows));
        model.Say(hour, rows);
        co_await ExpectAsModelled(stores, id, model, hour);
        for (int look = dice.Below(4); look > 0; --look) {
          hour += dice.Below(250);
          SetClock(disk, model.TimeAt(hour));
          co_await ExpectAsModelled(stores, id, model, hour);
        }
      }
    }
    co_await stores.database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::product
