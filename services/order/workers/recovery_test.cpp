#include "services/order/workers/recovery.hpp"

#include <gtest/gtest.h>

#include <array>

#include "migrations/events.hpp"
#include "migrations/idempotency.hpp"
#include "migrations/order.hpp"
#include "migrations/outbox.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/testing/fake_peers.hpp"
#include "services/order/testing/insert.hpp"

namespace market::order {
namespace {

using namespace std::chrono_literals;
using market::testing::Eventually;
using market::testing::Soon;

constexpr std::array kSets = {&migrations::kIdempotency, &migrations::kOutbox, &migrations::kEvents,
                              &migrations::kOrder};

domain::Order AnOrder() {
  domain::Offer offer;
  offer.id = domain::OfferId::New();
  offer.seller = SellerId::New();
  offer.title = "Engine";
  offer.sku = "E-1";
  offer.price = Money{1999, Currency::Parse("EUR")};
  offer.for_sale = true;
  const std::vector<domain::Item> items = {{offer.id, 1}};
  return domain::MakeOrder(Uuid::NewV7(), AccountId::New(), domain::Price(items, std::span(&offer, 1), {}),
                           {.recipient = "Ada",
                            .lines = {"1 Street"},
                            .city = "London",
                            .region = "",
                            .postal_code = "",
                            .country_code = "GB",
                            .phone = ""},
                           "visa", SystemClock().Now());
}

// The recovery of one process over a database of its own, and orders that nobody drives.
struct RecoveryWorld {
  explicit RecoveryWorld(boost::asio::io_context& io)
      : database(io, disk.Options(4)),
        group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); }) {
    faults.Heal();
  }

  Task<> Start() {
    co_await database.Open(Soon());
    group.Keep("recovery", recovery.Driving().Run());
    group.Keep("measure", recovery.Measuring().Run());
  }
  Task<> Stop() {
    group.Cancel();
    co_await group.Join(Soon());
    co_await database.Close(Soon());
  }
  Task<std::string> Abandon() {
    auto order = AnOrder();
    co_await testing::Insert(checkouts, order);
    co_return order.id.ToString();
  }
  std::string Sql(const std::string& sql) { return disk.Execute(sql); }
  std::string Of(const std::string& order, const std::string& column) {
    return Sql("SELECT " + column + " FROM checkout WHERE order_id = '" + order + "'");
  }
  // What became of all but the broken ones.
  std::string Open() { return Sql("SELECT count(*) FROM checkout WHERE step <> 'DONE'"); }

  market::testing::TemporaryDatabase disk{kSets};
  postgres::Database database;
  testing::Faults faults{1};
  testing::FakeStock stock{faults, 1000};
  testing::FakePayments payments{faults};
  SystemClock clock;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  storage::Orders orders{database};
  // Nobody holds what is inserted.
  storage::Checkouts checkouts{database, {.lease = 0ms}};
  storage::Checkouts driven{database, {}};
  Checkout checkout{driven, stock, payments, clock, metrics};
  telemetry::Tracer tracer;
  Recovery recovery{
      driven,
      orders,
      checkout,
      tracer,
      metrics,
      {.poll = 5ms, .patience = {.tries = 3, .backoff = {.initial = 2ms, .max = 5ms}}, .measure_every = 5ms}};
  runtime::TaskGroup group;
};

template <class Body>
void With(Body body) {
  market::testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    RecoveryWorld world(io);
    co_await world.Start();
    co_await body(world);
    co_await world.Stop();
  });
}

TEST(Recovery, ARowThatBreaksOrCantBeRead_IsParkedAndTheOthersAreDriven) {
  With([](RecoveryWorld& world) -> Task<> {
    // What happens to these two is refused: one by a CHECK, when it is placed, one by whoever reads it.
    auto refused = AnOrder();
    const auto id = refused.id.ToString();
    world.Sql("ALTER TABLE orders ADD CONSTRAINT test_refuses CHECK (id <> '" + id +
              "' OR payment_state = 'CREATED')");
    co_await testing::Insert(world.checkouts, refused);
    auto unreadable = AnOrder();
    const auto other = unreadable.id.ToString();
    world.Sql(
        "CREATE FUNCTION test_spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.order_id = '" +
        other + "' THEN NEW.undo_offers = '{NULL}'; END IF; RETURN NEW; END $$");
    world.Sql(
        "CREATE TRIGGER test_spoil BEFORE UPDATE ON checkout FOR EACH ROW EXECUTE FUNCTION test_spoil()");
    co_await testing::Insert(world.checkouts, unreadable);
    for (int i = 0; i < 20; ++i) co_await world.Abandon();

    const auto& rounds = world.recovery.Driving().Rounds();
    co_await Eventually([&] { return world.Open() == "2" && rounds.Now().parked == 2; });
    EXPECT_TRUE(world.Of(id, "last_error").contains("test_refuses")) << world.Of(id, "last_error");
    EXPECT_TRUE(world.Of(other, "last_error").contains("null element")) << world.Of(other, "last_error");
    EXPECT_EQ(world.Of(other, "failures || ' ' || (parked_at IS NOT NULL)"), "3 true");
    EXPECT_EQ(rounds.Now().failures, 0U);

    // Mended and let go on, as `marketctl work retry` does, they end like all others.
    world.Sql("ALTER TABLE orders DROP CONSTRAINT test_refuses");
    world.Sql("DROP TRIGGER test_spoil ON checkout");
    world.Sql("UPDATE checkout SET undo_offers = '{}' WHERE order_id = '" + other + "'");
    world.Sql(
        "UPDATE checkout SET parked_at = NULL, failures = 0, next_run_at = market_now() WHERE parked_at IS "
        "NOT NULL");
    co_await Eventually([&] { return world.Open() == "0" && rounds.Now().parked == 0; });
    EXPECT_EQ(world.Sql("SELECT count(*) FROM seller_order WHERE state <> 'PLACED'"), "0");
  });
}

TEST(Recovery, TablesThatAreAway_StopNothingForGood) {
  With([](RecoveryWorld& world) -> Task<> {
    const auto& driving = world.recovery.Driving().Rounds().Now();
    const auto& measuring = world.recovery.Measuring().Now();
    co_await world.Abandon();
    co_await Eventually([&] { return world.Open() == "0"; });

    world.Sql("ALTER TABLE checkout RENAME TO away");
    co_await Eventually([&] { return driving.failures_in_a_row > 1 && measuring.failures_in_a_row > 1; });
    world.Sql("ALTER TABLE away RENAME TO checkout");
    co_await world.Abandon();
    co_await Eventually([&] { return world.Open() == "0"; });
    co_await Eventually([&] { return driving.failures_in_a_row == 0 && measuring.failures_in_a_row == 0; });

    // What a driver reads is away: its row waits.
    auto order = AnOrder();
    co_await testing::Insert(world.checkouts, order);
    world.Sql("ALTER TABLE order_line RENAME TO away");
    co_await Eventually(
        [&] { return world.Of(order.id.ToString(), "failures") != "0" || world.Open() == "0"; });
    world.Sql("ALTER TABLE away RENAME TO order_line");
    world.Sql("UPDATE checkout SET parked_at = NULL, failures = 0");
    co_await Eventually([&] { return world.Open() == "0"; });
  });
}

}  // namespace
}  // namespace market::order
