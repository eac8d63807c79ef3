#include "services/order/process/checkout.hpp"

#include <gtest/gtest.h>

#include <array>

#include "platform/telemetry/log.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/seeds.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/messages.hpp"
#include "services/order/migrations.hpp"
#include "services/order/testing/fake_peers.hpp"
#include "services/order/testing/insert.hpp"
#include "services/order/workers/recovery.hpp"

namespace market::order {
namespace {

using namespace std::chrono_literals;
using domain::FailureReason;
using testing::Crash;
using testing::FakePayments;
using testing::FakeStock;
using testing::Faults;

market::testing::TemporaryDatabase& SharedDatabase() {
  static market::testing::TemporaryDatabase database(kMigrations);
  return database;
}

domain::Order AnOrder(std::string payment_method) {
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
                           std::move(payment_method), SystemClock().Now());
}

// One order service over the shared database; a new one is a restarted process.
class Service {
 public:
  Service(postgres::Database& database, FakeStock& stock, FakePayments& payments)
      : orders(database),
        checkouts(database, {}),
        checkout(checkouts, stock, payments, clock_, metrics),
        recovery(checkouts, orders, checkout, tracer, metrics, {.concurrency = 1}) {}

  SystemClock clock_;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  storage::Orders orders;
  storage::Checkouts checkouts;
  Checkout checkout;
  telemetry::Tracer tracer;
  Recovery recovery;
};

// As if the leases of dead drivers had run out and every pause had passed.
constexpr postgres::Statement kLater{"test.later",
                                     "UPDATE checkout SET lease_until = '-infinity', next_run_at = CASE step "
                                     "WHEN 'WAIT' THEN next_run_at ELSE '-infinity' END"
                                     " WHERE step <> 'DONE'"};
// As if the buyer had let the time to pay pass.
constexpr postgres::Statement kTooLate{
    "test.too_late", "UPDATE checkout SET next_run_at = '-infinity' WHERE order_id = $1 AND step = 'WAIT'"};
constexpr postgres::Statement kOverdue{"test.overdue",
                                       "UPDATE checkout SET deadline_at = '-infinity' WHERE order_id = $1"};
constexpr postgres::Statement kAnHourLate{
    "test.an_hour_late",
    "UPDATE checkout SET deadline_at = market_now() - interval '1 hour' WHERE order_id = $1"};
constexpr postgres::Statement kCommands{"test.commands",
                                        "SELECT payload FROM outbox WHERE key = $1 || '/' || $2"};

struct World {
  World(boost::asio::io_context& io, unsigned seed, std::int64_t on_hand)
      : database(io, SharedDatabase().Options(2)), faults(seed), stock(faults, on_hand), payments(faults) {}

  // Places the order the way a request does, and survives a crash the way
  // a supervisor does: with a new process.
  Task<> Place(domain::Order order) {
    Service service(database, stock, payments);
    const auto lease = co_await testing::Insert(service.checkouts, order);
    CallContext call(market::testing::Soon());
    try {
      co_await service.checkout.Advance(call, *lease, order);
    } catch (const Crash&) {
    }
  }
  Task<> Recover() {
    Service service(database, stock, payments);
    co_await database.Write(market::testing::Soon(), kLater);
    co_await service.recovery.Driving().RunOnce();  // a crash of its driver ends in the log
  }
  // As its buyer does, while it may be driven or not.
  Task<> Cancel(const domain::Order& order) {
    Service service(database, stock, payments);
    co_await service.checkouts.Cancel(
        market::testing::Soon(), order.id, storage::Scope::Buyer(order.buyer),
        {.reason = FailureReason::kCancelledByBuyer, .shortages = {}, .decline_code = {}}, std::nullopt);
  }
  // As its buyer does, whatever has become of it.
  Task<> Pay(const domain::Order& order, std::string method) {
    Service service(database, stock, payments);
    CallContext call(market::testing::Soon());
    auto key = testing::KeyOf(order);
    try {
      const auto lease = co_await service.checkouts.Pay(call, order.id, order.buyer, std::move(method),
                                                        Uuid::NewV7(), key, service.clock_.Now());
      auto paid = co_await Read(order.id);
      co_await service.checkout.Advance(call, *lease, paid);
    } catch (const Crash&) {
    } catch (const Error& error) {
      EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
    } catch (const storage::LostLease&) {
    }
  }
  Task<domain::Order> Read(domain::OrderId id) {
    Service service(database, stock, payments);
    auto order = co_await service.orders.Find(market::testing::Soon(), id, storage::Scope::Everything());
    co_return order.value();
  }

  postgres::Database database;
  Faults faults;
  FakeStock stock;
  FakePayments payments;
};

// What must be true of an order that has come to its end, whatever happened on the way.
Task<> ExpectConsistent(World& world, domain::OrderId id, unsigned seed) {
  const auto order = co_await world.Read(id);
  const auto& method = order.payment_method;
  EXPECT_EQ(world.payments.second_holds, 0);
  const auto state = order.CurrentState();
  const auto payment = world.payments.orders[id.ToString()].state();
  const auto held = world.stock.orders.find(id.ToString());
  const auto captures =
      co_await world.database.Read(market::testing::Soon(), kCommands, id.ToString(), "payment");
  const auto commits =
      co_await world.database.Read(market::testing::Soon(), kCommands, id.ToString(), "stock");
  SCOPED_TRACE("seed " + std::to_string(seed) + ", " + method + ", " + std::string(domain::Name(state)) +
               ", " + std::string(Name(order.failure.reason)));
  if (state == domain::State::kPlaced) {
    EXPECT_EQ(payment, FakePayments::Payment::AUTHORIZED);
    EXPECT_TRUE(held != world.stock.orders.end() && held->second == FakeStock::Held::kHeld);
    api::order::StockCommand commit;
    EXPECT_TRUE(commit.ParseFromString(commits.One().GetBytes(0)) && commit.has_commit());
    api::order::PaymentCommand command;
    EXPECT_TRUE(command.ParseFromString(captures.One().GetBytes(0)) && command.has_capture());
    EXPECT_TRUE(method == "visa" || method == "slow_yes");
  } else {
    EXPECT_EQ(state, domain::State::kFailed);
    EXPECT_NE(payment, FakePayments::Payment::AUTHORIZED);
    EXPECT_NE(payment, FakePayments::Payment::UNKNOWN);
    EXPECT_TRUE(held == world.stock.orders.end() || held->second == FakeStock::Held::kReleased);
    EXPECT_TRUE(captures.empty());
    EXPECT_TRUE(commits.empty());
    EXPECT_NE(order.failure.reason, FailureReason::kNone);
  }
}

// Nobody drives it, and nothing of it is lost.
Task<> ExpectWaiting(World& world, domain::OrderId id) {
  const auto order = co_await world.Read(id);
  EXPECT_EQ(order.CurrentState(), domain::State::kPendingPayment);
  EXPECT_TRUE(order.WaitsForBuyer());
  EXPECT_EQ(world.payments.orders[id.ToString()].state(), FakePayments::Payment::DECLINED);
  EXPECT_EQ(world.stock.orders[id.ToString()], FakeStock::Held::kHeld);
  for (int round = 0; round < 2; ++round) co_await world.Recover();
  EXPECT_EQ((co_await world.Read(id)).version, order.version);
}

Task<> RunSchedule(boost::asio::io_context& io, unsigned seed) {
  static constexpr std::array kMethods = {"visa", "declined", "slow_yes", "slow_no"};
  World world(io, seed, seed % 5 == 0 ? 0 : 1);
  co_await world.database.Open(market::testing::Soon());
  const std::string method = kMethods[seed % kMethods.size()];
  const auto order = AnOrder(method);
  co_await world.Place(order);
  for (int round = 0; round < 4; ++round) {
    if (seed % 11 == 0) co_await world.database.Write(market::testing::Soon(), kOverdue, order.id);
    if (seed % 5 == 1 && round == static_cast<int>(seed % 4)) co_await world.Cancel(order);
    if (seed % 3 == 1)
      co_await world.Pay(order, kMethods[(seed / 4 + static_cast<unsigned>(round)) % kMethods.size()]);
    co_await world.Recover();
  }
  world.faults.Heal();
  for (int round = 0; round < 5; ++round) co_await world.Recover();
  if ((co_await world.Read(order.id)).WaitsForBuyer()) {
    co_await ExpectWaiting(world, order.id);
    if (seed % 2 == 0) {
      co_await world.database.Write(market::testing::Soon(), kTooLate, order.id);
    } else {
      co_await world.Pay(order, "slow_yes");
    }
    for (int round = 0; round < 5; ++round) co_await world.Recover();
  }
  co_await ExpectConsistent(world, order.id, seed);
  co_await world.database.Close(market::testing::Soon());
}

TEST(Checkout, KilledAnywhere_EndsWhereTheContractSays) {
  telemetry::ConfigureLog(
      {.service = "test", .version = "", .instance = "", .path = "/dev/null"});  // hundreds of crashes
  for (const unsigned seed : market::testing::Seeds(1, 50)) {
    market::testing::RunLoop([&](boost::asio::io_context& io) { return RunSchedule(io, seed); });
    if (HasFailure()) break;
  }
}

Task<> ExpectEnds(boost::asio::io_context& io, std::string method, std::int64_t on_hand,
                  domain::State expected, FailureReason reason) {
  World world(io, 1, on_hand);
  world.faults.Heal();
  co_await world.database.Open(market::testing::Soon());
  const auto order = AnOrder(method);
  co_await world.Place(order);
  for (int round = 0; round < 3; ++round) co_await world.Recover();
  const bool declined =
      reason == FailureReason::kPaymentDeclined || reason == FailureReason::kUnknownPaymentMethod;
  if (declined) {
    co_await ExpectWaiting(world, order.id);
    co_await world.database.Write(market::testing::Soon(), kTooLate, order.id);
    co_await world.Recover();
  }
  const auto end = co_await world.Read(order.id);
  EXPECT_EQ(end.CurrentState(), expected) << method;
  EXPECT_EQ(end.failure.reason, reason) << method;
  EXPECT_EQ(world.stock.Available(), expected == domain::State::kPlaced ? 0 : on_hand) << method;
  co_await ExpectConsistent(world, order.id, 0);
  co_await world.database.Close(market::testing::Soon());
}

TEST(Checkout, WithoutFaults_EveryAnswerHasItsEnd) {
  struct Case {
    std::string method;
    std::int64_t on_hand;
    domain::State state;
    FailureReason reason;
  };
  for (const Case& c : {Case{"visa", 1, domain::State::kPlaced, FailureReason::kNone},
                        Case{"visa", 0, domain::State::kFailed, FailureReason::kOutOfStock},
                        Case{"declined", 1, domain::State::kFailed, FailureReason::kPaymentDeclined},
                        Case{"nonesuch", 1, domain::State::kFailed, FailureReason::kUnknownPaymentMethod},
                        Case{"slow_yes", 1, domain::State::kPlaced, FailureReason::kNone},
                        Case{"slow_no", 1, domain::State::kFailed, FailureReason::kPaymentDeclined}}) {
    market::testing::RunLoop(
        [&](boost::asio::io_context& io) { return ExpectEnds(io, c.method, c.on_hand, c.state, c.reason); });
  }
}

// Places an order of one part with one process, and tells its metrics before and after.
Task<> ExpectCounted(boost::asio::io_context& io, std::string method, std::int64_t on_hand,
                     std::vector<std::string> lines) {
  World world(io, 1, on_hand);
  world.faults.Heal();
  co_await world.database.Open(market::testing::Soon());
  Service service(world.database, world.stock, world.payments);
  const auto open_before = co_await service.checkouts.CountOpen(market::testing::Soon());
  auto order = AnOrder(method);
  const auto lease = co_await testing::Insert(service.checkouts, order);
  const auto open = co_await service.checkouts.CountOpen(market::testing::Soon());
  EXPECT_EQ(open.forward, open_before.forward + 1);
  CallContext call(market::testing::Soon());
  co_await service.checkout.Advance(call, *lease, order);
  const auto text = service.registry.Exposition();
  for (const auto& line : lines) EXPECT_TRUE(text.contains('\n' + line + '\n')) << method << ": " << line;
  for (int round = 0; round < 3; ++round) {
    co_await world.database.Write(market::testing::Soon(), kLater);
    co_await service.recovery.Driving().RunOnce();
  }
  EXPECT_LE((co_await service.checkouts.CountOpen(market::testing::Soon())).forward, open_before.forward);
  EXPECT_TRUE(service.registry.Exposition().contains(method == "slow_yes"
                                                         ? "order_checkouts_total{outcome=\"pending\"} 1\n"
                                                         : "order_checkouts_total{outcome=\"pending\"} 0\n"));
  co_await world.database.Close(market::testing::Soon());
}

TEST(Checkout, DeclinedAndPaidWithAnotherMethod_IsPlacedOnce) {
  market::testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    World world(io, 1, 1);
    co_await world.database.Open(market::testing::Soon());
    world.faults.Heal();
    const auto order = AnOrder("declined");
    co_await world.Place(order);
    const auto until = (co_await world.Read(order.id)).pay_until;
    for (const auto* method : {"nonesuch", "declined", "slow_no"}) {
      co_await world.Pay(order, method);
      for (int round = 0; round < 3; ++round) co_await world.Recover();
      const auto waiting = co_await world.Read(order.id);
      EXPECT_TRUE(waiting.WaitsForBuyer()) << method;
      EXPECT_EQ(waiting.pay_until, until) << "of the first decline";
    }
    EXPECT_EQ(world.stock.Available(), 0);
    co_await world.Pay(order, "visa");
    const auto placed = co_await world.Read(order.id);
    EXPECT_EQ(placed.CurrentState(), domain::State::kPlaced);
    EXPECT_EQ(placed.payment_number, 5);
    EXPECT_EQ(placed.payment_method, "visa");
    EXPECT_FALSE(placed.WaitsForBuyer());
    co_await ExpectConsistent(world, order.id, 0);
    co_await world.database.Close(market::testing::Soon());
  });
}

// The provider may still say yes to what nobody waits for any more.
TEST(Checkout, PaidAndNeverAnswered_LeavesNoHold) {
  market::testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    World world(io, 1, 1);
    co_await world.database.Open(market::testing::Soon());
    world.faults.Heal();
    const auto order = AnOrder("declined");
    co_await world.Place(order);
    co_await world.Pay(order, "slow_yes");
    co_await world.database.Write(market::testing::Soon(), kOverdue, order.id);
    for (int round = 0; round < 5; ++round) co_await world.Recover();
    EXPECT_EQ((co_await world.Read(order.id)).failure.reason, FailureReason::kUnavailable);
    EXPECT_EQ(world.payments.orders[order.id.ToString()].number(), 2);
    EXPECT_EQ(world.stock.Available(), 1);
    co_await ExpectConsistent(world, order.id, 0);
    co_await world.database.Close(market::testing::Soon());
  });
}

TEST(Checkout, UndoneAndFoundCaptured_GivesTheMoneyBack) {
  market::testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    World world(io, 1, 1);
    co_await world.database.Open(market::testing::Soon());
    world.faults.Heal();
    auto order = AnOrder("slow_yes");
    const auto id = order.id;
    co_await world.Place(std::move(order));
    auto& payment = world.payments.orders[id.ToString()];
    payment.set_state(FakePayments::Payment::CAPTURED);
    payment.mutable_captured()->set_amount(1999);
    payment.mutable_captured()->set_currency("EUR");
    co_await world.database.Write(market::testing::Soon(), kOverdue, id);
    for (int run = 0; run < 100 && (co_await world.Read(id)).CurrentState() != domain::State::kFailed; ++run)
      co_await world.Recover();
    const auto failed = co_await world.Read(id);
    EXPECT_EQ(failed.CurrentState(), domain::State::kFailed);
    EXPECT_EQ(failed.payment.captured_minor, 1999);
    EXPECT_EQ(failed.payment.refunded_minor, 1999);
    EXPECT_EQ(failed.parts[0].refunded_minor, 1999);
    EXPECT_EQ(world.stock.Available(), 1);
    co_await world.database.Close(market::testing::Soon());
  });
}

TEST(Checkout, Ends_AreCountedOnce) {
  struct Case {
    std::string method;
    std::int64_t on_hand;
    std::vector<std::string> lines;
  };
  for (const Case& c : {
           Case{"visa",
                1,
                {"order_checkouts_total{outcome=\"placed\"} 1", "order_placed_total{currency=\"EUR\"} 1",
                 "order_placed_value_minor_total{currency=\"EUR\"} 1999",
                 "order_checkout_seconds_count{outcome=\"placed\"} 1",
                 "order_transitions_total{state=\"PLACED\"} 1"}},
           Case{"visa",
                0,
                {"order_checkouts_total{outcome=\"failed\"} 1",
                 "order_failed_total{reason=\"OUT_OF_STOCK\"} 1",
                 "order_transitions_total{state=\"FAILED\"} 1"}},
           Case{"declined",
                1,
                {"order_checkouts_total{outcome=\"declined\"} 1",
                 "order_checkouts_total{outcome=\"failed\"} 0",
                 "order_failed_total{reason=\"PAYMENT_DECLINED\"} 0"}},
           Case{"slow_yes", 1, {"order_checkouts_total{outcome=\"pending\"} 1"}},
       }) {
    market::testing::RunLoop(
        [&](boost::asio::io_context& io) { return ExpectCounted(io, c.method, c.on_hand, c.lines); });
  }
}

TEST(Recovery, Measure_ShowsOpenCheckoutsAndTheirAge) {
  market::testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    World world(io, 1, 1);
    co_await world.database.Open(market::testing::Soon());
    Service service(world.database, world.stock, world.payments);
    auto order = AnOrder("visa");
    co_await testing::Insert(service.checkouts, order);
    const auto open = co_await service.checkouts.CountOpen(market::testing::Soon());
    const auto line = "order_checkouts_open{step=\"FORWARD\"} " + std::to_string(open.forward) + '\n';
    EXPECT_GE(open.forward, 1);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("measure", service.recovery.Measuring().Run());
    co_await market::testing::Eventually([&] { return service.registry.Exposition().contains(line); });
    group.Cancel();
    co_await group.Join(market::testing::Soon());
    co_await world.database.Write(market::testing::Soon(), kAnHourLate, order.id);
    EXPECT_GT((co_await service.checkouts.CountOpen(market::testing::Soon())).oldest_age, 1h);
    for (int round = 0; round < 5; ++round) co_await world.Recover();
    co_await world.database.Close(market::testing::Soon());
  });
}

// A driver whose lease was taken over writes nothing.
Task<> ExpectFenced(boost::asio::io_context& io) {
  World world(io, 1, 1);
  world.faults.Heal();
  co_await world.database.Open(market::testing::Soon());
  Service service(world.database, world.stock, world.payments);
  auto order = AnOrder("visa");
  const auto stale = co_await testing::Insert(service.checkouts, order);
  co_await world.database.Write(market::testing::Soon(), kLater);
  const auto fresh = co_await service.checkouts.Take(market::testing::Soon(), order.id);
  EXPECT_EQ(fresh.value().fence, 2);
  EXPECT_FALSE((co_await service.checkouts.Take(market::testing::Soon(), order.id)).has_value());
  CallContext call(market::testing::Soon());
  bool lost = false;
  try {
    co_await service.checkout.Advance(call, *stale, order);
  } catch (const storage::LostLease&) {
    lost = true;
  }
  EXPECT_TRUE(lost);
  EXPECT_EQ((co_await world.Read(order.id)).CurrentState(), domain::State::kPendingPayment);
  co_await world.database.Close(market::testing::Soon());
}

TEST(Checkout, StaleFence_WritesNothing) {
  market::testing::RunLoop([&](boost::asio::io_context& io) { return ExpectFenced(io); });
}

}  // namespace
}  // namespace market::order
