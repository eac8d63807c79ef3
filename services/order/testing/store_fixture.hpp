// Storage on a real PostgreSQL and orders to put there, for the tests of the rooms above the domain.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <string>

#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/migrations.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/orders.hpp"
#include "services/order/storage/sales.hpp"
#include "services/order/storage/transitions.hpp"
#include "services/order/testing/insert.hpp"

namespace market::order::testing {

using namespace std::chrono_literals;
using market::testing::ReasonOf;
using market::testing::Soon;

inline market::testing::TemporaryDatabase& SharedDatabase() {
  static market::testing::TemporaryDatabase database(kMigrations);
  return database;
}

inline std::string Sql(const std::string& sql) { return SharedDatabase().Execute(sql); }
inline std::string OfCheckout(const domain::Order& order, const std::string& column) {
  return Sql("SELECT " + column + " FROM checkout WHERE order_id = '" + order.id.ToString() + "'");
}

inline domain::Offer AnOffer(std::int64_t price_minor) {
  domain::Offer offer;
  offer.id = domain::OfferId::New();
  offer.product = domain::ProductId::New();
  offer.seller = SellerId::New();
  offer.title = "Engine \"mark 1\", brass {special}";
  offer.sku = "E-1";
  offer.options = {{"size", "M"}, {"colour", "brass"}};
  offer.price = Money{price_minor, Currency::Parse("EUR")};
  offer.for_sale = true;
  return offer;
}

inline Time Now() { return SystemClock().Now(); }

// Of two sellers.
inline domain::Order AnOrder() {
  const std::array offers = {AnOffer(1999), AnOffer(500)};
  const std::array items = {domain::Item{offers[0].id, 2}, domain::Item{offers[1].id, 1}};
  return domain::MakeOrder(Uuid::NewV7(), AccountId::New(), domain::Price(items, offers, {}),
                           {.recipient = "Ada",
                            .lines = {"1 \"Street\"", "2,nd"},
                            .city = "London",
                            .region = "",
                            .postal_code = "SW1",
                            .country_code = "GB",
                            .phone = ""},
                           "pm_card_visa", Now());
}

// The same with all of its price taken off.
inline domain::Order ForNothing(domain::Order order) {
  for (auto& part : order.parts) {
    for (auto& line : part.lines) {
      line.discounts = {{"coupon/ALL", domain::Funder::kMarketplace, line.total.minor}};
      line.total.minor = 0;
    }
    part.delivery = {};
    part.total.minor = 0;
  }
  order.total.minor = 0;
  return order;
}

// Storage over the database that all tests of a program share.
struct Store {
  explicit Store(boost::asio::io_context& io)
      : database(io, SharedDatabase().Options(4)),
        orders(database),
        checkouts(database, {}),
        transitions(database),
        sales(database) {}

  // Placed and authorised.
  Task<domain::Order> Placed(domain::Order order = AnOrder()) {
    const auto lease = co_await Insert(checkouts, order);
    co_await checkouts.Place(
        testing::Soon(), *lease, order,
        {.state = domain::PaymentState::kAuthorized, .authorized_minor = order.total.minor}, Now());
    co_return order;
  }
  Task<domain::Order> Read(const domain::Order& order) {
    co_return (co_await orders.Find(testing::Soon(), order.id, storage::Scope::Everything())).value();
  }

  postgres::Database database;
  storage::Orders orders;
  storage::Checkouts checkouts;
  storage::Transitions transitions;
  storage::Sales sales;
};

// Runs function(store) between Open and Close.
template <class SomeStore = Store, class Function>
void WithStore(Function function) {
  market::testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    SomeStore store(io);
    co_await store.database.Open(testing::Soon());
    co_await function(store);
    co_await store.database.Close(testing::Soon());
  });
}

}  // namespace market::order::testing
